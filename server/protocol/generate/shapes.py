"""The types of the protocol as JSON Schema, by name: what all documents are made from."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from server.handlers import EVENTS
from server.protocol.base import Request
from server.protocol.calls import CALLS
from server.protocol.pushes import PUSHES

Shape = dict[str, Any]
"""A JSON Schema."""

REFERENCE = "#/components/schemas/"


@cache
def shapes() -> dict[str, Shape]:
    """Every type that crosses the wire, and those inside them."""
    asked: list[Any] = [entry.request for entry in EVENTS.values()]
    asked += [call.request for call in CALLS.values() if call.request]
    told: list[Any] = [entry.answer for entry in EVENTS.values()]
    told += [call.answer for call in CALLS.values()]
    told += PUSHES.values()
    tops, named = msgspec.json.schema_components([*asked, *told], ref_template=REFERENCE + "{name}")
    for top in tops:
        if "$ref" not in top:
            named[top["title"]] = top
    requests = {kind.__name__ for kind in _all_of(Request)}
    return {
        name: shape if name in requests else _as_told(shape)
        for name, shape in sorted(named.items())
    }


def name_of(kind: Any) -> str:
    """Under which name a type is in `shapes`."""
    if isinstance(kind, type):
        return kind.__name__
    title: str = msgspec.json.schema(kind)["title"]
    return title


def fields(shape: Shape) -> dict[str, Shape]:
    return dict(shape.get("properties", {}))


def description(shape: Shape) -> str:
    return " ".join(shape.get("description", "").split())


def inner(shape: Shape) -> Shape:
    """What a shape is when it is not null."""
    kinds = [kind for kind in shape.get("anyOf", ()) if kind.get("type") != "null"]
    return kinds[0] if len(kinds) == 1 else shape


def _as_told(shape: Shape) -> Shape:
    """What the server sends: a field that has its default is left out, so none is null."""
    told = {}
    for name, field in fields(shape).items():
        about = {"description": field["description"]} if "description" in field else {}
        told[name] = {**inner(field), **about}
        told[name].pop("default", None)
    return {**shape, "properties": told} if told else shape


def _all_of(base: type[Request]) -> set[type[Request]]:
    found = {base}
    for child in base.__subclasses__():
        found |= _all_of(child)
    return found
