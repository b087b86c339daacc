"""How a push leaves the house: to every device that a person has subscribed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PushNote:
    """What a push says: that there is something new, and where. Never what, or by whom."""

    conversation_id: str
    tag: str
    """A later push with the same one takes the place of an earlier one on the screen."""
    locale: str
    urgent: bool = False


class Push(Protocol):
    """Carries pushes."""

    async def reaches(self, account_id: str) -> bool:
        """Whether a device of theirs may take one: without any it need not be tried."""
        ...

    async def send(self, account_id: str, note: PushNote) -> bool:
        """Whether at least one device took it."""
        ...


class Looking(Protocol):
    """Who has what open in front of them."""

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        """On any device of theirs, now."""
        ...


class NoPush:
    """No device takes anything: all goes by e-mail."""

    async def reaches(self, account_id: str) -> bool:
        return False

    async def send(self, account_id: str, note: PushNote) -> bool:
        return False


class NobodyLooks:
    """Nobody has anything open."""

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        return False
