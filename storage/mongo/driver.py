"""The Mongo drivers: the only file that imports one.

Motor and PyMongo's AsyncMongoClient answer the same calls. Where one of them
wants an `await` and the other does not, `awaited` makes up for it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any, Literal, cast

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, DeleteOne, InsertOne, ReadPreference, ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from storage.mongo.documents import Document, document, unchanged
from storage.mongo.owners import Owner
from storage.schema import Record
from storage.writes import (
    Delete,
    Duplicate,
    Insert,
    Replace,
    Stale,
    StorageError,
    Unavailable,
    UnusableDatabase,
    Write,
)

Driver = Literal["motor", "pymongo"]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]
Operation = InsertOne[Document] | ReplaceOne[Document] | DeleteOne

TIMEOUTS_MS: dict[str, Any] = {
    "serverSelectionTimeoutMS": 3_000,
    "connectTimeoutMS": 3_000,
    "socketTimeoutMS": 10_000,
    "waitQueueTimeoutMS": 10_000,
}
DURABLE = WriteConcern("majority", j=True, wtimeout=10_000)
COMMITTED = ReadConcern("majority")
AT_ONCE = 500
"""Writes per round trip: thousands, as of a roster, could take longer than a socket waits."""

PATIENCE = 5.0
"""Seconds in which a transaction that met another one is done again."""

_NOT_NOW = (
    ServerSelectionTimeoutError,
    NetworkTimeout,
    WaitQueueTimeoutError,
    InvalidOperation,  # closed
)
_TAKEN = 11000
_NO_INDEX = 27
_CONFLICT = 112


def connect(url: str, driver: Driver) -> tuple[Client, Database]:
    """A client and the database that the url names; raises `UnusableDatabase` for a faulty url."""
    make = {"motor": AsyncIOMotorClient, "pymongo": AsyncMongoClient}[driver]
    try:
        client = cast(Client, make(url, appname="hekje", **TIMEOUTS_MS))
        database = client.get_default_database(
            read_preference=ReadPreference.PRIMARY, read_concern=COMMITTED, write_concern=DURABLE
        )
    except (ConfigurationError, ValueError) as error:  # an InvalidURI is a ConfigurationError
        raise UnusableDatabase(f"the mongodb:// address is faulty: {error}") from error
    return client, database


async def awaited(answer: Any) -> Any:
    return await answer if isawaitable(answer) else answer


async def carry_out(database: Database, owner: Owner, writes: Sequence[Write]) -> None:
    """All writes in one transaction, with few round trips per kind of record.

    Done again when it met another transaction, which may have been about
    neighbours only: the guards tell whether a record has changed. One that is
    always in the way is not going on, and a fresh decision would meet it too.
    """
    began, pause = time.monotonic(), 0.01
    with database_errors():
        while True:
            try:
                return await _transaction(database, owner, writes)
            except PyMongoError as error:
                if not _harmless(error):
                    raise
                if time.monotonic() - began > PATIENCE:
                    raise Unavailable("another transaction does not end") from error
            await asyncio.sleep(pause * random.random())
            pause = min(2 * pause, 0.3)


async def _transaction(database: Database, owner: Owner, writes: Sequence[Write]) -> None:
    session: AsyncClientSession = await awaited(database.client.start_session())
    try:
        await owner.mark(session)
        await awaited(
            session.start_transaction(
                COMMITTED, DURABLE, ReadPreference.PRIMARY, max_commit_time_ms=10_000
            )
        )
        for kind, of_kind in _by_kind(writes).items():
            await _write(database, kind, of_kind, session)
        await _settle(session)
    finally:
        await session.end_session()  # which undoes what was not settled


async def _write(
    database: Database, kind: type[Record], writes: Sequence[Write], session: AsyncClientSession
) -> None:
    for start in range(0, len(writes), AT_ONCE):
        some = writes[start : start + AT_ONCE]
        operations = [_operation(change) for change in some]
        done = await database[kind.kind].bulk_write(operations, ordered=True, session=session)
        guarded = sum(not isinstance(change, Insert) for change in some)
        if done.matched_count + done.deleted_count != guarded:
            raise Stale("a record has changed or is gone")


async def _settle(session: AsyncClientSession) -> None:
    """Commit; once more if the answer got lost, which is the same commit and never a second one."""
    try:
        await session.commit_transaction()
    except PyMongoError as error:
        if not error.has_error_label("UnknownTransactionCommitResult"):
            raise
        await session.commit_transaction()


async def put_back(database: Database, records: Sequence[Record]) -> None:
    """Each record as it is written today, unless somebody has changed it since it was read."""
    if records:
        kind = type(records[0]).kind
        operations = [
            ReplaceOne(unchanged(record), document(record, record.version)) for record in records
        ]
        await database[kind].bulk_write(operations, ordered=False)


async def drop_index(database: Database, kind: type[Record], name: str) -> None:
    """Another process that starts may have been first."""
    try:
        await database[kind.kind].drop_index(name)
    except OperationFailure as error:
        if error.code != _NO_INDEX:
            raise


def _by_kind(writes: Sequence[Write]) -> dict[type[Record], list[Write]]:
    kinds: dict[type[Record], list[Write]] = {}
    for change in writes:
        kinds.setdefault(type(change.record), []).append(change)
    return kinds


def _operation(change: Write) -> Operation:
    record = change.record
    match change:
        case Insert():
            return InsertOne(document(record, 1))
        case Replace():
            return ReplaceOne(unchanged(record), document(record, record.version + 1))
        case Delete():
            return DeleteOne(unchanged(record))


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns what a driver raises into the port's `Stale`, `Duplicate` or `Unavailable`."""
    try:
        yield
    except PyMongoError as error:
        raise _told(error) from error


def _told(error: PyMongoError) -> StorageError:
    reason = str(error).partition(", Topology Description")[0]
    if isinstance(error, DuplicateKeyError) or _TAKEN in _codes(error):
        return Duplicate("an id or a unique index is taken")  # the reason would name people
    return Stale(reason) if _harmless(error) else Unavailable(reason)


def _harmless(error: PyMongoError) -> bool:
    """Nothing was stored, and another try may well succeed."""
    if isinstance(error, _NOT_NOW) or error.has_error_label("UnknownTransactionCommitResult"):
        return False
    return error.has_error_label("TransientTransactionError") or _CONFLICT in _codes(error)


def _codes(error: PyMongoError) -> set[object]:
    codes = {getattr(error, "code", None)}
    if isinstance(error, BulkWriteError):
        codes |= {refused.get("code") for refused in error.details.get("writeErrors", ())}
    return codes
