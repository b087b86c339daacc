"""The JSON library of both servers, in the form that python-socketio takes: `json=wire`."""

from __future__ import annotations

import msgspec

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def dumps(value: object, **_style: object) -> str:
    """Compact JSON; the style that python-socketio asks for is that anyway."""
    return _encoder.encode(value).decode()


def loads(text: str | bytes, **_style: object) -> object:
    return _decoder.decode(text)
