"""The SQL of records: a table per kind, with its indexed fields as columns beside the body."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from storage.bodies import encode
from storage.schema import INDEXES, Index, Message, Record, index_value, indexes_of
from storage.writes import Delete, Insert, Write


class Statement(NamedTuple):
    """One step of a commit; a `guarded` one that changes no row makes the commit `Stale`."""

    sql: str
    values: tuple[object, ...]
    guarded: bool = True


def table(kind: type[Record]) -> str:
    """Makes the table of a kind."""
    columns = "".join(f", {quoted(column)}" for column in _columns(kind))
    if kind is Message:  # its row number is what the search finds it by
        return (
            f"CREATE TABLE {kind.kind} (row INTEGER PRIMARY KEY, "
            f"id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT NOT NULL{columns})"
        )
    return (
        f"CREATE TABLE {kind.kind} (id TEXT PRIMARY KEY, "
        f"version INTEGER NOT NULL, body TEXT NOT NULL{columns}) WITHOUT ROWID"
    )


def table_columns(kind: type[Record]) -> tuple[str, ...]:
    row = ("row",) if kind is Message else ()
    return (*row, "id", "version", "body", *_columns(kind))


def indexes() -> Iterable[tuple[str, str]]:
    """Each index by name, and what makes it; that of ids comes with its table."""
    for index in INDEXES:
        if index.fields != ("id",) and not index.shared:
            unique = "UNIQUE " if index.unique else ""
            sparse = f" WHERE {quoted(index.sparse)} IS NOT NULL" if index.sparse else ""
            yield (
                index.name,
                f"CREATE {unique}INDEX {index.name} "
                f"ON {index.record.kind} ({', '.join(map(quoted, index.fields))}){sparse}",
            )


@cache
def select_one(kind: type[Record]) -> str:
    return f"SELECT version, body FROM {kind.kind} WHERE id = ?"


@cache
def select_range(
    index: Index[Record], equal: int, after: bool, before: bool, descending: bool
) -> str:
    """A walk along one index."""
    fields = [quoted(field) for field in index.fields]
    where = [f"{field} = ?" for field in fields[:equal]]
    where += [f"{fields[equal]} {sign} ?" for sign, asked in ((">", after), ("<", before)) if asked]
    way = " DESC" if descending else ""
    order = [f"{field}{way}" for field in fields[equal:] if field != '"id"']
    along = "" if index.fields == ("id",) else f" INDEXED BY {index.name}"
    return (
        f"SELECT version, body FROM {index.record.kind}{along}"
        f"{' WHERE ' + ' AND '.join(where) if where else ''}"
        f" ORDER BY {', '.join([*order, 'id' + way])} LIMIT ?"
    )


def write(change: Write) -> Statement:
    record = change.record
    insert, update, delete, fields = _write_sql(type(record))
    if isinstance(change, Delete):
        return Statement(delete, (record.id, record.version))
    columns = [
        value if value.__class__ is str else index_value(value)
        for value in [getattr(record, field) for field in fields]
    ]
    body = encode(record)
    if isinstance(change, Insert):
        return Statement(insert, (record.id, 1, body, *columns))
    version = record.version
    return Statement(update, (version + 1, body, *columns, record.id, version))


@cache
def _write_sql(kind: type[Record]) -> tuple[str, str, str, tuple[str, ...]]:
    columns = _columns(kind)
    shown = [quoted(column) for column in columns]
    names = ", ".join(("id", "version", "body", *shown))
    marks = ", ".join("?" * (3 + len(columns)))
    changes = ", ".join(f"{name} = ?" for name in ("version", "body", *shown))
    return (
        f"INSERT INTO {kind.kind} ({names}) VALUES ({marks})",
        f"UPDATE {kind.kind} SET {changes} WHERE id = ? AND version = ?",
        f"DELETE FROM {kind.kind} WHERE id = ? AND version = ?",
        columns,
    )


@cache
def _columns(kind: type[Record]) -> tuple[str, ...]:
    kept = [index for index in indexes_of(kind) if not index.shared]
    return tuple(sorted({field for index in kept for field in index.fields if field != "id"}))


def quoted(field: str) -> str:
    return f'"{field}"'
