"""What is stored comes back as it was, whatever people write."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from storage import ids
from storage.schema import (
    KINDS,
    MESSAGE_BY_KEY,
    PUPILS_OF_SCHOOL,
    Conversation,
    Message,
    Pupil,
    Record,
    School,
)
from storage.store import Store
from storage.writes import Delete, Insert, Replace, Unavailable
from tests.storage.places import Place
from tests.storage.records import any_record, conversation, message

ODD = [
    "Sami is ziek 🤒👨‍👩‍👧‍👦 tot morgen",
    "İstanbul, ISPARTA, ırmak, iğne",
    "سامي مريض اليوم \u202e ולא יבוא \u202c",
    "e\u0301 is not é",
    "''; DROP TABLE message; --",
    '"quoted" \\ back \\" slash',
    "$ne",
    '{"$ne": null}',
    "$where: sleep(1000)",
    "a.b.$[].c",
    " spaces and\ttabs\r\nand lines \n",
    "nul\x00inside",
    "\uffff and \U0010ffff and \ufeff",
    "ï" * 4_000,
    "👩🏽‍🏫" * 1_000,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
async def test_a_record_of_each_kind_is_stored_changed_and_removed(
    store: Store, kind: type[Record]
) -> None:
    first, second = any_record(kind, 1), any_record(kind, 2)
    assert await store.get(kind, first.id) is None

    await store.commit([Insert(first)])
    stored = await store.get(kind, first.id)
    assert stored == replace(first, version=1)
    assert await store.get(kind, second.id) is None

    await store.commit([Replace(replace(second, id=first.id, version=1))])
    changed = await store.get(kind, first.id)
    assert changed == replace(second, id=first.id, version=2)

    await store.commit([Delete(changed)])
    assert await store.get(kind, first.id) is None


async def test_odd_text_comes_back_exactly_and_can_be_looked_up(store: Store) -> None:
    for number, text in enumerate(ODD):
        sami = any_record(Pupil, number, school_id=text, sis_id=text, given_name=text)
        other = any_record(Pupil, 100 + number, school_id=text, sis_id="somebody else")
        about = conversation(f"sami{number}")
        about = replace(about, positions={text: 3, "$set": 1, "a.b": 2})
        said = message(about, 1, text, author_id=text, key=text)
        await store.commit([Insert(sami), Insert(other), Insert(about), Insert(said)])

        assert await store.find(PUPILS_OF_SCHOOL, text, text, limit=9) == [replace(sami, version=1)]
        assert await store.get(Conversation, about.id) == replace(about, version=1)
        assert await store.find(MESSAGE_BY_KEY, about.id, text, text, limit=9) == [
            replace(said, version=1)
        ]


async def test_odd_text_may_be_an_id(store: Store) -> None:
    schools = [any_record(School, number, id=text) for number, text in enumerate(ODD)]
    await store.commit([Insert(school) for school in schools])
    for school in schools[::2]:
        await store.commit([Replace(replace(school, version=1, name="De Eik"))])

    for number, school in enumerate(schools):
        changed = replace(school, version=2, name="De Eik")
        expected = replace(school, version=1) if number % 2 else changed
        assert await store.get(School, school.id) == expected


@pytest.mark.parametrize("question", [{"$ne": ""}, {"$gt": ""}, {"$regex": "."}, ["$ne"]])
async def test_a_question_is_never_an_operator(store: Store, question: object) -> None:
    await store.commit([Insert(any_record(School, id="eik"))])
    await store.commit([Insert(any_record(Pupil, school_id="eik", sis_id="1"))])

    assert await store.get(School, "eik"), "the school itself can be read"
    assert not await _got(store, question)
    with pytest.raises(TypeError):
        await store.find(PUPILS_OF_SCHOOL, question, limit=9)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await store.find(PUPILS_OF_SCHOOL, "eik", after=question, limit=9)  # type: ignore[arg-type]


async def _got(store: Store, id: object) -> School | None:
    try:
        return await store.get(School, id)  # type: ignore[arg-type]
    except TypeError:
        return None


@pytest.mark.parametrize("text", ["half a sign \ud83e", "\udc80"])
async def test_what_cannot_be_stored_is_refused_and_harms_nobody(store: Store, text: str) -> None:
    about = conversation()
    with pytest.raises(ValueError):
        await store.commit([Insert(about), Insert(message(about, 1, text))])
    with pytest.raises((ValueError, OverflowError)):
        await store.commit([Insert(about), Insert(any_record(Message, seq=1, revised=2**70))])

    assert await store.get(Conversation, about.id) is None
    await store.commit([Insert(about), Insert(message(about, 1, "half a sign"))])
    assert await store.get(Message, ids.of_message(about.id, 1))


async def test_a_closed_store_refuses_and_keeps_what_it_had(place: Place) -> None:
    store = await place.open()
    await store.commit([Insert(conversation())])
    await store.close()

    with pytest.raises(Unavailable):
        await store.commit([Insert(conversation("other"))])
    again = await place.open()
    assert await again.get(Conversation, conversation().id)
    assert not await again.get(Conversation, conversation("other").id)
    await again.close()
