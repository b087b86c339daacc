"""Whole copies of a database file, taken and put back while others use it."""

from __future__ import annotations

from pathlib import Path

import apsw

from storage.migrations import refuse_newer
from storage.sqlite.connect import connect, database_errors, make_private
from storage.sqlite.migrate import version_of
from storage.writes import BrokenDatabase, Unavailable, UnusableDatabase


def take(path: Path, copy: Path) -> None:
    """The database as it is at one instant, nobody waiting for it; without what was deleted.

    Raises `Unavailable`, or `UnusableDatabase` when the copy is not whole.
    """
    with database_errors():
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.execute("VACUUM INTO ?", (str(copy),))
        finally:
            connection.close()
    check(copy)


def check(path: Path) -> int:
    """The version of a database file that is whole, 0 for an empty one.

    Raises `UnusableDatabase` for any other, which may be in order where SQLite
    cannot look at it: a disk that is full, a file of another user.
    """
    try:
        with database_errors():
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                faults = connection.execute("PRAGMA integrity_check(1)").get
                version = version_of(connection)
                foreign = _is_foreign(connection)
            finally:
                connection.close()
    except BrokenDatabase as error:
        raise UnusableDatabase(str(error)) from error
    except Unavailable as error:
        raise UnusableDatabase(f"SQLite cannot look at {path}: {error}") from error
    if faults != "ok":
        raise UnusableDatabase("the database in it is broken")
    if foreign:
        raise UnusableDatabase("it is a database, but not of Hekje")
    refuse_newer(version)
    return version


def _is_foreign(connection: apsw.Connection) -> bool:
    """It has tables, and what every Hekje has is not among them."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").get
    return bool(tables) and "body" not in {
        column for _, column, *_ in connection.execute("PRAGMA table_info(deployment)")
    }


def put_back(copy: Path, path: Path, *, aside: Path) -> bool:
    """In one transaction, so that a crash leaves what was there; who has the file open sees it.

    What is no database cannot take the copy in: it is moved to `aside`. Whether
    it was. Raises `Unavailable`, when another process is writing for example.
    """
    try:
        _put_into(path, copy)
    except BrokenDatabase:
        _move_aside(path, aside)
        _put_into(path, copy)
        return True
    return False


def _move_aside(path: Path, aside: Path) -> None:
    """With its journal, which belongs to no other file."""
    with database_errors():
        for end in ("-wal", "-shm", ""):
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + end))


def _put_into(path: Path, copy: Path) -> None:
    with database_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(path)
    target = connect(path)
    with database_errors():
        source = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            with target.backup("main", source, "main") as copying:
                copying.step()
        finally:
            source.close()
            target.close()
