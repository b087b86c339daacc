"""The journal (SQLite's WAL), brought into the file beside those who write.

SQLite would do it within the commit that fills the journal, and everybody's
would wait for that one. What is left to do behind the lock is what was written
meanwhile; whoever writes next then begins the journal anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw

from storage.sqlite.connect import connect
from storage.writes import Unavailable

FULL = 4_000
"""Pages (16 MB) after which it is brought in, whether or not it is ever quiet."""


class Journal:
    """Of one file, by its writer: with its connection, in its thread, behind its `lock`."""

    def __init__(
        self,
        path: Path,
        connection: apsw.Connection,
        lock: asyncio.Lock,
        in_thread: Callable[..., Awaitable[Any]],
    ) -> None:
        self._path = path
        self._connection = connection
        self._lock = lock
        self._in_thread = in_thread
        self._thread = ThreadPoolExecutor(1, "hekje-journal")
        self._at_work: asyncio.Task[None] | None = None
        self._pages = 0
        connection.set_wal_hook(self._has_grown)

    def look(self) -> None:
        """To be called when something was written."""
        if self._pages >= FULL and self._at_work is None:
            self._at_work = asyncio.get_running_loop().create_task(self._bring_in())

    async def stop(self) -> None:
        if self._at_work is not None:
            await self._at_work
        self._thread.shutdown()

    def _has_grown(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    async def _bring_in(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._bring_in_beside)
            async with self._lock:
                await self._in_thread(self._connection.wal_checkpoint)
        except (apsw.Error, OSError, Unavailable):
            pass  # busy or full: it is tried again after the next commit
        finally:
            self._at_work = None

    def _bring_in_beside(self) -> None:
        connection = connect(self._path)
        try:
            connection.wal_checkpoint()
        finally:
            connection.close()
