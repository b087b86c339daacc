"""A running Hekje with the cast moved in, whose clock and roster a story can change."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.app import Hekje
from server.clock import now
from server.settings import read
from server.watch import Watch
from tests.cast import DE_IEP, REGENBOOG, move_in
from tests.conftest import School
from tests.somebody import PATIENCE, Somebody
from tests.storage.places import Place
from tests.stories import pictures, roster

StartTown = Callable[[str], Awaitable["Town"]]


@dataclass
class Clock:
    """The server's time: this moment and something ahead, or standing still."""

    ahead: timedelta = timedelta()
    stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stopped_at or now()) + self.ahead

    def later(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@dataclass(kw_only=True)
class Town(School):
    """`await town.somebody("fatima")` has a connected client; `town.cast.sami` is an id."""

    place: Place
    clock: Clock

    @property
    def watch(self) -> Watch:
        return Watch(self.hekje.dispatch, others=self.place.kind != "sqlite")

    async def everybody(self, *names: str) -> list[Somebody]:
        return [await self.somebody(name) for name in names]

    async def conversation(self, opener: Somebody, *guardians: str, pupil: str = "sami") -> str:
        """The id of a conversation with the team of 3B; without names the opener decides."""
        named = {"guardian_ids": [getattr(self.cast, name) for name in guardians]}
        opened = await opener.ok(
            "conversation.open",
            class_id=self.cast.groep_3b,
            pupil_id=getattr(self.cast, pupil),
            **(named if guardians else {}),
        )
        id: str = opened["conversation"]["id"]
        return id

    async def roster(self, change: str, *words: str) -> None:
        """Change the roster in this process: `await town.roster("leaves_team", "bram")`."""
        await roster.change(self.store, self.cast, change, *words)

    async def roster_elsewhere(self, change: str, *words: str) -> None:
        """The same, done by another process that opens the same database."""
        await self._elsewhere("tests.stories.roster", change, *words)

    async def imports(self, year: str, *changes: str) -> None:
        """Import the roster of a year in this process; see `pictures.picture`."""
        await pictures.take(self.store, self.cast.school_id, year, *changes)

    async def imports_elsewhere(self, year: str, *changes: str) -> None:
        await self._elsewhere("tests.stories.pictures", year, *changes)

    async def _elsewhere(self, module: str, *words: str) -> None:
        command = [sys.executable, "-m", module, self.place.kind]
        command += [self.place.address, self.cast.school_id, *words]
        other = await asyncio.create_subprocess_exec(*command)
        assert await asyncio.wait_for(other.wait(), PATIENCE * 3) == 0


async def start_town(
    place: Place,
    folder: Path,
    clock: Clock | None = None,
    *,
    beside: bool = False,
    redis: str = "",
) -> Town:
    """`beside`: another process already serves the same database, with everybody in it."""
    store = await place.open()
    if not beside:
        await move_in(store, REGENBOOG, DE_IEP)
    database = f"sqlite:///{place.address}" if place.kind == "sqlite" else place.address
    environment = {
        "HEKJE_DATA": str(folder / "data"),
        "HEKJE_DATABASE": database,
        "HEKJE_SECRET": "a secret of this test, long enough for it",
        "HEKJE_REDIS": redis,
        "HEKJE_PORT": "0",
        "HEKJE_RATE": "0",
    }
    clock = clock or Clock()
    hekje = Hekje(read(environment, folder), store, clock=clock)
    await hekje.start(worker=False)
    return Town(hekje, place=place, clock=clock)


async def settled(*people: Somebody) -> None:
    """Everything that was told until now has arrived."""
    for person in people:
        await person.settled()


def about(told: list[tuple[str, Any]], conversation_id: str) -> list[str]:
    """What was told of one conversation, by name."""
    return [name for name, payload in told if conversation_id in str(payload)]
