"""What a commit is made of: plain data, carried out together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from storage.schema import Record


class Insert(Struct, frozen=True):
    """Store a new record; `Duplicate` if its id or a unique index is taken."""

    record: Record


class Replace(Struct, frozen=True):
    """Store a changed record; `Stale` unless the stored one still has this `version`."""

    record: Record


class Delete(Struct, frozen=True):
    """Remove a record; `Stale` unless the stored one still has this `version`."""

    record: Record


Write = Insert | Replace | Delete


class StorageError(Exception):
    """A commit that did not happen, or may not have happened."""


class Stale(StorageError):
    """Somebody else changed a record since it was read: read again and decide again."""


class Duplicate(StorageError):
    """The id or a unique index already has such a record."""


class Unavailable(StorageError):
    """The database cannot be reached or written; whether a commit was stored is not known."""


class BrokenDatabase(Unavailable):
    """The file is there and cannot be read as a database: nothing in it can be used."""


class UnusableDatabase(Exception):
    """The database cannot do what Hekje asks of it: it must not start there."""


class NewerDatabase(UnusableDatabase):
    """The database was written by a newer Hekje."""
