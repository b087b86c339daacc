"""A whole school at its phones: light clients that know how far they have read, and come back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench import seed
from bench.scenes import Scene
from tests.clients.house import open_database
from tests.crash.house import House
from tests.sockets.wire import Wire

EACH = 3
"""Messages in each conversation before anybody comes."""
COMING_AT_ONCE = 100


@dataclass
class Phone:
    """One person's client."""

    person: str
    known: dict[str, int] = field(default_factory=dict)
    """How far each conversation is known, by its changes."""
    wire: Wire | None = None

    async def come(self, url: str) -> None:
        """Connect, and ask for all that was missed: what is known then is what the server has."""
        self.wire = await Wire(url).upgrade()
        await self.wire.hears("0{")
        await self.wire.connect(seed.token(self.person))
        start = await self.wire.ask("session.start", {"since": self.known} if self.known else {})
        assert start["ok"], start
        if self.known:
            assert (start["restart"], start["gone"]) == ([], [])
            for message in start["missed"]:
                id = message["conversation_id"]
                assert message["rev"] == self.known[id] + 1, "one after another"
                self.known[id] = message["rev"]
        there = {one["id"]: one["rev"] for one in start["conversations"]}
        assert self.known in ({}, there), "nothing else has changed"
        self.known = there

    async def is_told_to_go(self) -> None:
        """1012: come back."""
        assert self.wire is not None
        assert await self.wire.closed() == 1012
        await self.wire.leave()
        self.wire = None


@dataclass
class Crowd:
    """So many classes of 47 parents and 3 teachers."""

    house: House
    scene: Scene
    phones: list[Phone] = field(default_factory=list)

    @classmethod
    async def of(cls, people: int, house: House) -> Crowd:
        scene = Scene("a school", classes=people // 50, parents=47, teachers=3, senders=0)
        store = await open_database(house.database)
        await seed.fill(store, scene, messages=EACH)
        await store.close()
        parents = [seed.guardian_id(c, p) for c, p in scene.people()]
        teachers = [seed.teacher_id(c, t) for c in range(scene.classes) for t in range(3)]
        return cls(house, scene, [Phone(person) for person in (*parents, *teachers)])

    async def comes(self, within: float, chance: random.Random) -> None:
        """Everybody, spread over so many seconds by chance."""
        at_the_door = asyncio.Semaphore(COMING_AT_ONCE)

        async def come(phone: Phone, after: float) -> None:
            await asyncio.sleep(after)
            async with at_the_door:
                await phone.come(self.house.url)

        async with asyncio.TaskGroup() as group:
            for phone in self.phones:
                group.create_task(come(phone, chance.random() * within))

    async def is_told_to_go(self) -> None:
        await asyncio.gather(*(phone.is_told_to_go() for phone in self.phones))

    async def some_write(self) -> set[str]:
        """A parent of each class: the conversations."""
        written = set()
        for c in range(self.scene.classes):
            async with self._visit(seed.guardian_id(c, 0)) as wire:
                id = seed.conversation_id(c, 0)
                asked = {"conversation_id": id, "key": "new", "text": "Bent u er weer?"}
                answer = await wire.ask("message.send", asked)
                assert answer["message"]["seq"] == EACH + 1
                written.add(id)
        return written

    @asynccontextmanager
    async def _visit(self, person: str) -> AsyncIterator[Wire]:
        phone = Phone(person)
        await phone.come(self.house.url)
        assert phone.wire is not None
        yield phone.wire
        await phone.wire.leave()

    def knows(self, written: set[str]) -> bool:
        """Whether each phone has all that its person may see, and nothing else."""
        return all(
            phone.known == {id: EACH + (id in written) for id in self._of(phone.person)}
            for phone in self.phones
        )

    def _of(self, person: str) -> set[str]:
        kind, c, number = person.partition(".")[2].split("-")
        numbers = [int(number)] if kind == "guardian" else range(self.scene.parents)
        return {seed.conversation_id(int(c), p) for p in numbers}

    async def leaves(self) -> None:
        for phone in self.phones:
            if phone.wire is not None:
                await phone.wire.leave()
