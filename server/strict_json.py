"""JSON as it comes from outside: parsed strictly, then fitted to a type.

`NaN`, infinities, duplicate keys, lone surrogates and NUL pass Python's parser
and would poison browsers and databases later; here they are refused.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from server.decision import Invalid

T = TypeVar("T")


def parse(text: str) -> Any:
    """The value; raises ValueError for anything that strict JSON is not."""
    try:
        value = _decoder.decode(text)
        if "\\u" in text:  # only an escape can hide a NUL or half a character in a string
            _refuse_poison(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def convert(value: Any, type: type[T]) -> T:
    """The value as a type; raises `Invalid` with the path of the first fault."""
    try:
        return msgspec.convert(value, type, strict=True)
    except msgspec.ValidationError as error:
        raise Invalid(_field(str(error)), "does_not_fit") from error


_PATH = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`$")
_NAMED = re.compile(r"(?:unknown|required) field `(.+?)`(?: - at `[^`]*`)?$", re.DOTALL)


def _field(fault: str) -> str:
    path = _PATH.search(fault)
    named = _NAMED.search(fault)
    parts = [part for part in (path and path[1], named and named[1]) if part]
    return ".".join(parts)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _refuse_poison(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a string has a NUL")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError("a string has a lone surrogate") from error
    elif isinstance(value, list):
        for part in value:
            _refuse_poison(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            _refuse_poison(key)
            _refuse_poison(part)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite
)
