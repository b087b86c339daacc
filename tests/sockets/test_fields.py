"""Every field of every request, derived from the table of events, given a value of another type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from server.handlers import EVENTS
from server.strict_json import convert
from tests.sockets.conftest import EN, SECRET, OpenWire
from tests.sockets.wire import Wire

Path = tuple[str | int, ...]

ANY = [SECRET, 1, -1, 1.5, 1e300, 10**100, True, False, None, [], {}, [None], {"$ne": None}]


OF_PATTERN = {
    None: "none",
    "^[0-9]{6}$": "123456",
    "^[A-Za-z0-9_-]{87}$": "A" * 87,
    "^[A-Za-z0-9_-]{22}$": "A" * 22,
}
"""A text that fits each pattern; any other is a clock time's."""


def proper(type: inspect.Type) -> Any:
    """A value of that type."""
    if isinstance(type, inspect.Metadata):
        return proper(type.type)
    if isinstance(type, inspect.UnionType):
        return proper(next(t for t in type.types if not isinstance(t, inspect.NoneType)))
    if isinstance(type, inspect.StrType):
        return OF_PATTERN.get(type.pattern, "09:00")
    if isinstance(type, inspect.IntType):
        return type.ge or 0
    if isinstance(type, inspect.FloatType):
        return 1.5
    if isinstance(type, inspect.BoolType):
        return True
    if isinstance(type, inspect.DateType):
        return "2026-11-23"
    if isinstance(type, inspect.LiteralType):
        return type.values[0]
    if isinstance(type, inspect.ListType):
        return [proper(type.item_type)] * max(1, type.min_length or 0)
    if isinstance(type, inspect.DictType):
        return {"none": proper(type.value_type)}
    assert isinstance(type, inspect.StructType), type
    return {field.encode_name: proper(field.type) for field in type.fields}


def parts(type: inspect.Type, path: Path = ()) -> Iterator[tuple[Path, inspect.Type]]:
    """Every place where a value stands, with the type that it must have there."""
    if isinstance(type, inspect.Metadata):
        yield from parts(type.type, path)
        return
    yield path, type
    if isinstance(type, inspect.UnionType):
        inner = next(t for t in type.types if not isinstance(t, inspect.NoneType))
        yield from list(parts(inner, path))[1:]
    elif isinstance(type, inspect.ListType):
        yield from parts(type.item_type, (*path, 0))
    elif isinstance(type, inspect.DictType):
        yield from parts(type.value_type, (*path, "none"))
    elif isinstance(type, inspect.StructType):
        for field in type.fields:
            yield from parts(field.type, (*path, field.encode_name))


def fits(value: Any, type: inspect.Type) -> bool:
    """Whether it can stand there, or is of the kind that can, with its fault further inside."""
    if isinstance(type, inspect.Metadata):
        return fits(value, type.type)
    if isinstance(type, inspect.UnionType):
        return any(fits(value, one) for one in type.types)
    kinds: dict[Any, tuple[Any, ...]] = {
        inspect.NoneType: (value is None,),
        inspect.StrType: (isinstance(value, str), type_pattern(type) is None),
        inspect.IntType: (isinstance(value, int), not isinstance(value, bool), value == 1),
        inspect.FloatType: (isinstance(value, int | float), not isinstance(value, bool)),
        inspect.BoolType: (isinstance(value, bool),),
        inspect.DateType: (False,),
        inspect.LiteralType: (False,),
        inspect.ListType: (isinstance(value, list), value or not getattr(type, "min_length", 0)),
        inspect.DictType: (isinstance(value, dict),),
        inspect.StructType: (isinstance(value, dict),),
    }  # fmt: skip
    return all(kinds[type.__class__])


def type_pattern(type: inspect.Type) -> str | None:
    return type.pattern if isinstance(type, inspect.StrType) else None


def with_part(payload: Any, path: Path, value: Any) -> Any:
    """The payload with another value in one place."""
    changed = copy.deepcopy(payload)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def written(path: Path) -> str:
    """The path as an answer names it: keys of a mapping are the client's own, and left out."""
    text = ""
    for step in path:
        inside = step == "none" or isinstance(step, int)
        text += (f"[{step}]" if isinstance(step, int) else "[...]") if inside else f".{step}"
    return text.removeprefix(".")


REQUESTS = {name: inspect.type_info(entry.request) for name, entry in EVENTS.items()}


@pytest.mark.parametrize("name", EVENTS)
async def test_each_field_of_a_wrong_type_is_invalid_by_its_path(
    open_wire: OpenWire, name: str
) -> None:
    wire = await open_wire("fatima")
    whole = proper(REQUESTS[name])
    convert(whole, EVENTS[name].request)
    id = 0
    for path, type in parts(REQUESTS[name]):
        for value in ANY:
            if path == () or fits(value, type):
                continue
            id += 1
            answer = await wire.ask(name, with_part(whole, path, value), id)
            error = answer.get("error", {})
            assert (error.get("code"), error.get("field")) == ("invalid", written(path)), (
                value, path, answer,
            )  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
async def test_each_missing_and_each_unknown_field_is_named(open_wire: OpenWire, name: str) -> None:
    wire = await open_wire("fatima")
    request = REQUESTS[name]
    assert isinstance(request, inspect.StructType)
    whole = proper(request)
    for field in request.fields:
        less = {key: value for key, value in whole.items() if key != field.encode_name}
        if field.required:
            assert await refused_field(wire, name, less) == field.encode_name
    for unknown in ("$ne", "__proto__", "constructor", "a.b", "Text", "", "é", SECRET):
        assert await refused_field(wire, name, {**whole, unknown: 1}) == unknown


@pytest.mark.parametrize("name", EVENTS)
async def test_what_fits_gets_past_the_types(open_wire: OpenWire, name: str) -> None:
    request = REQUESTS[name]
    assert isinstance(request, inspect.StructType)
    required = {field.encode_name: proper(field.type) for field in request.fields if field.required}
    anna = await open_wire("anna")
    answer = await anna.ask(name, required)
    assert answer["ok"] or (answer["error"]["code"], answer["error"]["message"]) != (
        "invalid",
        EN["does_not_fit"],
    )


async def refused_field(wire: Wire, name: str, payload: Any) -> str:
    error = (await wire.ask(name, payload, 5))["error"]
    assert error["code"] == "invalid"
    return str(error["field"])


def test_every_request_has_types_that_this_file_knows() -> None:
    assert all(issubclass(entry.request, msgspec.Struct) for entry in EVENTS.values())
    assert sum(len(list(parts(type))) for type in REQUESTS.values()) > len(EVENTS)
