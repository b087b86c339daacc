"""Frames on the wire: a Socket.IO packet in an Engine.IO message in a WebSocket frame, as bytes.

Encoded once, however many connections it goes to.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()

_EVENT = b'42["%b",%b]'
_ACK = b"43%d[%b]"


def event(name: str, payload: Any) -> bytes:
    return websocket_text(_EVENT % (name.encode(), _encoder.encode(payload)))


def answer(id: int, payload: Any) -> bytes:
    """The answer to the request with that id: `"ok": true`, then the fields of the payload."""
    body = _encoder.encode(payload)
    return websocket_text(_ACK % (id, b'{"ok":true' + (b"," if body != b"{}" else b"") + body[1:]))


def refusal(id: int, error: dict[str, Any]) -> bytes:
    return websocket_text(_ACK % (id, _encoder.encode({"ok": False, "error": error})))


def websocket_text(payload: bytes) -> bytes:
    """RFC 6455: one unmasked, uncompressed text frame."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", _TEXT, length) + payload
    if length < 65536:
        return struct.pack("!BBH", _TEXT, 126, length) + payload
    return struct.pack("!BBQ", _TEXT, 127, length) + payload


def websocket_pong(payload: bytes) -> bytes:
    """The answer to a WebSocket ping, whose payload has at most 125 bytes."""
    return struct.pack("!BB", _PONG, len(payload)) + payload


_TEXT, _PONG = 0x81, 0x8A
