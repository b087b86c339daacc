"""How records and questions look to MongoDB.

A document is a record's id, version and body (JSON), with the fields that
its indexes need beside it. What somebody typed is only ever compared with,
behind `$eq` or escaped in a pattern: it cannot become an operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from storage import ids
from storage.bodies import encode
from storage.schema import Index, Message, Record, index_value, indexes_of
from storage.store import Bound
from storage.words import fold

Document = dict[str, Any]
Keys = list[tuple[str, int]]

TERMS = "message_by_terms"
"""The index of the search."""


class Wanted(NamedTuple):
    """An index as MongoDB makes it."""

    name: str
    keys: Keys
    options: Document


def indexes(kind: type[Record]) -> Iterator[Wanted]:
    yield Wanted("_id_", [("_id", 1)], {})  # is always there, but a collection comes with it
    for index in indexes_of(kind):
        if index.fields != ("id",):
            options: Document = {"unique": True} if index.unique else {}
            if index.sparse:  # absent fields are not stored at all: see `document`
                options["partialFilterExpression"] = {index.sparse: {"$exists": True}}
            yield Wanted(index.name, _keys(index, 0, 1), options)
    if kind is Message:
        yield Wanted(TERMS, [("terms", 1)], {})


def document(record: Record, version: int) -> Document:
    made = {"_id": record.id, "version": version, "body": encode(record)}
    for field in _fields(type(record)):
        value = index_value(getattr(record, field))
        if value is not None:
            made[field] = value
    if isinstance(record, Message):
        made["terms"] = [_term(scope, word) for scope in _scopes(record) for word in _words(record)]
        made["order"] = ids.order(record.at, record.id)
    return made


def this(id: str) -> Document:
    return {"_id": {"$eq": id}}


def unchanged(record: Record) -> Document:
    """Matches the stored record unless somebody was faster."""
    return {"_id": {"$eq": record.id}, "version": {"$eq": record.version}}


def asked(index: Index[Any], equal: Sequence[str | int], after: Bound, before: Bound) -> Document:
    fields = [_name(field) for field in index.fields]
    matching: Document = {
        field: {"$eq": index_value(value)} for field, value in zip(fields, equal, strict=False)
    }
    bounds = {"$gt": index_value(after), "$lt": index_value(before)}
    between = {bound: value for bound, value in bounds.items() if value is not None}
    if between:
        matching[fields[len(equal)]] = between
    return matching


def ordered(index: Index[Any], equal: int, descending: bool) -> Keys:
    return _keys(index, equal, -1 if descending else 1)


def hint(index: Index[Any]) -> str:
    return "_id_" if index.fields == ("id",) else index.name


def found_by(scopes: Sequence[str], words: Iterable[str], before: Message | None) -> Document:
    """Matches messages in a scope with every word as a prefix; the longest narrows most."""
    every = [
        {"terms": {"$in": [_prefix(_term(scope, word)) for scope in scopes]}}
        for word in sorted(words, key=len, reverse=True)
    ]
    older = {"order": {"$lt": ids.order(before.at, before.id)}} if before else {}
    return {"$and": every, **older}


def _prefix(term: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(term)}", re.ASCII)  # ASCII: MongoDB gets no flags


def _term(scope: str, word: str) -> str:
    """A word within a scope, so that the index is walked for what the asker may read alone."""
    return f"{scope}\n{word}"


def _scopes(message: Message) -> tuple[str, str]:
    return message.conversation_id, message.class_id


def _words(message: Message) -> list[str]:
    return sorted(set(fold(message.text)))


def _keys(index: Index[Any], skipped: int, way: int) -> Keys:
    """The fields of an index after the first few; the id settles what they leave open."""
    fields = [_name(field) for field in index.fields[skipped:]]
    if not index.unique and "_id" not in fields:
        fields.append("_id")
    return [(field, way) for field in fields]


@cache
def _fields(kind: type[Record]) -> tuple[str, ...]:
    fields = {field for index in indexes_of(kind) for field in index.fields if field != "id"}
    return tuple(sorted(fields))


def _name(field: str) -> str:
    return "_id" if field == "id" else field
