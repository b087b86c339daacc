"""Wakes whoever waits for work in this process, at once; a hint: who misses it looks by the clock."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung when something was written that the worker is to deal with."""

    def __init__(self) -> None:
        self._listening: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """Set at each ring; whoever listens clears it before looking."""
        event = asyncio.Event()
        self._listening.append(event)
        return event

    def ring(self) -> None:
        for event in self._listening:
            event.set()
