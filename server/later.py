"""Work after the answer: what it is, and whether there is any, shows in the time of no answer."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable

from server.decision import RateLimited, Refusal

log = logging.getLogger("hekje")

Work = Callable[[], Awaitable[object]]

SHORTEST, LONGEST = 0.05, 0.25
"""Seconds before it begins, by chance: the next request of whoever watches meets none of it."""
FINISHES_WITHIN = 5.0
MOST_WAITING = 2_000
"""More than a school that has forgotten its passwords; a few milliseconds each."""


class Later:
    """Carries work out in order. What a crash takes with it is asked for again by whoever waits."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._task: asyncio.Task[None] | None = None

    def do(self, work: Work) -> None:
        """Raises `RateLimited` when too much waits already, whatever the work is."""
        if len(self._waiting) >= MOST_WAITING:
            raise RateLimited(10)
        self._waiting.append(work)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._carry_out())

    async def finish(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FINISHES_WITHIN)

    async def _carry_out(self) -> None:
        try:
            await asyncio.sleep(random.uniform(SHORTEST, LONGEST))
            while self._waiting:
                await self._try(self._waiting.popleft())
        finally:
            self._task = None

    async def _try(self, work: Work) -> None:
        try:
            await work()
        except Refusal as why:
            log.warning("what was put off could not be done: %s", why.code)
