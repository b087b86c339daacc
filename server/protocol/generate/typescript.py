"""The types of the protocol in TypeScript, for the web client."""

from __future__ import annotations

import json
from typing import Any

from server.handlers import EVENTS
from server.protocol.calls import CALLS
from server.protocol.generate.shapes import REFERENCE, Shape, description, name_of, shapes
from server.protocol.generate.words import about_push, about_request, codes
from server.protocol.pushes import PUSHES

_HEAD = """\
/**
 * What a client asks and hears. Made by `python -m server.protocol.generate` from the types that
 * validate on the server; `docs/protocol.md` tells the same in words.
 */
"""

_TAIL = """\
export type RequestName = keyof Requests;
export type PushName = keyof Pushes;
export type CallPath = keyof Calls;

export interface Refused {
  readonly ok: false;
  readonly error: ProtocolError;
}

/** Why the answer is no: `code` for programs, `message` for a person, in their language. */
export interface ProtocolError {
  readonly code: ErrorCode;
  readonly message: string;
  /** With `invalid`: the path of the first fault. */
  readonly field?: string;
  /** With `policy`: which rule. */
  readonly rule?: string;
  /** With `rate_limited`: seconds. */
  readonly retry_after?: number;
  readonly [detail: string]: unknown;
}

/** What is acknowledged. There is always an answer. */
export type Answer<Name extends RequestName> =
  | ({ readonly ok: true } & Requests[Name]["answer"])
  | Refused;

/** What an HTTP call answers. */
export type CallAnswer<Path extends CallPath> =
  | ({ readonly ok: true } & Calls[Path]["answer"])
  | Refused;
"""


def module() -> str:
    parts = [_HEAD, *(_type(name, shape) for name, shape in shapes().items())]
    parts.append(
        _table(
            "Requests",
            "Event → what is asked and what is answered.",
            {
                name: (about_request(name), _exchange(entry.request, entry.answer))
                for name, entry in EVENTS.items()
            },
        )
    )
    parts.append(
        _table(
            "Pushes",
            "Event → what the server tells by itself.",
            {name: (about_push(name), name_of(kind)) for name, kind in PUSHES.items()},
        )
    )
    parts.append(
        _table(
            "Calls",
            "Path → what is posted over HTTP and what is answered.",
            {
                path: (call.about, _exchange(call.request, call.answer))
                for path, call in CALLS.items()
            },
        )
    )
    parts.append(_union("ErrorCode", [code.name for code in codes()]))
    parts.append(_TAIL)
    return "\n".join(parts)


def _exchange(request: Any, answer: Any) -> str:
    asked = name_of(request) if request else "undefined"
    return f"{{ readonly request: {asked}; readonly answer: {name_of(answer)} }}"


def _table(name: str, about: str, rows: dict[str, tuple[str, str]]) -> str:
    lines = [_comment(about), f"export interface {name} {{"]
    for key, (said, kind) in rows.items():
        if said:
            lines.append(_comment(said, "  "))
        lines.append(f"  readonly {json.dumps(key)}: {kind};")
    return "\n".join([*lines, "}"]) + "\n"


def _union(name: str, words: list[str]) -> str:
    return (
        f"export type {name} =\n" + "\n".join(f"  | {json.dumps(word)}" for word in words) + ";\n"
    )


def _type(name: str, shape: Shape) -> str:
    lines = [_comment(description(shape))] if description(shape) else []
    properties = shape.get("properties", {})
    if not properties:
        return "\n".join([*lines, f"export type {name} = {_without_fields(shape)};"]) + "\n"
    lines.append(f"export interface {name} {{")
    required = shape.get("required", ())
    for field, of in properties.items():
        if description(of):
            lines.append(_comment(description(of), "  "))
        lines.append(f"  readonly {field}{'' if field in required else '?'}: {_written(of)};")
    return "\n".join([*lines, "}"]) + "\n"


def _without_fields(shape: Shape) -> str:
    """A request without fields has none; an answer or push may have some later."""
    if isinstance(shape.get("additionalProperties"), dict):
        return _written(shape)
    return "Readonly<Record<string, never>>" if "additionalProperties" in shape else "object"


def _written(shape: Shape) -> str:
    if "$ref" in shape:
        name: str = shape["$ref"].removeprefix(REFERENCE)
        return name
    if "anyOf" in shape:
        return " | ".join(_written(kind) for kind in shape["anyOf"])
    if "enum" in shape:
        return " | ".join(json.dumps(value) for value in shape["enum"])
    match shape["type"]:
        case "array":
            return f"readonly {_element(shape.get('items'))}[]"
        case "object":
            return f"Readonly<Record<string, {_written(shape['additionalProperties'])}>>"
        case "integer" | "number":
            return "number"
        case simple:
            return str(simple)


def _element(items: Shape | None) -> str:
    if not items:
        return "unknown"
    written = _written(items)
    return f"({written})" if " " in written else written


def _comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {text.replace('*/', '* /')} */"
