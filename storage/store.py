"""The port to the database: get, find, commit, close; and search, its twin for words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from storage.schema import Index, Message, Record
from storage.writes import Write

R = TypeVar("R", bound=Record)

Bound = str | int | datetime | None
"""A limit on an indexed field; an instant counts in whole milliseconds."""


class Store(Protocol):
    """A database that keeps records.

    Each method raises `Unavailable` when the database cannot be reached.
    """

    async def get(self, kind: type[R], id: str) -> R | None:
        """The record with this id, as last committed."""
        ...

    async def find(
        self,
        index: Index[R],
        *equal: str | int,
        after: Bound = None,
        before: Bound = None,
        descending: bool = False,
        limit: int,
    ) -> list[R]:
        """Records whose first fields of `index` equal `equal`, in the order of the rest.

        `after` and `before` bound the next field of the index, themselves
        excluded. Raises ValueError for what the index cannot answer; nothing
        else can be asked, so that no query can scan.
        """
        ...

    async def search(
        self, scopes: Sequence[str], words: Sequence[str], *, before: str | None = None, limit: int
    ) -> list[Message]:
        """Messages in one of the `scopes` with every word as a prefix, newest first.

        A scope is the id of a conversation or a class; `words` may be as typed;
        `before` is the id of the last message seen.
        """
        ...

    async def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes durably, or none.

        Raises `Stale`, `Duplicate` or `Unavailable`. Returns only when the
        data would survive a power cut.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        ...
