"""The server is killed, and told to stop, in the middle of everybody writing."""

from __future__ import annotations

import logging
import os
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.schema import Message
from storage.writes import Delete
from tests.clients.house import open_database
from tests.crash.house import House
from tests.crash.town import Town
from tests.servers import secantus

log = logging.getLogger("hekje.tests")

MOST_BETWEEN = 120
"""Letters answered between a start and the next kill, at most; from none at all."""
ENOUGH = 100
"""More letters answered after the last kill, for what is looked at then to tell something."""
STOPS_WITHIN = 15.0

pytestmark = pytest.mark.timeout(400)  # each start takes a busy machine some seconds


@pytest.fixture
def chance() -> random.Random:
    """`TEST_SEED` repeats what a failed run has printed."""
    seed = os.environ.get("TEST_SEED") or secrets.token_hex(4)
    log.warning("TEST_SEED=%s", seed)
    return random.Random(seed)


@pytest.fixture(scope="module")
def mongo_server() -> Iterator[str]:
    """Of its own: what a killed process leaves behind there is for nobody else."""
    with secantus() as url:
        yield url


@pytest.fixture
async def sqlite_town(tmp_path: Path, chance: random.Random) -> AsyncIterator[Town]:
    async for town in _town(House(tmp_path / "data", f"sqlite:///{tmp_path / 'hekje.db'}"), chance):
        yield town


@pytest.fixture
async def mongo_town(
    tmp_path: Path, mongo_server: str, chance: random.Random
) -> AsyncIterator[Town]:
    database = f"{mongo_server}/hekje_{secrets.token_hex(6)}"
    async for town in _town(House(tmp_path / "data", database), chance):
        yield town


async def _town(house: House, chance: random.Random) -> AsyncIterator[Town]:
    await house.fill()
    await house.open()
    town = Town(house, chance)
    try:
        await town.move_in()
        yield town
    finally:
        await town.move_out()
        await house.demolish()


async def test_twenty_kills_lose_double_and_reorder_nothing(sqlite_town: Town) -> None:
    await kill(sqlite_town, times=20)
    await all_is_well(sqlite_town)


async def test_the_same_on_mongodb(mongo_town: Town) -> None:
    await kill(mongo_town, times=3)
    await all_is_well(mongo_town)


async def test_a_server_told_to_stop_answers_lets_go_and_ends(sqlite_town: Town) -> None:
    for _ in range(5):
        await sqlite_town.has_written(sqlite_town.chance.randrange(50, 200))
        came = [person.came for person in sqlite_town.people]
        assert await sqlite_town.house.terminate(STOPS_WITHIN) == 0, sqlite_town.house.log()
        await sqlite_town.house.open()
        await sqlite_town.is_back(came)
    await all_is_well(sqlite_town)


async def test_a_loss_would_be_seen(sqlite_town: Town) -> None:
    await sqlite_town.has_written(20)
    await sqlite_town.falls_silent()
    somebody = next(person for person in sqlite_town.people if person.answered)
    _, message = somebody.answered[-1]
    known = somebody.messages.pop(message["id"])
    with pytest.raises(AssertionError, match="not in step"):
        await sqlite_town.everybody_is_in_step()
    somebody.messages[message["id"]] = known
    await sqlite_town.everybody_is_in_step()
    await sqlite_town.house.kill()
    await sqlite_town.what_was_answered_is_stored()
    store = await open_database(sqlite_town.house.database)
    stored = await store.get(Message, message["id"])
    assert stored
    await store.commit([Delete(stored)])
    await store.close()
    with pytest.raises(AssertionError):
        await sqlite_town.what_was_answered_is_stored()


async def kill(town: Town, times: int) -> None:
    for _ in range(times):
        await town.has_written(town.chance.randrange(MOST_BETWEEN))
        await town.house.kill()
        await town.house.open()
    assert sum(person.sent_again for person in town.people) > times, "letters were under way"


async def all_is_well(town: Town) -> None:
    await town.has_written(ENOUGH)
    await town.falls_silent()
    await town.everybody_is_in_step()
    await town.what_was_answered_is_stored()
    again = sum(person.sent_again for person in town.people)
    log.warning("%s letters answered, %s of them sent more than once", town.answered, again)
