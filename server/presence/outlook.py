"""A teacher's state and next digest, worked out once for all instants between which they stay the same."""

from __future__ import annotations

from datetime import datetime

from server.presence import availability
from server.presence.availability import Agenda, Calendar, State


class Outlook:
    """Answers as `availability` does for one agenda and calendar, and looks up what it knows.

    Both are steps in time: who is there stays there until `until`, who is not stays away until
    `next`, and the first digest after an instant is the first for all instants before it.
    """

    def __init__(self, agenda: Agenda, calendar: Calendar) -> None:
        self._agenda = agenda
        self._calendar = calendar
        self._stood: tuple[datetime, State] | None = None
        self._digest: tuple[datetime, datetime | None] | None = None

    def is_there(self, at: datetime) -> bool:
        if self._stood is not None:
            since, state = self._stood
            end = state.until if state.available else state.next
            if since <= at and (end is None or at < end):
                return state.available
        state = availability.state(self._agenda, self._calendar, at)
        self._stood = (at, state)
        return state.available

    def next_digest(self, at: datetime) -> datetime | None:
        if self._digest is not None:
            since, digest = self._digest
            if since <= at and (digest is None or at < digest):
                return digest
        digest = availability.next_digest(self._agenda, self._calendar, at)
        self._digest = (at, digest)
        return digest
