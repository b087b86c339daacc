"""Who is here, for several processes: in Redis, whose own clock does the forgetting.

A key for each device holds what is open in front of it and expires; a set for each account names
its devices, and is mended when one of them is found to be gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from server.presence.online import KEPT_FOR, Device
from server.redis import TROUBLE, heed_cancelling, open_redis

log = logging.getLogger("hekje")

T = TypeVar("T")

ASKED_AGAIN_AFTER = 5.0
"""Seconds: Redis that did not answer makes nobody else wait for it so soon."""


class RedisOnline:
    """On the Redis at `url`. While that does not answer, nobody is here."""

    def __init__(self, url: str, *, kept_for: float = KEPT_FOR) -> None:
        self._redis = open_redis(url)
        self._kept_ms = round(kept_for * 1000)
        self._not_before = 0.0

    async def here(self, *devices: Device) -> None:
        async def say() -> None:
            pipe = self._redis.pipeline(transaction=False)
            for device in devices:
                account = _account(device.account_id)
                pipe.sadd(account, device.id)
                pipe.pexpire(account, self._kept_ms)
                pipe.set(_device(device), device.conversation_id or "", px=self._kept_ms)
            await pipe.execute()

        if devices:
            await self._asked(say, None)

    async def gone(self, device: Device) -> None:
        async def say() -> None:
            pipe = self._redis.pipeline(transaction=False)
            pipe.srem(_account(device.account_id), device.id)
            pipe.delete(_device(device))
            await pipe.execute()

        await self._asked(say, None)

    async def devices(self, account_id: str) -> frozenset[Device]:
        async def ask() -> frozenset[Device]:
            known = [Device(account_id, id) for id in await self._members(account_id)]
            if not known:
                return frozenset()
            opened: list[Any] = await self._redis.mget([_device(device) for device in known])
            lost = [one.id for one, what in zip(known, opened, strict=True) if what is None]
            if lost:
                await self._redis.srem(_account(account_id), *lost)
            return frozenset(
                one._replace(conversation_id=what or None)
                for one, what in zip(known, opened, strict=True)
                if what is not None
            )

        return await self._asked(ask, frozenset())

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        return any(
            device.conversation_id == conversation_id for device in await self.devices(account_id)
        )

    async def close(self) -> None:
        await self._redis.aclose()

    async def _members(self, account_id: str) -> list[str]:
        found: Any = await self._redis.smembers(_account(account_id))
        return sorted(found)

    async def _asked(self, ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            return otherwise
        try:
            return await ask()
        except TROUBLE as error:
            heed_cancelling()
            self._not_before = loop.time() + ASKED_AGAIN_AFTER
            log.warning("Redis does not answer, nobody counts as here: %s", type(error).__name__)
            return otherwise


def _account(account_id: str) -> str:
    return f"hekje:online:{account_id}"


def _device(device: Device) -> str:
    return f"hekje:online:{device.account_id}:{device.id}"
