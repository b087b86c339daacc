"""The roster as it is now, read again only when it has changed.

Rights are asked for at every event and change a few times a day. Whoever
changes a roster record replaces its School in the same commit, so a school's
`version` tells whether what was read before still holds: it is looked up once
per turn and again before an audience is worked out. Years and substitutions
end with a day, so what was read holds for that day alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any, TypeVar

from server.clock import date_at
from storage import ids
from storage.schema import Index, Record, School
from storage.store import Store

R = TypeVar("R", bound=Record)
Version = tuple[int, date]
"""Of a school's roster, and the day there, with which years and substitutions end."""
_Opened = tuple[School | None, dict[Hashable, Any]]

REMEMBERED_SCHOOLS = 1_000
MOST = 10_000
"""More of anything in one look-up than a school has; keeps every read bounded."""


class RosterMemory:
    """What was read of each school, at one version of it; on one day; shared by all turns of a process."""

    def __init__(self, most: int = REMEMBERED_SCHOOLS) -> None:
        self._most = most
        self._known: dict[str, tuple[int, date, dict[Hashable, Any]]] = {}
        self._moment: dict[str, School | None] = {}

    async def school(self, store: Store, school_id: str) -> School | None:
        """As it is in this moment: all who are served in one round of the loop share a look.

        A look that took longer than the round is nobody else's: it may be older than what they
        have just committed.
        """
        moment = self._moment
        if school_id not in moment:
            asyncio.get_running_loop().call_soon(self._pass)
            school = await store.get(School, school_id)
            if moment is not self._moment:
                return school
            moment[school_id] = school
        return moment[school_id]

    def _pass(self) -> None:
        self._moment = {}

    def at(self, school: School, today: date) -> dict[Hashable, Any]:
        version, day, known = self._known.get(school.id, (0, today, {}))
        if (version, day) != (school.version, today):
            self._known.pop(school.id, None)
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            known = {}
            self._known[school.id] = (school.version, today, known)
        return known


class RosterReader:
    """Reads the roster for one turn, as it is `now`."""

    def __init__(self, store: Store, memory: RosterMemory, now: datetime) -> None:
        self._store = store
        self._memory = memory
        self._now = now
        self._schools: dict[str, _Opened] = {}

    async def school(self, school_id: str) -> School | None:
        return (self._schools.get(school_id) or await self._open(school_id))[0]

    async def version(self, school_id: str) -> Version | None:
        """While it stays, so does everything that was worked out from the roster."""
        school = await self.school(school_id)
        return (school.version, date_at(self._now, school.timezone)) if school else None

    async def get(self, kind: type[R], id: str) -> R | None:
        known = await self.remember(ids.school_of(id))
        key = (kind, id)
        if key not in known:
            known[key] = await self._store.get(kind, id)
        found: R | None = known[key]
        return found

    async def find(self, index: Index[R], *equal: str) -> tuple[R, ...]:
        """All records under the first fields of an index; `equal` begins with a school's id."""
        known = await self.remember(ids.school_of(equal[0]))
        key = (index.name, *equal)
        if key not in known:
            known[key] = tuple(await self._store.find(index, *equal, limit=MOST))
        found: tuple[R, ...] = known[key]
        return found

    async def remember(self, school_id: str) -> dict[Hashable, Any]:
        """A place for what was worked out from the roster, kept while it holds."""
        return (self._schools.get(school_id) or await self._open(school_id))[1]

    async def _open(self, school_id: str) -> _Opened:
        school = await self._memory.school(self._store, school_id)
        opened: _Opened = (None, {})
        if school is not None:
            today = date_at(self._now, school.timezone)
            opened = (school, self._memory.at(school, today))
        self._schools[school_id] = opened
        return opened
