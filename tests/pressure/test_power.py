"""The power goes off in the middle of everybody writing: what was answered is there afterwards."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from storage import ids
from storage.schema import MESSAGES
from storage.sqlite import open_sqlite, statements
from storage.sqlite.writer import Writer
from storage.writes import Insert, Unavailable
from tests.pressure.power import disk
from tests.storage.records import conversation, message

log = logging.getLogger("hekje.tests")

WRITERS = 5
CUTS, MANY_CUTS = 100, 2_000
OF_ONE_FILE = 20
"""Cuts that a file goes through, one after the other."""
ABOUT = conversation()


@dataclass
class Town:
    """Keeps its messages in one file, which survives one power cut after the other."""

    folder: Path
    chance: random.Random
    synchronous: int = 2
    cuts: int = 0
    written: int = 0
    answered: set[int] = field(default_factory=set)
    torn: bool = True
    """Whether some of what was not synced may have reached the disk, in pieces."""

    @property
    def path(self) -> Path:
        return self.folder / f"after{self.cuts}" / "hekje.db"

    async def move_in(self) -> Town:
        await (await open_sqlite(self.path)).close()
        return self

    async def lose_power(self) -> None:
        kept = self.chance.choice([0.0, 0.5, 0.95]) if self.torn else 0.0
        with disk(self.chance.randrange(10, 400), kept) as made:
            with suppress(Unavailable):
                writer = Writer(self.path)
                writer._connection.pragma("synchronous", self.synchronous)
                await asyncio.gather(*(self._write(writer) for _ in range(WRITERS)))
                assert made.is_cut
                with suppress(apsw.Error, OSError):
                    await writer.stop()
            self.cuts += 1
            self.path.parent.mkdir()
            made.what_is_left(self.path.parent, self.chance)

    async def _write(self, writer: Writer) -> None:
        """Until the database says no; now and then it is tidied up too."""
        with suppress(Unavailable):
            while True:
                self.written += 1
                seq = self.written
                said = message(ABOUT, seq, "lang " * self.chance.choice([1, 50, 1_000]))
                await writer.commit([statements.write(Insert(said))])
                self.answered.add(seq)
                if self.chance.random() < 0.05:
                    await writer._tidying._tidy_up(writer._tidying._all)

    async def lost(self) -> set[int]:
        """What was answered and is not there; the file itself must be whole."""
        store = await open_sqlite(self.path)
        first, last = ids.of_message(ABOUT.id, 0), ids.of_message(ABOUT.id, ids.LAST_SEQ)
        there = await store.find(MESSAGES, after=first, before=last, limit=100_000)
        assert store._reading.pragma("integrity_check") == "ok"
        await store.close()
        return self.answered - {said.seq for said in there}


async def test_no_power_cut_takes_what_was_answered(tmp_path: Path, long: bool) -> None:
    cuts, answered = MANY_CUTS if long else CUTS, 0
    for number in range(cuts // OF_ONE_FILE):
        town = await Town(tmp_path / str(number), random.Random(number)).move_in()
        for _ in range(OF_ONE_FILE):
            await town.lose_power()
            assert await town.lost() == set(), f"in town {number}, after {town.cuts} cuts"
        answered += len(town.answered)
    assert answered > 10 * cuts, "enough was written for this to tell something"
    log.warning("%s cuts, %s messages answered, none lost", cuts, answered)


async def test_with_less_syncing_something_would_be_lost(tmp_path: Path) -> None:
    town = await Town(tmp_path / "town", random.Random(1), synchronous=1, torn=False).move_in()
    lost = 0
    for _ in range(5):
        await town.lose_power()
        gone = await town.lost()
        town.answered -= gone
        lost += len(gone)
    assert lost > 0
    log.warning("%s cuts with NORMAL, %s messages lost", town.cuts, lost)
