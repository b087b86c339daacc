"""The port, answered by MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from storage.asking import check_asked
from storage.bodies import decode
from storage.migrations import refuse_newer
from storage.mongo import documents
from storage.mongo.driver import (
    Client,
    Database,
    Driver,
    awaited,
    carry_out,
    connect,
    database_errors,
)
from storage.mongo.migrate import migrate, version_of
from storage.mongo.owners import Owner
from storage.schema import Index, Message, Record
from storage.store import Bound
from storage.words import fold
from storage.writes import StorageError, UnusableDatabase, Write

R = TypeVar("R", bound=Record)

_SHOWN = {"_id": False, "version": True, "body": True}


class MongoStore:
    """A `Store` in a replica set. Use `open_mongo`."""

    def __init__(self, client: Client, database: Database) -> None:
        self._client = client
        self._database = database
        self._owner = Owner(database)
        self._commits: set[asyncio.Task[None]] = set()

    async def get(self, kind: type[R], id: str) -> R | None:
        with database_errors():
            found = await self._database[kind.kind].find_one(documents.this(id), _SHOWN)
        return decode(kind, found["version"], found["body"]) if found else None

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
        return await self._list(
            index.record,
            documents.asked(index, equal, after, before),
            documents.ordered(index, len(equal), descending),
            documents.hint(index),
            limit,
        )

    async def search(
        self, scopes: Sequence[str], words: Sequence[str], *, before: str | None = None, limit: int
    ) -> list[Message]:
        wanted = set(fold(" ".join(words)))
        if not scopes or not wanted:
            return []
        last_seen = await self.get(Message, before) if before else None
        if before and not last_seen:
            return []
        asked = documents.found_by(scopes, wanted, last_seen)
        return await self._list(Message, asked, [("order", -1)], documents.TERMS, limit)

    async def _list(
        self,
        kind: type[R],
        asked: documents.Document,
        order: documents.Keys,
        hint: str,
        limit: int,
    ) -> list[R]:
        with database_errors():
            cursor = self._database[kind.kind].find(
                asked, _SHOWN, sort=order, hint=hint, limit=limit, batch_size=limit
            )
            found = await cursor.to_list(limit)
        return [decode(kind, one["version"], one["body"]) for one in found]

    async def commit(self, writes: Sequence[Write]) -> None:
        if not writes:
            return
        # cancelling the wait does not undo it: a session must not be left halfway
        task = asyncio.create_task(carry_out(self._database, self._owner, writes))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        await asyncio.shield(task)

    async def close(self) -> None:
        await asyncio.gather(*self._commits, return_exceptions=True)
        with suppress(StorageError), database_errors():  # who comes next sees that we are gone
            await self._owner.unmark()
        await awaited(self._client.close())


async def open_mongo(url: str, driver: Driver = "motor") -> MongoStore:
    """Open the database that the url names, made or migrated as needed.

    Raises `UnusableDatabase` (a faulty url, a server without transactions, a
    newer database) or `Unavailable`.
    """
    client, database = connect(url, driver)
    try:
        with database_errors():
            await _require_transactions(database)
            await migrate(database)
            await Owner(database).bury_the_dead()
    except BaseException:
        await awaited(client.close())
        raise
    return MongoStore(client, database)


async def look(url: str) -> int:
    """The version of its records, 0 for an empty database; raises as `open_mongo`, changes nothing."""
    client, database = connect(url, "motor")
    try:
        with database_errors():
            await _require_transactions(database)
            version = await version_of(database)
            refuse_newer(version)
            return version
    finally:
        await awaited(client.close())


async def _require_transactions(database: Database) -> None:
    hello = await database.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise UnusableDatabase("this MongoDB has no transactions: make it a replica set")
