"""Every index, walked in every way that the port allows, against the same walk over a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from storage.schema import (
    INDEXES,
    MESSAGES_REVISED,
    PUPILS_OF_SCHOOL,
    Index,
    Pupil,
    Record,
    index_value,
)
from storage.sqlite import SqliteStore
from storage.store import Bound, Store
from storage.writes import Insert
from tests.storage.records import MONDAY, any_record

TEXTS = ["", "Aap", "aap", "zes", "één", "\uffff", "😀"]
NUMBERS = [-5, 0, 3, 10**15]


@dataclass(frozen=True)
class Walk:
    """What is asked of an index."""

    equal: tuple[Any, ...]
    after: Bound
    before: Bound
    descending: bool
    limit: int


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
async def test_an_index_answers_each_walk_as_a_list_would(
    store: Store, index: Index[Record]
) -> None:
    if index.shared and isinstance(store, SqliteStore):
        with pytest.raises(ValueError, match="share a database"):
            await store.find(index, limit=1)
        return
    records = list(filled(index))
    await store.commit([Insert(record) for record in records])

    answers = 0
    for walk in walks(index, records):
        expected = [record.id for record in along(index, records, walk)]
        found = await store.find(
            index,
            *walk.equal,
            after=walk.after,
            before=walk.before,
            descending=walk.descending,
            limit=walk.limit,
        )
        assert [record.id for record in found] == expected, walk
        answers += bool(expected)
    assert answers > 10, "need walks that find somebody"


def filled(index: Index[Record]) -> Iterator[Record]:
    """Records that share values of the index wherever they may; some are outside a sparse one."""
    pools = [pool(index, field) for field in index.fields]
    wide = [values if n == len(pools) - 1 else values[:3] for n, values in enumerate(pools)]
    again = 1 if index.unique or "id" in index.fields else 2
    for number, values in enumerate([*product(*wide)] * again):
        given = dict(zip(index.fields, values, strict=True))
        if "id" in index.fields[1:]:
            given["id"] = f"{given['id']}-{number}"
        yield any_record(index.record, number, **given)
    if index.sparse:
        for number in range(1000, 1003):
            yield any_record(index.record, number, **{index.sparse: None})


def pool(index: Index[Record], field: str) -> Sequence[Any]:
    """Values of a field, in no order."""
    types = {known.name: known.type for known in msgspec.structs.fields(index.record)}
    wanted = types[field]
    choices = [one for one in get_args(wanted) if one is not type(None)]
    if get_origin(wanted) is Literal:
        return choices
    if choices:
        wanted = choices[0]
    if wanted is datetime:
        return [MONDAY + timedelta(milliseconds=shift) for shift in (5, -1, 0, 86_400_000)]
    pools: dict[Any, Sequence[Any]] = {str: TEXTS, int: NUMBERS, bool: [False, True]}
    return pools[wanted][::-1]


def walks(index: Index[Record], records: Sequence[Record]) -> Iterator[Walk]:
    inside = [record for record in records if within(index, record)]
    for equal in range(len(index.fields) + 1):
        for record in islice(inside, 0, None, max(1, len(inside) // 3)):
            values = [getattr(record, field) for field in index.fields]
            bounded = index.fields[equal : equal + 1]
            bounds = limits([getattr(other, field) for other in inside for field in bounded])
            for (after, before), descending, limit in product(bounds, (False, True), (1, 4, 500)):
                known = equal + (after is not None or before is not None)
                if index.sparse is None or index.sparse in index.fields[:known]:
                    yield Walk(tuple(values[:equal]), after, before, descending, limit)


def limits(values: Sequence[Any]) -> list[tuple[Bound, Bound]]:
    if not values:
        return [(None, None)]
    low, high = min(values), max(values)
    return [(None, None), (low, None), (None, high), (low, high), (high, low)]


def within(index: Index[Record], record: Record) -> bool:
    return index.sparse is None or getattr(record, index.sparse) is not None


def along(index: Index[Record], records: Sequence[Record], walk: Walk) -> list[Record]:
    """The same walk, over a list."""

    def value(record: Record, field: str) -> Any:
        return index_value(getattr(record, field))

    first, rest = index.fields[: len(walk.equal)], index.fields[len(walk.equal) :]
    wanted = [index_value(one) for one in walk.equal]
    after, before = index_value(walk.after), index_value(walk.before)
    found = [
        record
        for record in records
        if within(index, record)
        and [value(record, field) for field in first] == wanted
        and (after is None or value(record, rest[0]) > after)
        and (before is None or value(record, rest[0]) < before)
    ]
    found.sort(
        key=lambda record: ([value(record, field) for field in rest], record.id),
        reverse=walk.descending,
    )
    return found[: walk.limit]


async def test_a_question_without_an_index_cannot_be_asked(store: Store) -> None:
    await store.commit([Insert(any_record(Pupil, school_id="eik", sis_id="7"))])
    assert await store.find(PUPILS_OF_SCHOOL, "eik", after="6", limit=9)

    with pytest.raises(ValueError, match="no index"):
        await store.find(Index(Pupil, ("given_name",)), "Sami", limit=9)
    with pytest.raises(ValueError, match="no field"):
        await store.find(PUPILS_OF_SCHOOL, "eik", "7", after="6", limit=9)
    with pytest.raises(ValueError, match="no field"):
        await store.find(PUPILS_OF_SCHOOL, "eik", "7", "Sami", limit=9)
    with pytest.raises(ValueError, match="absent"):
        await store.find(PUPILS_OF_SCHOOL, None, limit=9)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="leaves records out"):
        await store.find(MESSAGES_REVISED, "eik.sami", limit=9)
    for endless in (0, -1):
        with pytest.raises(ValueError, match="limit"):
            await store.find(PUPILS_OF_SCHOOL, "eik", limit=endless)
    with pytest.raises(TypeError):
        await store.find(PUPILS_OF_SCHOOL, "eik")  # type: ignore[call-arg]
