"""What people say to each other: scenes from `texts/`, dealt so that a class hears each once in a while."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from server.demo.people import Child

_TEXTS = Path(__file__).parent / "texts"
_CHOICE, _HOLE = re.compile(r"\{([^{}]*)\}"), re.compile(r"\[(\w+)\]")
_GREETINGS = {
    "Goedemorgen": "morning", "Good morning": "morning", "Goedemiddag": "afternoon",
    "Goedenavond": "evening", "Good evening": "evening",
}  # fmt: skip
_PRONOUNS = {
    ("nl", False): {"hij": "hij", "hem": "hem", "zijn": "zijn", "hijzelf": "hijzelf"},
    ("nl", True): {"hij": "zij", "hem": "haar", "zijn": "haar", "hijzelf": "zijzelf"},
    ("en", False): {"hij": "he", "hem": "him", "zijn": "his"},
    ("en", True): {"hij": "she", "hem": "her", "zijn": "her"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `who` is somebody's SIS id, or a part: `o`, `o2`, `l` or `l2`."""

    who: str
    text: str
    first: str | None = None
    """What was sent first, and then corrected."""
    withdrawn: str | None = None
    """What was sent before it, by mistake, and withdrawn."""
    hours: float = 0.2
    """After the line before, where the people are named."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A few messages that belong together."""

    lines: tuple[Line, ...]
    groups: frozenset[int]
    months: frozenset[int]

    @property
    def part_of_day(self) -> str:
        """That its first words speak of; empty when it can be any."""
        first = self.lines[0].text
        return next((part for word, part in _GREETINGS.items() if first.startswith(word)), "")

    @property
    def for_two(self) -> bool:
        """Both guardians speak."""
        return any(line.who == "o2" for line in self.lines)

    def fits(self, groups: frozenset[int], month: int, *, two: bool) -> bool:
        return (
            (not self.groups or bool(self.groups & groups))
            and (not self.months or month in self.months)
            and (two or not self.for_two)
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation of the last days between people whom the log-in page offers, or near them."""

    child: str
    guardians: tuple[str, ...]
    hours: float
    """How long ago it begins."""
    lines: tuple[Line, ...]
    unread: frozenset[str]
    taken: str | None


def named() -> Iterator[Named]:
    for scene in _read("named"):
        yield Named(
            child=scene["child"],
            guardians=tuple(scene["with"]),
            hours=scene["hours"],
            lines=_lines(scene),
            unread=frozenset(scene.get("unread", ())),
            taken=scene.get("taken"),
        )


class Deck:
    """The scenes of one class in one language: what has been played comes last."""

    def __init__(self, chance: Random, school_class: str, locale: str) -> None:
        files = ("english",) if locale == "en" else ("everyday", "classes", "seasons")
        self._groups = frozenset(int(digit) for digit in re.findall(r"\d", school_class))
        self._scenes = [_scene(scene) for name in files for scene in _read(name)]
        chance.shuffle(self._scenes)

    def deal(
        self, month: int, *, two: bool, seen: set[Scene], waiting: bool = False
    ) -> Scene | None:
        """One that fits and has not been `seen`; for `waiting`, a guardian begins, at any hour."""
        for scene in self._scenes:
            begins = scene.lines[0].who == "o" and not scene.part_of_day
            if (
                (begins or not waiting)
                and scene not in seen
                and scene.fits(self._groups, month, two=two)
            ):
                self._scenes.remove(scene)
                self._scenes.append(scene)
                return scene
        return None


def spoken(chance: Random, text: str, words: Mapping[str, str]) -> str:
    """A line with one of each choice, and its holes filled."""

    def fill(hole: re.Match[str]) -> str:
        name = hole[1]
        word = words[name.lower()]
        return word[:1].upper() + word[1:] if name[0].isupper() else word

    chosen = _CHOICE.sub(lambda choice: chance.choice(choice[1].split("|")), text)
    filled = _HOLE.sub(fill, chosen)
    return filled[:1].upper() + filled[1:]


def words_of(child: Child, locale: str) -> dict[str, str]:
    return {**_PRONOUNS[locale, child.girl], "kind": child.given_name}


def _read(name: str) -> list[dict[str, Any]]:
    scenes: list[dict[str, Any]] = json.loads((_TEXTS / f"{name}.json").read_text("utf-8"))
    return scenes


def _scene(scene: dict[str, Any]) -> Scene:
    groups, months = frozenset(scene.get("groups", ())), frozenset(scene.get("months", ()))
    return Scene(_lines(scene), groups, months)


def _lines(scene: dict[str, Any]) -> tuple[Line, ...]:
    return tuple(Line(who, text, **dict(*more)) for who, text, *more in scene["say"])
