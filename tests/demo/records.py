"""Everything of one kind, whatever the database."""

from __future__ import annotations

from typing import TypeVar

from storage.schema import KINDS, Index, Record
from storage.store import Store

R = TypeVar("R", bound=Record)


async def every(store: Store, kind: type[R]) -> list[R]:
    return await store.find(Index(kind, ("id",)), limit=100_000)


async def how_many(store: Store) -> dict[str, int]:
    """Of each kind of which there is any."""
    counts = {kind.kind: len(await every(store, kind)) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if count}
