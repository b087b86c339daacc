"""Turns on one record, one after the other. A record that nobody is at costs nothing."""

from __future__ import annotations

import asyncio
from typing import Literal

from server.decision import Down

QUEUED_WITHIN = 5.0
"""Seconds that a turn may wait for those before it: as long as a database is waited for."""


class Queue(asyncio.Lock):
    """Behind a turn that waits for the database those behind it do not add up."""

    def __init__(self, queues: dict[str, Queue], boundary: str) -> None:
        super().__init__()
        self._queues = queues
        self._boundary = boundary
        self._there = 0

    async def acquire(self) -> Literal[True]:
        """Raises `Down` when the turns before it take too long."""
        self._there += 1
        try:
            if not self.locked():
                return await super().acquire()
            async with asyncio.timeout(QUEUED_WITHIN):
                return await super().acquire()
        except TimeoutError as error:
            self._leave()
            raise Down from error
        except BaseException:
            self._leave()
            raise

    def release(self) -> None:
        super().release()
        self._leave()

    def _leave(self) -> None:
        self._there -= 1
        if not self._there:
            del self._queues[self._boundary]


class Queues:
    """Of one process."""

    def __init__(self) -> None:
        self._of: dict[str, Queue] = {}

    def of(self, boundary: str) -> Queue:
        """To be entered at once."""
        queue = self._of.get(boundary)
        if queue is None:
            queue = self._of[boundary] = Queue(self._of, boundary)
        return queue
