"""What can wait until nobody writes: words for the search, and the journal, of which nothing is left.

Putting a message's words into the index costs about as much as all else that is
done with it, so under load only a little of it is done, now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import apsw

from storage.sqlite import words
from storage.sqlite.connect import transaction

QUIET = 0.2
"""Seconds without a commit that count as quiet."""
AT_LATEST = 0.5
"""Seconds after which a little is done though it is not: with `A_LITTLE` the search keeps up with
twenty messages a second that never pause, and catches up with more when it is asked."""
A_LITTLE = 10
"""Messages indexed per transaction while others write, which have to wait for it."""
A_LOT = 100
"""Messages indexed per transaction otherwise: a few milliseconds of work."""

InThread = Callable[..., Awaitable[bool]]


class Tidying:
    """Of one file, by its writer: with its connection, in its thread, behind its `lock`."""

    def __init__(
        self, connection: apsw.Connection, lock: asyncio.Lock, in_thread: InThread
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._lock = lock
        self._in_thread = in_thread
        self._timer: asyncio.TimerHandle | None = None
        self._at_work: asyncio.Task[None] | None = None
        self._stopped = False
        self._written = self._seen = self._tidied = self._loop.time()
        """When somebody last began to commit, also as this last saw it, and when it last did something."""
        self._later()

    def written(self) -> None:
        """Somebody commits."""
        self._written = self._loop.time()
        self._later()

    async def stop(self) -> None:
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._at_work is not None:
            await self._at_work

    def _later(self) -> None:
        if self._timer is None and self._at_work is None and not self._stopped:
            self._timer = self._loop.call_later(QUIET, self._look)

    def _look(self) -> None:
        self._timer = None
        at = self._loop.time()
        if at >= self._written + QUIET:
            self._at_work = self._loop.create_task(self._tidy_up(self._all))
        elif at >= self._tidied + AT_LATEST:
            self._at_work = self._loop.create_task(self._tidy_up(self._some))
        else:
            self._later()

    async def _tidy_up(self, step: Callable[[], bool]) -> None:
        more = False
        self._seen = self._written
        try:
            async with self._lock:
                more = await self._in_thread(step)
        except apsw.BusyError:
            more = True  # somebody is reading in the journal, or another process writes
        except (apsw.Error, OSError):
            pass  # full: whoever commits next is told, and tidying follows that
        finally:
            self._at_work = None
            self._tidied = self._loop.time()
        if more or self._others_wrote:
            self._later()

    @property
    def _others_wrote(self) -> bool:
        """Or are about to, behind the lock."""
        return self._written != self._seen

    # --- In the thread -----------------------------------------------------------------------

    def index(self, most: int = A_LOT) -> bool:
        """Learn the words of the next messages; whether there may be more."""
        with transaction(self._connection):
            return words.index_new(self._connection, most)

    def _all(self) -> bool:
        """In lots, so that whoever begins to write meanwhile waits for one only; then the journal."""
        while self.index():
            if self._others_wrote:
                return True
        self._connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        return False

    def _some(self) -> bool:
        self.index(A_LITTLE)
        return True  # the journal is still to be emptied
