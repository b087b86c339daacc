"""Messages: what can be written, corrected, taken back and read again."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.somebody import Somebody
from tests.stories.town import Town

SECRET_WORD = "kwikstaartje"


async def test_the_author_corrects_a_text_within_fifteen_minutes(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    first = await fatima.sends(id, "1", "Sami komt om negen")
    town.clock.later(minutes=14, seconds=55)
    edited = await fatima.ok("message.edit", message_id=first["id"], text="Sami komt om tien")
    message = edited["message"]
    assert (message["text"], message["seq"], message["rev"], message["key"]) == (
        "Sami komt om tien",
        1,
        2,
        "1",
    )
    assert message["at"] == first["at"]
    assert message["edited_at"] > first["at"]
    (told,) = await anna.hears("message.changed")
    assert told["message"] == {k: v for k, v in message.items() if k != "key"}
    town.clock.later(seconds=10)
    refused = await fatima.refused("message.edit", message_id=first["id"], text="Toch om elf")
    assert (refused["code"], refused["rule"]) == ("policy", "edit_window")
    assert (await _history(anna, id))[0]["text"] == "Sami komt om tien"


async def test_the_same_correction_twice_is_one(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    first = await fatima.sends(id, "1", "een")
    ask = {"message_id": first["id"], "text": "twee\r\n"}
    edited = await fatima.ok("message.edit", **ask)
    town.clock.later(hours=1)
    assert await fatima.ok("message.edit", **ask) == edited  # also when the answer had been lost
    await anna.settled()
    assert len(anna.heard("message.changed")) == 1


async def test_a_correction_must_be_a_message_as_well(town: Town) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    first = await fatima.sends(id, "1", "een")
    for text in ("", " \n", "\u200b", "a\x07", "a" * 4_001):
        refused = await fatima.refused("message.edit", message_id=first["id"], text=text)
        assert (refused["code"], refused["field"]) == ("invalid", "text")
    assert (await fatima.ok("message.edit", message_id=first["id"], text="twee"))["ok"]


async def test_only_the_author_corrects_or_withdraws(town: Town) -> None:
    fatima, youssef, anna, bram = await town.everybody("fatima", "youssef", "anna", "bram")
    id = await town.conversation(fatima, "youssef")
    of_fatima = await fatima.sends(id, "1", "van Fatima")
    of_anna = await anna.sends(id, "1", "van Anna")
    for person, message in (
        (youssef, of_fatima), (anna, of_fatima), (fatima, of_anna), (bram, of_anna),
    ):  # fmt: skip
        for event, more in (("message.edit", {"text": "x"}), ("message.withdraw", {})):
            refused = await person.refused(event, message_id=message["id"], **more)
            assert refused["code"] == "forbidden"
    assert (await anna.ok("message.edit", message_id=of_anna["id"], text="van mij"))["ok"]
    assert (await fatima.ok("message.withdraw", message_id=of_fatima["id"]))["ok"]


async def test_a_withdrawn_text_is_gone_everywhere(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    message = await fatima.sends(id, "1", f"Niet doorvertellen: {SECRET_WORD}")
    await fatima.ok(
        "message.edit", message_id=message["id"], text=f"Echt niet: {SECRET_WORD} en nog iets"
    )
    assert (await anna.ok("message.search", text=SECRET_WORD))["messages"]
    assert SECRET_WORD in repr(await anna.ok("session.start", since={id: 0}))
    assert any(SECRET_WORD in body for body in _bodies(town))
    town.clock.later(days=200)
    gone = (await fatima.ok("message.withdraw", message_id=message["id"]))["message"]
    assert (gone["text"], gone["withdrawn"], gone["seq"], gone["rev"]) == ("", True, 1, 3)
    told = (await anna.hears("message.changed", 2))[1]
    assert told["message"] == {k: v for k, v in gone.items() if k != "key"}
    assert (await _history(anna, id)) == [told["message"]]
    for person in (fatima, anna):
        assert (await person.ok("message.search", text=SECRET_WORD))["messages"] == []
        assert (await person.ok("message.search", text="nog iets"))["messages"] == []
        started = await person.ok("session.start", since={id: 0})
        assert [m["id"] for m in started["missed"]] == [message["id"]]
        assert SECRET_WORD not in repr(started)
    for body in _bodies(town):
        assert SECRET_WORD not in body
        assert "first_text" not in body  # nothing that would tell the text by trying


async def test_withdrawing_is_done_once_and_for_good(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    message = await fatima.sends(id, "1", "een")
    gone = await fatima.ok("message.withdraw", message_id=message["id"])
    assert await fatima.ok("message.withdraw", message_id=message["id"]) == gone
    refused = await fatima.refused("message.edit", message_id=message["id"], text="twee")
    assert (refused["code"], refused["message_id"]) == ("conflict", message["id"])
    await anna.settled()
    assert len(anna.heard("message.changed")) == 1
    assert (await fatima.sends(id, "2", "drie"))["seq"] == 2


async def test_rev_counts_each_change_and_marks_count_none(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    one = await fatima.sends(id, "1", "een")
    two = await anna.sends(id, "1", "twee")
    await anna.ok("message.edit", message_id=two["id"], text="twee!")
    await anna.ok("conversation.take", conversation_id=id, taken=True)
    await anna.ok("conversation.handle", conversation_id=id, handled=False)
    await fatima.ok("message.read", conversation_id=id, seq=2)
    await fatima.ok("message.typing", conversation_id=id)
    await fatima.ok("message.withdraw", message_id=one["id"])
    await fatima.sends(id, "3", "drie")
    assert [(m["seq"], m["rev"]) for m in await _history(anna, id)] == [(1, 4), (2, 3), (3, 5)]
    (shown,) = (await anna.ok("conversation.list"))["conversations"]
    assert (shown["last_seq"], shown["rev"], shown["last_message"]["text"]) == (3, 5, "drie")


async def test_history_goes_both_ways(town: Town) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    for n in range(1, 13):
        await fatima.sends(id, str(n), f"bericht {n}")

    async def page(**asked: int) -> tuple[list[int], bool]:
        answer = await fatima.ok("message.history", conversation_id=id, **asked)
        return [message["seq"] for message in answer["messages"]], answer["more"]

    assert await page() == (list(range(1, 13)), False)
    assert await page(limit=5) == ([8, 9, 10, 11, 12], True)
    assert await page(limit=5, before=8) == ([3, 4, 5, 6, 7], True)
    assert await page(limit=5, before=3) == ([1, 2], False)
    assert await page(limit=2, before=3) == ([1, 2], False)
    assert await page(limit=5, after=0) == ([1, 2, 3, 4, 5], True)
    assert await page(limit=5, after=9) == ([10, 11, 12], False)
    assert await page(after=12) == await page(before=1) == await page(before=0) == ([], False)
    assert await page(before=2**53 - 1) == await page()
    assert await page(after=2**53 - 1) == ([], False)
    for wrong in (0, 201, -1):
        refused = await fatima.refused("message.history", conversation_id=id, limit=wrong)
        assert (refused["code"], refused["field"]) == ("invalid", "limit")
    both = await fatima.refused("message.history", conversation_id=id, before=5, after=2)
    assert (both["code"], both["field"]) == ("invalid", "after")


GOOD = {
    "emoji": "👩‍👩‍👧‍👦 tot 🕘 👋🏽",
    "right to left": "سامي مريض \u202bاليوم\u202c שלום",
    "Turkish": "İyi günler, ılık",
    "many marks": "Z̸̡a̶̢l̵̛g̷̨o̴̡",
    "lines and tabs": "een\n\ttwee\n",
    "an operator": '{"$ne": null} %s \\ \' " <b>&amp;',
    "exactly enough": "👍" * 4_000,
}
BAD = {
    "nothing": "",
    "blank": " \r\n\t\u00a0",
    "invisible": "\u200b\u2060\ufeff\u3164",
    "a bell": "a\x07",
    "an escape": "\x1b[31mrood",
    "one too many": "é" * 4_001,
    "decomposed, one too many": "e\u0301" * 4_001,
    "a pile of marks": "a" + "\u0301\u0316" * 1_500,
}


@pytest.mark.parametrize("text", list(GOOD.values()), ids=list(GOOD))
async def test_odd_texts_arrive_as_they_are(town: Town, text: str) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    sent = await fatima.sends(id, text[:64], text)
    assert (sent["text"], sent["key"]) == (text, text[:64])
    (told,) = await anna.hears("message.posted")
    assert told["message"]["text"] == text
    assert [message["text"] for message in await _history(anna, id)] == [text]


async def test_letters_and_lines_are_made_one_kind(town: Town) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    assert (await fatima.sends(id, "1", "e\u0301e\u0301n\r\ntwee\rdrie"))[
        "text"
    ] == "één\ntwee\ndrie"


@pytest.mark.parametrize("text", list(BAD.values()), ids=list(BAD))
async def test_what_cannot_be_a_message_is_refused_in_words(town: Town, text: str) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    refused = await fatima.refused("message.send", conversation_id=id, key="1", text=text)
    assert (refused["code"], refused["field"]) == ("invalid", "text")
    assert (await fatima.sends(id, "1", "wel goed"))["seq"] == 1


@pytest.mark.parametrize("key", ["", "k" * 65, 1, None])
async def test_a_key_has_one_to_sixty_four_characters(town: Town, key: Any) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    refused = await fatima.refused("message.send", conversation_id=id, key=key, text="een")
    assert (refused["code"], refused["field"]) == ("invalid", "key")
    assert (await fatima.sends(id, "k" * 64, "een"))["key"] == "k" * 64


async def _history(person: Somebody, id: str) -> list[dict[str, Any]]:
    answer = await person.ok("message.history", conversation_id=id)
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


def _bodies(town: Town) -> list[str]:
    """What the database has of the messages, read without the server's help."""
    file = sqlite3.connect(f"file:{town.place.address}?mode=ro", uri=True)
    try:
        return [body for (body,) in file.execute("SELECT body FROM message")]
    finally:
        file.close()
