"""Several processes on one database, and processes that die."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from storage import ids
from storage.schema import Conversation, Message, Notice
from storage.store import Store
from storage.writes import Insert
from tests.storage.child import WRITERS
from tests.storage.places import Place
from tests.storage.records import CLASS_3B, conversation, sent
from tests.storage.waiting import eventually

ROOT = Path(__file__).parents[2]


async def child(place: Place, command: str) -> Process:
    arguments = ["-m", "tests.storage.child", place.kind, place.address, command]
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )


async def test_what_another_process_commits_is_seen_within_a_second(
    place: Place, store: Store
) -> None:
    await store.commit([Insert(conversation())])
    id = ids.of_message(conversation().id, 1)
    assert not await store.get(Message, id)
    assert not await store.search([CLASS_3B], ["another"], limit=9)

    other = await child(place, "once")
    assert other.stdout
    assert await other.stdout.readline() == b"committed\n"

    said = await eventually(lambda: store.get(Message, id), within=1)
    assert said.text == "from another process"
    assert await store.search([CLASS_3B], ["another"], limit=9) == [said]
    about = await store.get(Conversation, conversation().id)
    assert about
    assert (about.last_seq, about.version) == (1, 2)
    assert await other.wait() == 0


async def test_two_processes_write_and_search_at_once(place: Place, store: Store) -> None:
    own = conversation("anna")
    await store.commit([Insert(own)])
    other = await child(place, "forever")
    try:
        await said_by(other, 5)
        for turn in range(20):
            about = await store.get(Conversation, own.id)
            assert about
            await store.commit(sent(about, f"juf Anna {turn}", key=str(turn)))
            found = await store.search([own.id], ["juf", str(turn)], limit=9)
            assert f"juf Anna {turn}" in [said.text for said in found]
        await said_by(other, 5)
    finally:
        other.kill()
        await other.communicate()


@pytest.mark.parametrize("after", [1, 120])
async def test_what_was_acknowledged_is_there_after_the_process_was_killed(
    place: Place, after: int
) -> None:
    writing = await child(place, "forever")
    told = await said_by(writing, after)
    writing.kill()
    rest, _ = await writing.communicate()
    told += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    assert writing.returncode == -9

    store = await place.open()
    assert len(told) >= after
    for line in told:
        id, seq = line.decode().split()
        assert await store.get(Message, ids.of_message(id, int(seq))), line
    for number in range(WRITERS):
        await nothing_is_half_done(store, f"eik.pupil{number}")
    await store.commit([Insert(conversation("the next"))])
    await store.close()


async def said_by(process: Process, lines: int) -> list[bytes]:
    assert process.stdout
    async with asyncio.timeout(30):
        return [await process.stdout.readline() for _ in range(lines)]


async def nothing_is_half_done(store: Store, id: str) -> None:
    about = await store.get(Conversation, id)
    assert about
    assert about.version == about.last_seq + 1
    for seq in range(1, about.last_seq + 2):
        there = seq <= about.last_seq
        assert bool(await store.get(Message, ids.of_message(id, seq))) is there
        assert bool(await store.get(Notice, ids.of_message(id, seq))) is there
