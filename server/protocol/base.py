"""What requests, answers and pushes have in common."""

from __future__ import annotations

from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta


def about(text: str) -> Meta:
    """What a field means, where its name and type do not say it: for the protocol page."""
    return Meta(description=text)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client asks; an unknown field is a mistake worth hearing about."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is acknowledged, beside `"ok": true`. Fields that have their default are left out."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Push(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the server tells by itself."""


class Empty(Request):
    """No fields."""


class Done(Answer):
    """It is done; there is nothing more to say."""


Id = Annotated[str, Meta(min_length=1, max_length=120)]
Instant = Annotated[str, about("instant, RFC 3339 in UTC with milliseconds")]
Key = Annotated[str, Meta(min_length=1, max_length=64), about("your own, the same when sent again")]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""As far as every JSON library counts: whoever asks from the very end may say so."""
Limit = Annotated[int, Meta(ge=1, le=200)]
LongText = Annotated[str, Meta(max_length=64_000), about("1 to 4,000 code points, not blank")]
"""Looser than the rule, which counts after normalising and says what is wrong in words."""
