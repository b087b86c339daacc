"""How much of a process its worker takes: all of it, or a part where messages are answered as well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_BREATH = 0.5


class Pace:
    """`with pace.measured()` around a piece of work, `await pace.breathe()` after it.

    `share` is the part of the time that goes into work: with 0.2, work of 5 ms is followed by a
    breath of 20 ms, in which others are served. `between` are the seconds between two looks.
    """

    def __init__(self, share: float = 1.0, between: float = 0.05) -> None:
        self.between = between
        self._rest = 1 / share - 1
        self._worked = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._worked += time.perf_counter() - began

    async def breathe(self) -> None:
        breath = min(self._worked * self._rest, LONGEST_BREATH)
        self._worked = 0.0
        await asyncio.sleep(breath)
