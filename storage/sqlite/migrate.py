"""Makes the tables, or brings those of an older Hekje to how they are declared today."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import apsw

from storage.bodies import encode
from storage.migrations import STEPS, Step, Steps, forward, refuse_newer, steps_of
from storage.schema import KINDS, SCHEMA_VERSION, Record, index_value
from storage.sqlite import statements, words
from storage.sqlite.connect import connect, database_errors, make_private, transaction

WAITS_MS = 60_000
"""For another process that starts on the same file and was first: it may have much to do."""


def migrate(path: Path, steps: Steps = STEPS) -> None:
    """In one transaction: after a crash it is as it was.

    Raises `NewerDatabase`, or `Unavailable` when the file cannot be used.
    """
    with database_errors():
        make_private(path)
    connection = connect(path)
    try:
        connection.set_busy_timeout(WAITS_MS)
        with database_errors(), transaction(connection):
            found = version_of(connection)
            refuse_newer(found)
            _make_like_declared(connection, found, steps)
            connection.pragma("user_version", SCHEMA_VERSION)
    finally:
        connection.close()


def version_of(connection: apsw.Connection) -> int:
    """0 for a new file."""
    found = connection.pragma("user_version")
    return found if isinstance(found, int) else 0


def _make_like_declared(connection: apsw.Connection, found: int, steps: Steps) -> None:
    for kind in KINDS:
        there = {column for _, column, *_ in connection.execute(f"PRAGMA table_info({kind.kind})")}
        if not there:
            connection.execute(statements.table(kind))
            continue
        its_steps = steps_of(kind, found, steps)
        if its_steps or there != set(statements.table_columns(kind)):
            _write_anew(connection, kind, its_steps)
    _make_indexes(connection)
    words.make(connection)


def _write_anew(connection: apsw.Connection, kind: type[Record], steps: list[Step]) -> None:
    """Every record of a kind, into a table as it is declared today."""
    columns = statements.table_columns(kind)
    marks = ", ".join("?" * len(columns))
    insert = (
        f"INSERT INTO {kind.kind} ({', '.join(map(statements.quoted, columns))}) VALUES ({marks})"
    )
    before = f"{kind.kind}_before"
    row = "row" if "row" in columns else "NULL"
    connection.execute(f"ALTER TABLE {kind.kind} RENAME TO {before}")
    connection.execute(statements.table(kind))
    for number, version, body in connection.execute(f"SELECT {row}, version, body FROM {before}"):
        record = forward(kind, version, body, steps)
        kept = {"row": number, "id": record.id, "version": version, "body": encode(record)}
        connection.execute(
            insert,
            [
                kept[name] if name in kept else index_value(getattr(record, name))
                for name in columns
            ],
        )
    connection.execute(f"DROP TABLE {before}")


def _make_indexes(connection: apsw.Connection) -> None:
    declared = dict(statements.indexes())
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    there = dict(cast("list[tuple[str, str]]", connection.execute(query).fetchall()))
    for name in there:
        if declared.get(name) != there[name]:
            connection.execute(f"DROP INDEX {name}")
    for name, sql in declared.items():
        if there.get(name) != sql:
            connection.execute(sql)
