"""The one connection that writes.

Commits that wait together share a transaction, so that a sync to disk is paid
once for all of them, and a refused one takes nobody along. Only what waits for
the disk or for another process goes to a thread: statements take microseconds,
and handing Python's lock to and fro for each of them costs many times that
under load.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

import apsw

from storage.sqlite.connect import BUSY_MS, connect, database_errors
from storage.sqlite.journal import Journal
from storage.sqlite.statements import Statement
from storage.sqlite.tidying import Tidying
from storage.writes import Duplicate, Stale, Unavailable

JOINED = 256
"""At most this many commits share a transaction, which bounds how long the first one waits."""
LARGE = 1_000
"""Statements of a commit, such as a roster's, that would hold up others: they go to the thread."""
CROWD = 4
"""So many in one transaction are a crowd, of which the next transaction waits for more."""
GATHER = 0.003
"""Seconds from the beginning of a crowd's transaction to that of the next: bringing a page to disk
costs the same for one of them as for all, and who comes alone never waits."""

T = TypeVar("T")


class _Waiting(NamedTuple):
    statements: list[Statement]
    done: asyncio.Future[None]


_One = Callable[[apsw.Connection, list[Statement]], Exception | None]
_Outcome = tuple["asyncio.Future[None]", Exception | None]


class Writer:
    """Owns the writing connection until `stop`."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "hekje-writer")
        self._connection = connect(path)
        self._connection.set_busy_timeout(0)
        self._lock = asyncio.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._at_work: asyncio.Task[None] | None = None
        self._tidying = Tidying(self._connection, self._lock, self._in_thread)
        self._journal = Journal(path, self._connection, self._lock, self._in_thread)
        self._next = 0.0
        """When the next transaction may begin, by the clock of the loop."""
        self._stopped = False

    async def commit(self, statements: list[Statement]) -> None:
        """Returns when the statements are on disk; cancelling the wait does not undo them."""
        self._must_be_open()
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(_Waiting(statements, done))
        if self._at_work is None:
            self._at_work = self._loop.create_task(self._work())
        await done

    async def index_words(self) -> None:
        """Returns when every message committed so far can be found by its words."""
        self._must_be_open()
        more = True
        while more:
            async with self._lock:  # one lot at a time: nobody's message waits for all of them
                with database_errors():
                    more = await self._in_thread(self._patiently, self._tidying.index)

    async def stop(self) -> None:
        """Carry out what waits and close."""
        self._stopped = True
        if self._at_work is not None:
            await self._at_work
        await self._tidying.stop()
        await self._journal.stop()
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    def _must_be_open(self) -> None:
        if self._stopped:
            raise Unavailable("the database is closed")

    async def _work(self) -> None:
        try:
            while self._waiting:
                # whoever asks in this same moment joins, and of a crowd who comes a little later
                await asyncio.sleep(max(0.0, self._next - self._loop.time()))
                began = self._loop.time()
                some = min(JOINED, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(some)]
                self._next = began + GATHER if some >= CROWD else began
                self._tidying.written()
                async with self._lock:
                    outcomes = await self._transaction(batch)
                _tell(outcomes)
                self._journal.look()
        finally:
            self._at_work = None

    async def _transaction(self, batch: list[_Waiting]) -> list[_Outcome]:
        """Nearly always nobody is refused; when somebody is, each gets a savepoint of its own."""
        try:
            return await self._attempt(batch, _at_once) or await self._attempt(batch, _apart) or []
        except (apsw.Error, OSError) as error:
            return [(waiting.done, Unavailable(str(error))) for waiting in batch]

    async def _attempt(self, batch: list[_Waiting], one: _One) -> list[_Outcome] | None:
        """The outcomes, on disk; None, and nothing done, when one was refused without savepoints."""
        await self._begin()
        try:
            outcomes: list[_Outcome] = []
            for waiting in batch:
                refusal = await self._one(waiting, one)
                if refusal is not None and one is _at_once:
                    await self._in_thread(self._connection.execute, "ROLLBACK")
                    return None
                outcomes.append((waiting.done, refusal))
            await self._in_thread(self._connection.execute, "COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite may have undone it itself
                await self._in_thread(self._connection.execute, "ROLLBACK")
            raise
        return outcomes

    async def _begin(self) -> None:
        """At once, or in the thread when another process is writing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            await self._in_thread(
                self._patiently, lambda: self._connection.execute("BEGIN IMMEDIATE")
            )

    def _patiently(self, step: Callable[[], T]) -> T:
        """What waits for another process, and so belongs in the thread."""
        self._connection.set_busy_timeout(BUSY_MS)
        try:
            return step()
        finally:
            self._connection.set_busy_timeout(0)

    async def _one(self, waiting: _Waiting, one: _One) -> Exception | None:
        if len(waiting.statements) > LARGE:
            return await self._in_thread(one, self._connection, waiting.statements)
        return one(self._connection, waiting.statements)

    async def _in_thread(self, function: Callable[..., T], *values: object) -> T:
        return await self._loop.run_in_executor(self._thread, function, *values)


def _apart(connection: apsw.Connection, statements: list[Statement]) -> Exception | None:
    """One commit within the transaction: whole, or not at all and why."""
    connection.execute("SAVEPOINT one")
    refusal = _at_once(connection, statements)
    if refusal:
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return refusal


def _at_once(connection: apsw.Connection, statements: list[Statement]) -> Exception | None:
    """The statements in turn; when one is refused, those before it are still there."""
    execute = connection.execute
    try:
        for sql, values, guarded in statements:
            execute(sql, values)
            if guarded and connection.changes() == 0:
                return Stale("a record has changed or is gone")
    except apsw.ConstraintError as error:
        return Duplicate(str(error))
    except (TypeError, ValueError, OverflowError) as error:
        return error  # a value that SQLite does not take is nobody else's concern
    return None


def _tell(outcomes: list[_Outcome]) -> None:
    for done, error in outcomes:
        if done.done():
            continue
        if error:
            done.set_exception(error)
        else:
            done.set_result(None)
