"""A process is killed in the middle of a transaction, which MongoDB would keep for a minute."""

from __future__ import annotations

import asyncio
import os
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import pytest

from storage import ids
from storage.mongo import MongoStore, driver, owners
from storage.schema import Conversation, Message
from storage.store import Store
from storage.writes import Insert, Unavailable
from tests.storage.places import Place
from tests.storage.records import conversation, sent
from tests.storage.test_processes import child


@pytest.fixture(params=["motor", "pymongo"])
def place(request: pytest.FixtureRequest, mongo_server: str) -> Place:
    return Place(request.param, f"{mongo_server}/hekje_{secrets.token_hex(6)}")


@pytest.fixture
async def halfway(place: Place) -> AsyncIterator[Process]:
    """Another process that has written a message about Sami, and has not committed it yet."""
    store = await place.open()
    await store.commit([Insert(conversation())])
    await store.close()
    other = await child(place, "halfway")
    assert other.stdout
    assert await other.stdout.readline() == b"halfway\n"
    yield other
    if other.returncode is None:
        other.kill()
        await other.wait()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "PATIENCE", 0.3)


async def kill(other: Process) -> None:
    other.kill()
    await other.wait()


async def test_what_it_had_begun_is_undone_when_the_next_one_starts(
    place: Place, halfway: Process
) -> None:
    await kill(halfway)
    store = await place.open()
    about = await store.get(Conversation, conversation().id)
    assert about
    assert about.last_seq == 0
    await store.commit(sent(about, "is er gym?"))
    assert (await first(store, about)).text == "is er gym?"
    await store.close()


async def test_until_then_the_answer_is_unavailable_after_one_patience(
    place: Place, halfway: Process, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "_is_alive", lambda _: True)
    await kill(halfway)
    store = await place.open()
    about = await store.get(Conversation, conversation().id)
    assert about
    for _ in range(2):
        with pytest.raises(Unavailable, match="does not end"):
            await store.commit(sent(about, "is er gym?"))
    await store.commit([Insert(conversation("lotte"))])  # others are not kept waiting
    await store.close()


async def test_who_lives_is_left_alone(place: Place, halfway: Process, impatient: None) -> None:
    store = await place.open()
    about = await store.get(Conversation, conversation().id)
    assert about
    with pytest.raises(Unavailable):
        await store.commit(sent(about, "is er gym?"))
    assert halfway.stdin
    assert halfway.stdout
    halfway.stdin.write(b"go on\n")
    assert await halfway.stdout.readline() == b"committed\n"
    assert await halfway.wait() == 0
    assert (await first(store, about)).text == "from another process"
    await store.close()


async def test_nothing_is_kept_of_processes_that_have_gone(place: Place, halfway: Process) -> None:
    await kill(halfway)
    store = await place.open()
    assert isinstance(store, MongoStore)
    marks = store._database[owners.COLLECTION]
    assert await marks.find_one({}) is None
    await asyncio.gather(*(store.commit([Insert(conversation(f"p{n}"))]) for n in range(20)))
    one = await marks.find_one({})
    assert one
    assert owners._is_alive(one["process"])
    await store.close()
    store = await place.open()
    assert isinstance(store, MongoStore)
    assert await store._database[owners.COLLECTION].find_one({}) is None
    await store.close()


async def test_marks_are_few_however_long_it_runs(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "MOST_MARKED", 3)
    store = await place.open()
    assert isinstance(store, MongoStore)
    for round in range(3):
        names = [f"p{round}x{n}" for n in range(8)]
        await asyncio.gather(*(store.commit([Insert(conversation(name))]) for name in names))
    marks = await store._database[owners.COLLECTION].find({}).to_list(100)
    assert 0 < len(marks) <= 8
    await store.close()


@pytest.mark.parametrize("process", ["", "0//", "1/0/elsewhere", "999999999/1/2"])
def test_a_process_of_before_is_not_taken_for_one_that_runs(process: str) -> None:
    assert owners._is_alive(owners._process(os.getpid()))
    assert not owners._is_alive(process)


async def first(store: Store, about: Conversation) -> Message:
    said = await store.get(Message, ids.of_message(about.id, 1))
    assert said
    return said
