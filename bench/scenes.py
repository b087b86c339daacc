"""Who is connected and who writes: the same people for both servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

TEXT = "@KEY@ Sami is zijn gymtas vergeten, mag hij die van zijn broer lenen? Groet, Fatima"
"""About 120 bytes; the generator puts a key in, which also tells when it was sent."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One connection. Who has an `event` sends it; pushes stay within the `group`."""

    group: int
    auth: dict[str, object]
    event: tuple[str, dict[str, object]] | None = None

    def line(self) -> str:
        """As the generator reads it."""
        sends = json.dumps(self.event, ensure_ascii=False) if self.event else ""
        return f"{self.group}\t{'S' if sends else 'L'}\t{json.dumps(self.auth)}\t{sends}\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """Classes with parents, of whom some write to their team, and teachers who hear of it."""

    name: str
    classes: int
    parents: int
    teachers: int
    senders: int

    def people(self) -> Iterator[tuple[int, int]]:
        """(class, parent), one of each class after another, so that senders are spread."""
        return ((c, p) for p in range(self.parents) for c in range(self.classes))


TEAM_OF_3 = Scene("a parent to a team of 3", classes=20, parents=27, teachers=3, senders=64)
TEAM_OF_30 = Scene("a parent to a team of 30", classes=20, parents=1, teachers=30, senders=16)

A_FULL_CLASS = Scene("a class with 60 conversations", 1, parents=60, teachers=3, senders=0)
MESSAGES_EACH = 167
"""10,020 in all."""


def message(conversation_id: str) -> tuple[str, dict[str, object]]:
    return "message.send", {"conversation_id": conversation_id, "key": "@KEY@", "text": TEXT}


def relay_seats(scene: Scene) -> list[Seat]:
    """The scene on the bare relay: a room per team."""
    seats = [
        Seat(c, {"rooms": [f"team-{c}"]})
        for c in range(scene.classes)
        for _ in range(scene.teachers)
    ]
    for number, (c, _) in enumerate(scene.people()):
        seats.append(Seat(c, {}, message(f"team-{c}") if number < scene.senders else None))
    return seats
