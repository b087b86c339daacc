"""Waiting for what another commit or process must bring about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T | None]], within: float = 5.0) -> T:
    """The first answer that is something; fails when there is none in time (seconds)."""
    deadline = time.monotonic() + within
    while True:
        if answer := await ask():
            return answer
        assert time.monotonic() < deadline, f"nothing within {within} s"
        await asyncio.sleep(0.01)
