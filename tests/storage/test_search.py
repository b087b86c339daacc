"""Finding a message again by its words, and nobody finding anybody else's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from storage import ids
from storage.schema import Conversation, Message
from storage.store import Store
from storage.words import fold
from storage.writes import Delete, Insert, Replace
from tests.storage.records import CLASS_3B, conversation, message

SAMI = conversation("sami")
NOOR = conversation("noor")
UPSTAIRS = conversation("daan", class_id="eik.class6a")

ALIKE = [
    ("Curaçao in de zomer", "curacao"),
    ("curacao", "CURAÇAO"),
    ("Zoë en Noëlle", "zoe"),
    ("cafe\u0301", "café"),
    ("STRASSE", "straße"),
    ("Die Straße", "strasse"),
    ("Łukasz Wałęsa", "lukasz"),
    ("walesa", "Wałęsa"),
    ("Bjørn Sæther", "saether"),
    ("IJsland", "ijs"),
    ("ISPARTA", "ısparta"),
    ("İstanbul", "istanbul"),
    ("ırmak", "IRMAK"),
    ("ΟΔΟΣ", "οδος"),
    ("سَامِي مريض", "سامي"),
    ("Новый учебник", "учеб"),
    ("𝗚𝘆𝗺 om tien uur", "gym"),
    ("groep ③", "3"),
    ("𞤀𞤁𞤂𞤃 wordt geleerd", "𞤢𞤣"),
    ("he\u200dllo… (morgen)!", "morgen"),
]
"""A text, and what somebody types to find it."""

NOT_QUITE_SAMI = [
    "", " ", "eik", "eik.", "eik.s", "eik.sam", "EIK.SAMI", "eik.sami.0000001", "*", '"', "'",
    'eik.sami" OR scope : "eik.noor', "eik.noor OR eik.sami", ".*", "^", "{}", "eik.sami luizen",
    "eik.sami\nlui", "eik-sami", "eikxsami",
]  # fmt: skip

SIGNS = [
    '"', '"zie', "ziek*", "*", "^ziek", "-ziek", "NOT", "ziek NOT", "ziek AND", "NEAR(ziek sami)",
    "words:ziek", "scope : eik", "ziek OR xyzzy", "{ziek}", "(ziek", "ziek'; DROP TABLE message",
    ".*", "z.ek", "[z]iek", "(?i)ziek", "$ne", '{"$ne": ""}', "zi\x00ek", "\\", "%", "z_ek",
    "( " * 2_000, "a" * 4_000,
]  # fmt: skip


async def written(store: Store, *texts: str, about: Conversation = SAMI) -> None:
    await store.commit(
        [Insert(message(about, seq, text)) for seq, text in enumerate(texts, start=1)]
    )


async def found(store: Store, *words: str, scopes: Sequence[str] = (SAMI.id,)) -> list[str]:
    return [said.text for said in await store.search(scopes, words, limit=50)]


async def test_words_are_found_whatever_their_accents_and_case(store: Store) -> None:
    for number, (text, typed) in enumerate(ALIKE):
        about = conversation(f"pupil{number}")
        await written(store, text, "something else", about=about)
        assert await found(store, typed, scopes=[about.id]) == [text]
        assert await found(store, "xyzzy", scopes=[about.id]) == []


async def test_the_beginning_of_a_word_is_enough_and_the_middle_is_not(store: Store) -> None:
    await written(store, "Gymnastiek om tien uur", "De gymzaal is dicht", "Geen judogym")

    assert await found(store, "gym") == ["De gymzaal is dicht", "Gymnastiek om tien uur"]
    assert await found(store, "gymn") == ["Gymnastiek om tien uur"]
    assert await found(store, "astiek") == []


async def test_every_word_must_be_there_in_any_order(store: Store) -> None:
    await written(store, "Sami is morgen ziek", "Noor is morgen jarig", "Sami was ziek")

    assert await found(store, "ziek", "sami") == ["Sami was ziek", "Sami is morgen ziek"]
    assert await found(store, "ziek mor sa") == ["Sami is morgen ziek"]
    assert await found(store, "sami", "jarig") == []


async def test_only_what_the_asker_may_read_is_found(store: Store) -> None:
    await written(store, "luizen bij Sami", about=SAMI)
    await written(store, "luizen bij Noor", about=NOOR)
    await written(store, "luizen bij Daan", about=UPSTAIRS)

    assert await found(store, "luizen", scopes=[SAMI.id]) == ["luizen bij Sami"]
    of_3b = await found(store, "luizen", scopes=[CLASS_3B])
    assert sorted(of_3b) == ["luizen bij Noor", "luizen bij Sami"]
    both = await found(store, "luizen", scopes=[SAMI.id, UPSTAIRS.class_id])
    assert sorted(both) == ["luizen bij Daan", "luizen bij Sami"]
    all_of_them = await found(store, "luizen", scopes=[CLASS_3B, NOOR.id, UPSTAIRS.id])
    assert len(all_of_them) == 3


async def test_a_scope_is_the_whole_id_and_nothing_else(store: Store) -> None:
    await written(store, "luizen bij Sami")
    assert await found(store, "luizen", scopes=[SAMI.id])
    for scope in NOT_QUITE_SAMI:
        assert await found(store, "luizen", scopes=[scope]) == [], scope
        assert await found(store, "luizen", scopes=[scope, UPSTAIRS.id]) == [], scope


async def test_nothing_is_found_without_a_scope_or_a_word(store: Store) -> None:
    await written(store, "luizen bij Sami")
    assert await found(store, "luizen")
    assert await found(store, "luizen", scopes=[]) == []
    for nothing in ((), ("",), ("🤒",), ('"', "*", "()"), ("\x00",)):
        assert await found(store, *nothing) == []


async def test_signs_in_a_question_are_only_signs(store: Store) -> None:
    await written(store, "Sami is ziek")
    for typed in SIGNS:
        expected = bool(fold(typed)) and all(
            any(said.startswith(word) for said in ("sami", "is", "ziek")) for word in fold(typed)
        )
        assert bool(await found(store, typed)) is expected, typed
        assert await found(store, "ziek") == ["Sami is ziek"]


async def test_operators_of_the_search_are_words_like_any_other(store: Store) -> None:
    await written(store, "NOT AND near OR", "niets")
    assert await found(store, "AND", "NOT") == ["NOT AND near OR"]


async def test_the_newest_come_first_and_the_next_page_goes_on_from_there(store: Store) -> None:
    here = [message(SAMI, seq, f"gym {seq}") for seq in range(1, 11)]
    there = [replace(message(NOOR, seq, f"gym N{seq}"), at=here[seq - 1].at) for seq in (3, 7)]
    for said in sorted([*here, *there], key=lambda said: (said.at, said.id)):
        await store.commit([Insert(said)])

    pages: list[list[Message]] = []
    before = None
    while not pages or pages[-1]:
        pages.append(await store.search([CLASS_3B], ["gym"], before=before, limit=5))
        before = pages[-1][-1].id if pages[-1] else None

    assert [len(page) for page in pages] == [5, 5, 2, 0]
    texts = [said.text for page in pages for said in page]
    assert sorted(texts) == sorted(said.text for said in [*here, *there])
    own = [text for text in texts if "N" not in text]
    assert own == [f"gym {seq}" for seq in range(10, 0, -1)]
    assert await store.search([SAMI.id], ["gym"], before="eik.sami.9999999", limit=5) == []


async def test_a_corrected_text_is_found_by_its_new_words_only(store: Store) -> None:
    await written(store, "Sami heeft luizen", "Sami is moe")
    assert await found(store, "luizen") == ["Sami heeft luizen"]

    first = await read(store, 1)
    await store.commit([Replace(replace(first, text="Sami is verkouden"))])

    assert await found(store, "luizen") == []
    assert await found(store, "verkouden") == ["Sami is verkouden"]
    assert await found(store, "sami") == ["Sami is moe", "Sami is verkouden"]


async def test_a_text_corrected_before_anybody_searched_is_gone_too(store: Store) -> None:
    await written(store, "Sami heeft luizen")
    await store.commit([Replace(replace(await read(store, 1), text="Sami is verkouden"))])

    assert await found(store, "luizen") == []
    assert await found(store, "verkouden") == ["Sami is verkouden"]


async def test_a_withdrawn_message_is_not_found_again(store: Store) -> None:
    await written(store, "Sami heeft luizen", "luizen, nog eens")
    assert len(await found(store, "luizen")) == 2

    await store.commit([Replace(replace(await read(store, 1), text="", withdrawn=True))])

    assert await found(store, "luizen") == ["luizen, nog eens"]


async def test_a_refused_correction_leaves_the_words_as_they_were(store: Store) -> None:
    await written(store, "Sami heeft luizen")
    assert await found(store, "luizen")
    with pytest.raises(Exception, match="changed"):
        await store.commit([Replace(replace(await read(store, 1), text="koorts", version=7))])

    assert await found(store, "luizen") == ["Sami heeft luizen"]
    assert await found(store, "koorts") == []


async def test_a_deleted_message_leaves_no_words_to_the_one_after_it(store: Store) -> None:
    await written(store, "gewoon bericht", "Sami heeft luizen")
    assert await found(store, "luizen")
    await store.commit([Delete(await read(store, 2))])
    assert await found(store, "luizen") == []

    await store.commit([Insert(message(SAMI, 2, "Sami is jarig"))])

    assert await found(store, "luizen") == []
    assert await found(store, "jarig") == ["Sami is jarig"]
    assert await found(store, "gewoon") == ["gewoon bericht"]


async def test_the_longest_message_is_found_by_any_of_its_words(store: Store) -> None:
    words = [f"woord{n:03}" for n in range(400)]
    await written(store, " ".join(words)[:4_000], "ï" * 4_000)
    assert len(await found(store, "woord000", "woord199", "woord399")) == 1
    assert await found(store, "iiii") == ["ï" * 4_000]


async def read(store: Store, seq: int) -> Message:
    said = await store.get(Message, ids.of_message(SAMI.id, seq))
    assert said
    return said


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(" ".join(once)) == once
