"""How a connection to the file is set up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from storage.writes import BrokenDatabase, Unavailable

BUSY_MS = 5_000
"""How long another process may hold the database before a commit is `unavailable`."""
CACHE_KIB = 32 * 1024
"""Pages kept in memory at most; with SQLite's own 2 MB a busy school's are read again and again."""
CHECKPOINT_PAGES = 10_000
"""40 MB of journal are brought into the file by whoever fills them; the server's writer has a
`Journal` for that."""


def connect(path: Path, *, query_only: bool = False) -> apsw.Connection:
    """A connection on which a commit returns only when it would survive a power cut.

    What is deleted or replaced is overwritten with zeroes.

    Raises `Unavailable` where SQLite does not take those settings.
    """
    with database_errors():
        connection = apsw.Connection(str(path), statementcachesize=200)
        connection.set_busy_timeout(BUSY_MS)
        mode = connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", 2)
        if mode != "wal" or connection.pragma("synchronous") != 2:
            raise Unavailable("SQLite does not keep its journal as asked (WAL, synchronous=FULL)")
        connection.pragma("secure_delete", 1)  # whole: FAST leaves what had a page of its own
        connection.pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("query_only", query_only)
        return connection


def make_private(path: Path) -> None:
    """A file that is not there yet is its owner's alone, with the journals that SQLite makes beside it.

    No other is opened: to close one that SQLite has open would undo its locks.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """All that follows, or nothing of it.

    Not apsw's own `with connection`: that begins without the lock, so that
    what reads before it writes would not wait for another process, and syncs
    to disk while the whole of Python waits.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite may have undone it itself
            connection.execute("ROLLBACK")
        raise


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns what SQLite raises into the port's `Unavailable`, or `BrokenDatabase`."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise BrokenDatabase("it is no SQLite database, or a broken one") from error
    except (apsw.Error, OSError) as error:
        raise Unavailable(str(error)) from error
