"""Who is here now: the devices of each person, and what is open in front of them.

A hint that forgets by itself: a device is known for a minute and its server says again that it is
here. A teacher who looks at a conversation needs no push for it; when nobody can be asked, nobody
is here, and the push goes out.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from server.decision import Event

KEPT_FOR = 60.0
"""Seconds after which a device that nobody spoke of again is gone."""
SAID_AGAIN_EVERY = 20.0


class Device(NamedTuple):
    """One connection of an account, and the conversation open in front of it, if any."""

    account_id: str
    id: str
    conversation_id: str | None = None


class DeviceFocused(Event, frozen=True):
    """Another conversation is open in front of the device that asked, or none."""

    conversation_id: str | None


class Online(Protocol):
    """The port: `MemoryOnline` for one process, `RedisOnline` for several. Nothing here raises."""

    async def here(self, *devices: Device) -> None:
        """These are here, for as long as is kept; said again, they stay."""
        ...

    async def gone(self, device: Device) -> None:
        """It has left."""
        ...

    async def devices(self, account_id: str) -> frozenset[Device]:
        """Where somebody is now."""
        ...

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        """Whether somebody looks at a conversation, on any device."""
        ...

    async def close(self) -> None:
        """Let go of what was opened."""
        ...
