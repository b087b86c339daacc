"""Passwords: Argon2id in threads, two at a time, so that a rush leaves the server awake."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.decision import RateLimited

T = TypeVar("T")

MEMORY_KIB = 19 * 1024
TIME_COST = 2
AT_ONCE = 2
MOST_WAITING = 2_000
"""More than a school that logs in at the same moment; each waits about 15 ms for each before it."""


class Passwords:
    """Hashes and verifies. Whoever verifies takes a `slot` first; `hash` takes its own."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._threads = ThreadPoolExecutor(AT_ONCE)  # each keeps 19 MB, so that there are no more

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A turn at hashing. What is looked at inside is looked at by no more than two at once."""
        if self._waiting >= MOST_WAITING:
            raise RateLimited(10)
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def hash(self, password: str) -> str:
        async with self.slot():
            return await self._in_a_thread(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password. Without a hash it takes as long and never is."""
        try:
            right = await self._in_a_thread(self._verify, hashed or self._nobodys, password)
        except InvalidHashError:
            return await self.verify(None, password)
        return right and hashed is not None

    async def _in_a_thread(self, work: Callable[..., T], *arguments: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerificationError:
            return False
