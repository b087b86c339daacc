"""Four workers go for the same digests and are killed again and again: each goes out, none is doubled.

Only a letter that was on its way at a kill may come twice, and then with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.evening import DUE, address_of, fill
from server.clock import TICK
from server.notify.outbox import SENDERS
from storage.schema import BUCKETS, DELIVERIES_DUE, MAIL_DUE, NOTICES_DUE
from storage.store import Store
from storage.writes import Unavailable
from tests.notify.post_office import PostOffice
from tests.servers import secantus
from tests.storage.places import Place

ROOT = Path(__file__).parents[2]
WORKERS = 4
LEASED = 11
"""Minutes after which what a killed worker had taken is anybody's."""
PATIENCE = 1_800


@pytest.fixture(scope="module")
def mongo_server() -> Iterator[str]:
    with secantus() as url:
        yield url


SIZES = {"sqlite": (100, 4), "motor": (20, 3)}
LONG = {"sqlite": (1_000, 40), "motor": (200, 12)}
"""Digests and kills: the server that speaks MongoDB's protocol in tests is slow."""


@pytest.mark.timeout(PATIENCE * 2)
@pytest.mark.parametrize("kind", ["sqlite", "motor"])
async def test_four_workers_who_are_killed_send_each_digest_and_none_twice(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, office: PostOffice, long: bool
) -> None:
    teachers, kills = (LONG if long else SIZES)[kind]
    seed = random.randrange(10**6)
    address = str(tmp_path / "race.db")
    if kind == "motor":
        address = request.getfixturevalue("mongo_server") + "/hekje_race"
    store = await Place(kind, address).open()
    await fill(store, teachers, spread=False)
    race = Race(Place(kind, address), store, office, random.Random(seed))
    try:
        await race.run(teachers, kills)
    finally:
        await race.end()
        await store.close()
    tell = f"seed {seed}"
    of_reader: dict[str, set[str]] = defaultdict(set)
    for letter, reader in zip(office.letters, office.recipients, strict=True):
        of_reader[reader].add(str(letter["Message-ID"]))
        assert letter["Subject"].startswith("De Eik"), tell
        assert ": 3 ongelezen berichten" in letter["Subject"], tell
    assert set(of_reader) == {address_of(number) for number in range(teachers)}, tell
    assert {len(ids) for ids in of_reader.values()} == {1}, tell
    sent = Counter(str(letter["Message-ID"]) for letter in office.letters)
    assert sum(sent.values()) - len(sent) <= SENDERS * race.killed, tell
    assert race.killed == kills, tell


class Race:
    """Workers on one database, each killed in turn and followed by another."""

    def __init__(
        self, place: Place, store: Store, office: PostOffice, chance: random.Random
    ) -> None:
        self.place = place
        self.store = store
        self.office = office
        self.chance = chance
        self.workers: list[Process] = []
        self.killed = 0

    async def run(self, teachers: int, kills: int) -> None:
        """The first kill as notices are spread, the next before any letter is out, then at random."""
        self.workers = [await self.another() for _ in range(WORKERS)]
        await until(self.spread_some)
        await self.kill_one()
        await until(self.mailed_some)
        await self.kill_one()
        marks = sorted(self.chance.sample(range(1, teachers * 9 // 10), kills - 2))
        for mark in marks:
            await until(lambda mark=mark: self.sent(mark))  # type: ignore[misc]
            await self.kill_one()
        await until(self.nothing_is_due)
        await self.end()
        self.workers = [await self.another(LEASED)]  # what the killed ones had taken
        await until(self.nothing_is_left)

    async def another(self, minutes: int = 0) -> Process:
        words = [self.place.kind, self.place.address, str(self.office.port), str(minutes)]
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.notify.working", *words, cwd=ROOT
        )

    async def kill_one(self) -> None:
        doomed = self.workers.pop(self.chance.randrange(len(self.workers)))
        assert doomed.returncode is None, "it would have gone on"
        doomed.kill()
        await doomed.wait()
        self.killed += 1
        self.workers.append(await self.another())

    async def end(self) -> None:
        for worker in self.workers:
            if worker.returncode is None:
                worker.terminate()
        for worker in self.workers:
            await asyncio.wait_for(worker.wait(), 30)

    # --- How far they are ------------------------------------------------------------------

    async def spread_some(self) -> bool:
        found = [
            await self.store.find(DELIVERIES_DUE, "email", bucket, limit=1)
            for bucket in range(BUCKETS)
        ]
        return any(found) or await self.mailed_some()

    async def mailed_some(self) -> bool:
        found = [await self.store.find(MAIL_DUE, bucket, limit=1) for bucket in range(BUCKETS)]
        return any(found) or bool(self.office.letters)

    async def sent(self, mark: int) -> bool:
        return len(self.office.letters) >= mark

    async def nothing_is_due(self) -> bool:
        return not await self._left(DUE + TICK)

    async def nothing_is_left(self) -> bool:
        return not await self._left(DUE + timedelta(days=1))

    async def _left(self, before: datetime) -> bool:
        for bucket in range(BUCKETS):
            if (
                len(await self.store.find(NOTICES_DUE, bucket, limit=1))
                or await self._waits(bucket)
                or len(await self.store.find(MAIL_DUE, bucket, before=before, limit=1))
            ):
                return True
        return False

    async def _waits(self, bucket: int) -> bool:
        return bool(await self.store.find(DELIVERIES_DUE, "email", bucket, limit=1))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Unavailable):  # a killed worker may have left a transaction
                if await true():
                    return
            await asyncio.sleep(0.01)
