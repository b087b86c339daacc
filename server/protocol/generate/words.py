"""What the documents say about requests, pushes, refusals: from the docstrings of their types."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.decision import Refusal
from server.handlers import ALL, EVENTS
from server.protocol.calls import CALLS
from server.protocol.generate.shapes import description, name_of, shapes
from server.protocol.pushes import PUSHES

_PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Code:
    """A refusal as clients know it."""

    name: str
    about: str


def codes() -> list[Code]:
    """The codes of errors, in the order of the tree."""
    return [Code(refusal.code, _docstring(refusal)) for refusal in _all_of(Refusal)]


def about_request(name: str) -> str:
    return description(shapes()[name_of(EVENTS[name].request)])


def about_call(path: str) -> str:
    call = CALLS[path]
    return description(shapes()[name_of(call.request)]) if call.request else call.about


def about_push(name: str) -> str:
    return description(shapes()[name_of(PUSHES[name])])


def who_may(name: str) -> str:
    """Which roles, in words."""
    entry = EVENTS[name]
    order = ("guardian", "teacher", "office")
    names = {"guardian": "guardians", "teacher": "teachers", "office": "the office"}
    who = [names[role] for role in order if role in entry.roles]
    said = "everybody" if entry.roles == ALL else " and ".join(who)
    return said + (", also before a second factor that is due" if entry.enrolling else "")


def first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".:") + "."


def version() -> str:
    declared: str = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return declared


def _docstring(refusal: type[Refusal]) -> str:
    own = refusal.__dict__.get("__doc__")
    return " ".join(inspect.cleandoc(own).split()) if own else ""


def _all_of(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in refusal.__subclasses__():
        yield child
        yield from _all_of(child)
