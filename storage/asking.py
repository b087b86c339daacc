"""What may be asked of an index, the same on every database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.schema import INDEXES, KINDS, Index

_DECLARED = frozenset((*INDEXES, *(Index(kind, ("id",)) for kind in KINDS)))
"""Every kind is kept by its id besides: so somebody can go through all of it, page by page."""


def check_asked(index: Index[Any], equal: Sequence[object], ranged: bool, limit: int) -> None:
    """Raises ValueError for what the index cannot answer by a walk of at most `limit` steps."""
    if index not in _DECLARED:
        raise ValueError(f"there is no index {index.name}")
    bounded = len(equal) + ranged
    if bounded > len(index.fields):
        raise ValueError(f"{index.name} has no field to bound there")
    if None in equal:
        raise ValueError(f"{index.name} is not asked for what is absent")
    if index.sparse and index.sparse not in index.fields[:bounded]:
        raise ValueError(f"{index.name} leaves records out: bound {index.sparse}")
    if limit < 1:
        raise ValueError("a limit is at least 1")
