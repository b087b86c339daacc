"""Who is here, for one process alone."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from server.presence.online import KEPT_FOR, Device


class MemoryOnline:
    """Devices by account, each until an instant of the process's own clock."""

    def __init__(self, *, kept_for: float = KEPT_FOR, clock: Callable[[], float] = monotonic):
        self._kept_for = kept_for
        self._clock = clock
        self._known: dict[str, dict[str, tuple[Device, float]]] = {}

    async def here(self, *devices: Device) -> None:
        until = self._clock() + self._kept_for
        for device in devices:
            self._known.setdefault(device.account_id, {})[device.id] = device, until

    async def gone(self, device: Device) -> None:
        mine = self._known.get(device.account_id, {})
        mine.pop(device.id, None)
        self._tidy(device.account_id)

    async def devices(self, account_id: str) -> frozenset[Device]:
        self._tidy(account_id)
        return frozenset(device for device, _ in self._known.get(account_id, {}).values())

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        return any(
            device.conversation_id == conversation_id for device in await self.devices(account_id)
        )

    async def close(self) -> None:
        self._known.clear()

    def _tidy(self, account_id: str) -> None:
        now, mine = self._clock(), self._known.get(account_id, {})
        for id in [id for id, (_, until) in mine.items() if until <= now]:
            del mine[id]
        if not mine:
            self._known.pop(account_id, None)
