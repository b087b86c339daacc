"""How one guardian's message reaches one teacher: a push now, an e-mail later, or nothing at all.

`outlook` answers the same for many messages, and for the settings at each due moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.presence.availability import Agenda, Calendar, next_digest, state


@dataclass(frozen=True, slots=True)
class Reach:
    """`push`: now, on every device. `email_at`: the digest that has it if it is unread by then.

    With a push that mail is for what no device took.
    """

    push: bool
    email_at: datetime | None


def reach(agenda: Agenda, calendar: Calendar, at: datetime, *, looking: bool = False) -> Reach:
    """How a message of the instant `at` reaches a teacher.

    `looking`: the conversation is open in front of them on some device, which needs no push; if
    they looked and did not read, the digest still has it.
    """
    there = state(agenda, calendar, at).available
    return Reach(push=there and not looking, email_at=next_digest(agenda, calendar, at))
