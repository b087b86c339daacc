"""How a record is kept whole: as JSON, beside the fields that a database must look into."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

from storage.schema import Record

R = TypeVar("R", bound=Record)

_encoder = msgspec.json.Encoder()


def encode(record: Record) -> str:
    return _encoder.encode(record).decode()


def decode(kind: type[R], version: int, body: str) -> R:
    """The record, with the `version` that is kept beside its body."""
    record = _decoder(kind).decode(body)
    msgspec.structs.force_setattr(record, "version", version)
    return record  # type: ignore[return-value]


@cache
def _decoder(kind: type[Record]) -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(kind)
