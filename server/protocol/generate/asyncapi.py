"""The Socket.IO side as an AsyncAPI 3 document."""

from __future__ import annotations

from typing import Any

from server.handlers import EVENTS
from server.protocol.generate.shapes import REFERENCE, name_of, shapes
from server.protocol.generate.words import (
    about_push,
    about_request,
    codes,
    first_sentence,
    version,
    who_may,
)
from server.protocol.pushes import PUSHES

Part = dict[str, Any]

_CHANNEL = "#/channels/socket"
_DESCRIPTION = (
    "Messages between parents and the team of their child's class, over Socket.IO: each operation "
    "that the server receives is an event with one object and an acknowledgement; each that it "
    "sends is an event with one object. `protocol.md` tells the rest, log-in over HTTP included."
)


def document() -> Part:
    messages = {**_messages_of_requests(), **_messages_of_pushes()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hekje",
            "version": version(),
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "hekje": {
                "host": "localhost:8080",
                "protocol": "ws",
                "pathname": "/socket.io/",
                "description": "Socket.IO (protocol 5, Engine.IO 4), WebSocket only.",
                "security": [{"$ref": "#/components/securitySchemes/connection"}],
            }
        },
        "channels": {
            "socket": {
                "address": "/",
                "description": "The default namespace.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {**_requests(), **_pushes()},
        "components": {
            "schemas": {**shapes(), "Refused": _refused()},
            "messages": messages,
            "securitySchemes": {
                "connection": {
                    "type": "userPassword",
                    "description": 'In CONNECT: `{"ticket": …}`, or for programs `{"token": …}`.',
                }
            },
        },
    }


def _requests() -> Part:
    return {
        name: {
            "action": "receive",
            "channel": {"$ref": _CHANNEL},
            "title": name,
            "summary": first_sentence(about_request(name)),
            "description": f"{about_request(name)} For {who_may(name)}.",
            "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"}],
            "reply": {
                "channel": {"$ref": _CHANNEL},
                "messages": [{"$ref": f"{_CHANNEL}/messages/{name}.answer"}],
            },
        }
        for name in EVENTS
    }


def _pushes() -> Part:
    return {
        name: {
            "action": "send",
            "channel": {"$ref": _CHANNEL},
            "title": name,
            "summary": first_sentence(about_push(name)),
            "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"}],
        }
        for name in PUSHES
    }


def _messages_of_requests() -> Part:
    messages: Part = {}
    for name, entry in EVENTS.items():
        asked, answered = name_of(entry.request), name_of(entry.answer)
        messages[name] = {"name": name, "payload": {"$ref": REFERENCE + asked}}
        messages[f"{name}.answer"] = {
            "name": f"{name}.answer",
            "summary": f"The acknowledgement of {name}.",
            "payload": {"oneOf": [_ok(answered), {"$ref": REFERENCE + "Refused"}]},
        }
    return messages


def _messages_of_pushes() -> Part:
    return {
        name: {"name": name, "payload": {"$ref": REFERENCE + name_of(kind)}}
        for name, kind in PUSHES.items()
    }


def _ok(answered: str) -> Part:
    ok = {"type": "object", "properties": {"ok": {"const": True}}, "required": ["ok"]}
    return {"allOf": [ok, {"$ref": REFERENCE + answered}]}


def _refused() -> Part:
    known = {
        "code": {"enum": [code.name for code in codes()]},
        "message": {"type": "string", "description": "a sentence for a person, in their language"},
        **{
            detail: {"type": kind, "description": about}
            for detail, kind, about in (
                ("field", "string", "with `invalid`: the path of the first fault"),
                ("rule", "string", "with `policy`: which rule"),
                ("retry_after", "integer", "with `rate_limited`: seconds"),
            )
        },
    }
    error = {"type": "object", "properties": known, "required": ["code", "message"]}
    return {
        "title": "Refused",
        "type": "object",
        "properties": {"ok": {"const": False}, "error": error},
        "required": ["ok", "error"],
    }
