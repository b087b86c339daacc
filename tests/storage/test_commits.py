"""A commit happens wholly or not at all, and nobody's is lost under somebody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import pytest
from msgspec.structs import replace

from storage import ids
from storage.schema import (
    MESSAGES,
    PUPILS_OF_SCHOOL,
    Conversation,
    Message,
    Notice,
    Pupil,
    Record,
    School,
)
from storage.store import Store
from storage.writes import Delete, Duplicate, Insert, Replace, Stale, Write
from tests.storage.records import any_record, conversation, sent
from tests.storage.waiting import eventually

R = TypeVar("R", bound=Record)

SCHOOL = any_record(School, id="eik")
SAMI = any_record(Pupil, 1, id="eik.sami", school_id="eik", sis_id="1")
NOOR = any_record(Pupil, 2, id="eik.noor", school_id="eik", sis_id="2")


async def test_no_writes_are_a_commit_too(store: Store) -> None:
    await store.commit([])


async def test_a_commit_refused_at_its_third_write_leaves_nothing(store: Store) -> None:
    await store.commit([Insert(SCHOOL), Insert(SAMI)])
    first_two: list[Write] = [Replace(replace(SCHOOL, version=1, name="renamed")), Insert(NOOR)]
    refused: list[tuple[Write, type[Exception]]] = [
        (Insert(SAMI), Duplicate),
        (Insert(any_record(Pupil, 3, school_id="eik", sis_id="1")), Duplicate),
        (Replace(replace(SAMI, version=9)), Stale),
        (Delete(replace(SAMI, version=9)), Stale),
    ]

    for third, refusal in refused:
        with pytest.raises(refusal):
            await store.commit([*first_two, third])
        assert await store.get(School, "eik") == replace(SCHOOL, version=1)
        assert await store.get(Pupil, NOOR.id) is None

    await store.commit([*first_two, Replace(replace(SAMI, version=1))])
    assert await store.get(School, "eik") == replace(SCHOOL, version=2, name="renamed")
    assert await store.get(Pupil, NOOR.id)


async def test_a_record_that_changed_since_it_was_read_is_stale(store: Store) -> None:
    await store.commit([Insert(SCHOOL)])
    read_by_anna = read_by_bram = replace(SCHOOL, version=1)
    await store.commit([Replace(replace(read_by_anna, name="De Eik"))])

    with pytest.raises(Stale):
        await store.commit([Replace(replace(read_by_bram, name="De Eikel"))])
    with pytest.raises(Stale):
        await store.commit([Delete(read_by_bram)])
    assert await store.get(School, "eik") == replace(SCHOOL, version=2, name="De Eik")

    await store.commit([Delete(replace(read_by_bram, version=2))])
    with pytest.raises(Stale):
        await store.commit([Replace(replace(read_by_bram, version=2))])
    assert await store.get(School, "eik") is None


async def test_what_was_deleted_makes_room_in_the_same_commit(store: Store) -> None:
    await store.commit([Insert(SAMI)])
    again = any_record(Pupil, 4, school_id="eik", sis_id=SAMI.sis_id)
    with pytest.raises(Duplicate):
        await store.commit([Insert(again)])

    await store.commit([Delete(replace(SAMI, version=1)), Insert(again)])

    assert await store.find(PUPILS_OF_SCHOOL, "eik", limit=9) == [replace(again, version=1)]


async def test_a_change_onto_somebody_elses_place_is_a_duplicate(store: Store) -> None:
    await store.commit([Insert(SAMI), Insert(NOOR)])

    with pytest.raises(Duplicate):
        await store.commit([Replace(replace(NOOR, version=1, sis_id=SAMI.sis_id))])
    await store.commit([Replace(replace(NOOR, version=1, sis_id="3"))])

    found = await store.find(PUPILS_OF_SCHOOL, "eik", limit=9)
    assert [pupil.sis_id for pupil in found] == ["1", "3"]


async def test_a_whole_roster_is_one_commit(store: Store) -> None:
    pupils = [
        any_record(Pupil, n, school_id="eik", sis_id=f"{n:05}", gone=False) for n in range(1_000)
    ]
    await store.commit([Insert(SCHOOL), *map(Insert, pupils)])
    assert len(await store.find(PUPILS_OF_SCHOOL, "eik", limit=5_000)) == 1_000

    gone = [Replace(replace(pupil, version=1, gone=True)) for pupil in pupils]
    with pytest.raises(Stale):
        await store.commit([*gone, Replace(replace(SCHOOL, version=2))])
    assert not any(p.gone for p in await store.find(PUPILS_OF_SCHOOL, "eik", limit=5_000))


async def test_sixty_people_writing_in_one_conversation_leave_no_gap(store: Store) -> None:
    await store.commit([Insert(conversation())])
    succeeded: list[str] = []
    for turn in range(3):
        about = await read(store, Conversation, conversation().id)
        turns = [sent(about, f"{turn}-{who}", key=f"{turn}-{who}") for who in range(60)]
        outcomes = await together(turns, store)

        assert all(outcome is None or isinstance(outcome, Stale) for outcome in outcomes)
        succeeded += [f"{turn}-{who}" for who, outcome in enumerate(outcomes) if outcome is None]
        assert len(succeeded) == turn + 1

    await complete(store, succeeded)


async def test_twenty_people_who_try_again_all_get_their_message_in(store: Store) -> None:
    await store.commit([Insert(conversation())])

    async def write(who: int) -> None:
        while True:
            about = await read(store, Conversation, conversation().id)
            try:
                return await store.commit(sent(about, str(who), key=str(who)))
            except Stale:
                await asyncio.sleep(0.002 * (who % 10))

    await asyncio.gather(*(write(who) for who in range(20)))

    about = await read(store, Conversation, conversation().id)
    written = await messages(store, about)
    await complete(store, [said.text for said in written])
    assert sorted(int(said.text) for said in written) == list(range(20))


async def test_sixty_people_writing_in_their_own_conversations_all_succeed(store: Store) -> None:
    theirs = [conversation(f"pupil{n}") for n in range(60)]
    assert await together([[Insert(about)] for about in theirs], store) == [None] * 60

    for turn in range(2):
        read_before = [await read(store, Conversation, about.id) for about in theirs]
        turns = [sent(about, f"turn {turn}", key=str(turn)) for about in read_before]
        assert await together(turns, store) == [None] * 60

    for about in theirs:
        assert [said.seq for said in await messages(store, about)] == [1, 2]
        assert (await read(store, Conversation, about.id)).last_seq == 2


async def test_one_refused_commit_takes_no_other_along(store: Store) -> None:
    await store.commit([Insert(SAMI)])
    turns: list[Sequence[Write]] = [[Insert(conversation(f"pupil{n}"))] for n in range(20)]
    turns[7] = [Insert(conversation("pupil7")), Insert(SAMI)]

    outcomes = await together(turns, store)

    assert [n for n, outcome in enumerate(outcomes) if outcome] == [7]
    stored = [await store.get(Conversation, f"eik.pupil{n}") for n in range(20)]
    assert [n for n, about in enumerate(stored) if about is None] == [7]


async def test_somebody_who_stops_waiting_does_not_stop_the_commit(store: Store) -> None:
    await store.commit([Insert(SCHOOL)])
    waiting = asyncio.create_task(store.commit([Insert(SAMI), Insert(NOOR)]))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    await eventually(lambda: store.get(Pupil, NOOR.id))
    assert await store.get(Pupil, SAMI.id)
    await store.commit([Replace(replace(SCHOOL, version=1))])


async def together(turns: Sequence[Sequence[Write]], store: Store) -> list[BaseException | None]:
    return await asyncio.gather(*map(store.commit, turns), return_exceptions=True)


async def read(store: Store, kind: type[R], id: str) -> R:
    found = await store.get(kind, id)
    assert found
    return found


async def messages(store: Store, about: Conversation) -> list[Message]:
    first, last = ids.of_message(about.id, 0), ids.of_message(about.id, ids.LAST_SEQ)
    return await store.find(MESSAGES, after=first, before=last, limit=1_000)


async def complete(store: Store, texts: Sequence[str]) -> None:
    """The conversation, its messages and their notices tell the same story, and it is this one."""
    about = await read(store, Conversation, conversation().id)
    written = await messages(store, about)
    assert [said.seq for said in written] == list(range(1, len(texts) + 1))
    assert [said.text for said in written] == list(texts)
    assert about.last_seq == about.rev == len(texts)
    for said in written:
        assert await store.get(Notice, said.id)
    assert not await store.get(Notice, ids.of_message(about.id, len(texts) + 1))
