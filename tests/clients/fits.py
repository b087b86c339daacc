"""Whether what came over the wire is what the protocol says, with nothing more and nothing less."""

from __future__ import annotations

from typing import Any

import msgspec

from server.handlers import EVENTS
from server.protocol.pushes import PUSHES


def assert_answer_fits(event: str, answer: dict[str, Any]) -> None:
    fields = {name: value for name, value in answer.items() if name != "ok"}
    _assert_is(fields, EVENTS[event].answer)


def assert_pushes_fit(told: list[tuple[str, Any]]) -> None:
    assert told, "something was told"
    for name, payload in told:
        _assert_is(payload, PUSHES[name])


def _assert_is(value: Any, kind: Any) -> None:
    """A field too many would be lost on the way there and back."""
    assert msgspec.to_builtins(msgspec.convert(value, kind)) == value
