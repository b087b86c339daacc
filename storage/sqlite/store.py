"""The port, answered by SQLite.

Reads by key or short range run where they are asked: a hop to another thread
costs more than the read. A search has a thread and a connection of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

import apsw

from storage.asking import check_asked
from storage.bodies import decode
from storage.schema import Index, Message, Record, index_value
from storage.sqlite import statements
from storage.sqlite import words as search
from storage.sqlite.connect import connect, database_errors
from storage.sqlite.migrate import migrate
from storage.sqlite.writer import Writer
from storage.store import Bound
from storage.words import fold
from storage.writes import Delete, Insert, Unavailable, Write

R = TypeVar("R", bound=Record)


class SqliteStore:
    """A `Store` in one file. Use `open_sqlite`."""

    def __init__(self, path: Path) -> None:
        self._reading = connect(path, query_only=True)
        self._reader = self._reading.cursor()
        self._searcher = connect(path, query_only=True)
        self._search_thread = ThreadPoolExecutor(1, "hekje-search")
        self._writer = Writer(path)

    async def get(self, kind: type[R], id: str) -> R | None:
        found = self._read(statements.select_one(kind), (id,))
        return decode(kind, *found[0]) if found else None

    async def find(
        self,
        index: Index[R],
        *equal: str | int,
        after: Bound = None,
        before: Bound = None,
        descending: bool = False,
        limit: int,
    ) -> list[R]:
        check_asked(index, equal, after is not None or before is not None, limit)
        if index.shared:
            raise ValueError(f"{index.name} is for servers that share a database")
        sql = statements.select_range(
            index, len(equal), after is not None, before is not None, descending
        )
        bounds = [index_value(bound) for bound in (after, before) if bound is not None]
        values = (*map(index_value, equal), *bounds, limit)
        return [decode(index.record, version, body) for version, body in self._read(sql, values)]

    def _read(self, sql: str, values: tuple[object, ...]) -> list[tuple[int, str]]:
        """All rows at once, so that no read is left open on an old picture of the database."""
        try:
            return cast("list[tuple[int, str]]", self._reader.execute(sql, values).fetchall())
        except (apsw.Error, OSError) as error:
            raise Unavailable(str(error)) from error

    async def search(
        self, scopes: Sequence[str], words: Sequence[str], *, before: str | None = None, limit: int
    ) -> list[Message]:
        wanted = set(fold(" ".join(words)))
        if not scopes or not wanted:
            return []
        await self._writer.index_words()
        with database_errors():
            return await asyncio.get_running_loop().run_in_executor(
                self._search_thread, search.find, self._searcher, scopes, wanted, before, limit
            )

    async def commit(self, writes: Sequence[Write]) -> None:
        steps: list[statements.Statement] = []
        for change in writes:
            steps += _with_words(change)
        if steps:
            await self._writer.commit(steps)

    async def close(self) -> None:
        await self._writer.stop()
        self._search_thread.shutdown()
        self._reading.close()
        self._searcher.close()


def _with_words(change: Write) -> Iterable[statements.Statement]:
    message = change.record
    written = statements.write(change)
    if not isinstance(message, Message) or isinstance(change, Insert):
        return [written]
    if isinstance(change, Delete):
        return [*search.forget(message), written, search.REWIND]
    return [*search.forget(message), written, *search.learn(message)]


async def open_sqlite(path: Path) -> SqliteStore:
    """Open the file, made or migrated as needed.

    Raises `NewerDatabase`, or `Unavailable` when the file cannot be used.
    """
    with database_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate(path)
    return SqliteStore(path)
