"""`docs/protocol.md`: a head written by hand, then every code, call, request, push and object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from server.edge import STATUS
from server.handlers import EVENTS
from server.protocol.calls import CALLS, Call
from server.protocol.generate.shapes import (
    REFERENCE,
    Shape,
    description,
    inner,
    name_of,
    shapes,
)
from server.protocol.generate.words import about_call, about_push, about_request, codes, who_may
from server.protocol.pushes import PUSHES


def page() -> str:
    parts = [
        _text("head.md"),
        "## Errors\n\n" + "\n".join(_errors()),
        _text("calls.md"),
        *(_call(path, call) for path, call in CALLS.items()),
        "## Requests",
        *(_request(name) for name in EVENTS),
        "## Pushes",
        *(_push(name) for name in PUSHES),
        "## Objects",
        *(_object(name) for name in _objects()),
    ]
    return "\n\n".join(parts) + "\n"


def _text(name: str) -> str:
    """What was written by hand."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8").rstrip()


def _errors() -> Iterator[str]:
    yield "| `code` | HTTP | when |"
    yield "| --- | --- | --- |"
    for code in codes():
        yield f"| `{code.name}` | {STATUS[code.name]} | {code.about} |"


def _call(path: str, call: Call) -> str:
    needs = " Needs a session." if call.session else ""
    lines = [f"### `POST {path}`", "", f"{about_call(path)}{needs} Answers {call.status}.", ""]
    return _with_table(lines, _rows(call.request, "body"), _rows(call.answer, "answer"))


def _request(name: str) -> str:
    entry = EVENTS[name]
    lines = [f"### `{name}`", "", f"{about_request(name)} For {who_may(name)}.", ""]
    return _with_table(lines, _rows(entry.request, "request"), _rows(entry.answer, "answer"))


def _push(name: str) -> str:
    return _with_table([f"### `{name}`", "", about_push(name), ""], _rows(PUSHES[name], "push"))


def _object(name: str) -> str:
    shape = shapes()[name]
    lines = [f"### {name}", ""]
    if description(shape):
        lines += [description(shape), ""]
    return _with_table(lines, _rows_of(shape, ""))


def _objects() -> list[str]:
    """What stands in others, and is no request, answer or push by itself."""
    tops = {name_of(entry.request) for entry in EVENTS.values()}
    tops |= {name_of(entry.answer) for entry in EVENTS.values()}
    tops |= {name_of(kind) for kind in PUSHES.values()}
    tops |= {name_of(call.answer) for call in CALLS.values()}
    tops |= {name_of(call.request) for call in CALLS.values() if call.request}
    return [name for name in shapes() if name not in tops]


def _with_table(lines: list[str], *groups: Iterable[str]) -> str:
    rows = [row for group in groups for row in group]
    if rows:
        lines += ["| | field | type | |", "| --- | --- | --- | --- |", *rows]
    return "\n".join(lines).rstrip()


def _rows(kind: Any, title: str) -> list[str]:
    return _rows_of(shapes()[name_of(kind)], title) if kind else []


def _rows_of(shape: Shape, title: str) -> list[str]:
    rows = []
    required = shape.get("required", ())
    for name, field in shape.get("properties", {}).items():
        optional = "" if name in required else "?"
        about = description(field) or description(inner(field))
        default = field.get("default")
        if default not in (None, False):
            about = ", ".join(
                part for part in (about, f"{json.dumps(default)} if left out") if part
            )
        rows.append(f"| {title} | `{name}`{optional} | {_written(field)} | {about} |")
        title = ""
    return rows


def _written(shape: Shape) -> str:
    """A type in words."""
    shape = inner(shape)
    if "$ref" in shape:
        name = shape["$ref"].removeprefix(REFERENCE)
        return f"[{name}](#{name.lower()})"
    if "enum" in shape:
        return " or ".join(f"`{json.dumps(value)}`" for value in shape["enum"])
    match shape["type"]:
        case "array":
            items = shape.get("items")
            count = _between(shape, "Items", "").removeprefix(", ")
            return f"list of {count} {_written(items)}".replace("  ", " ") if items else "list"
        case "object":
            return f"object: id → {_written(shape['additionalProperties'])}"
        case "string":
            pattern = (
                f" like `{shape['pattern'].replace('|', chr(92) + '|')}`"
                if "pattern" in shape
                else ""
            )
            return "string" + _between(shape, "Length", " characters") + pattern
        case "integer":
            return "integer" + _range(shape.get("minimum"), shape.get("maximum"), "")
        case simple:
            return str(simple)


def _pattern(shape: Shape) -> str:
    return f", `{shape['pattern'].replace('|', '&#124;')}`" if "pattern" in shape else ""


def _between(shape: Shape, what: str, unit: str) -> str:
    return _range(shape.get(f"min{what}"), shape.get(f"max{what}"), unit)


def _range(least: int | None, most: int | None, unit: str) -> str:
    if most is None:
        return "" if least is None else f", at least {least:,}{unit}"
    if least == most:
        return f", {least:,}{unit}"
    return f", {least:,} to {most:,}{unit}" if least is not None else f", at most {most:,}{unit}"
