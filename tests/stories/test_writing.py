"""A parent's message reaches the whole class team, and an answer comes back."""

from __future__ import annotations

import asyncio

from tests.somebody import Somebody
from tests.stories.town import Town, about, settled


async def test_a_message_reaches_every_teacher_of_the_class_and_nobody_else(school: Town) -> None:
    fatima, anna, bram = await school.everybody("fatima", "anna", "bram")
    others = await school.everybody("youssef", "joost", "carla", "dewit")
    conversation = await school.conversation(fatima)
    text = "Sami is ziek, hij blijft vandaag thuis."
    sent = await fatima.ok("message.send", conversation_id=conversation, key="1", text=text)
    for teacher in (anna, bram):
        (posted,) = await teacher.hears("message.posted")
        assert posted["message"]["text"] == text
        assert posted["message"]["author"]["name"] == "Fatima Amrani"
        assert posted["message"] == {k: v for k, v in sent["message"].items() if k != "key"}
        names = about(await teacher.settled(), conversation)
        assert names == ["conversation.changed", "message.posted"]
    await settled(fatima, *others)
    assert fatima.told == []
    assert [person.told for person in others] == [[], [], [], []]


async def test_an_answer_reaches_the_parent_on_every_device(school: Town) -> None:
    fatima, phone, anna = await school.everybody("fatima", "fatima", "anna")
    conversation = await school.conversation(fatima)
    await fatima.ok("message.send", conversation_id=conversation, key="1", text="Mag Sami mee?")
    await anna.hears("message.posted")
    answer = await anna.ok("message.send", conversation_id=conversation, key="1", text="Zeker!")
    assert answer["message"]["seq"] == 2
    (first,) = await fatima.hears("message.posted")
    own, second = await phone.hears("message.posted", 2)
    assert own["message"]["key"] == "1"
    assert first == second
    assert first["message"]["text"] == "Zeker!"
    assert "key" not in first["message"]
    await settled(anna)
    assert anna.heard("message.posted")[1:] == []


async def test_both_guardians_named_hear_the_team_and_each_other(school: Town) -> None:
    fatima, youssef, anna = await school.everybody("fatima", "youssef", "anna")
    conversation = await school.conversation(fatima, "youssef")
    await anna.settled()
    await fatima.ok("message.send", conversation_id=conversation, key="1", text="Hallo juf")
    (posted,) = await youssef.hears("message.posted")
    assert posted["message"]["author"]["name"] == "Fatima Amrani"
    assert youssef.told[0][0] == "conversation.changed"
    shown = youssef.told[0][1]["conversation"]
    assert {guardian["name"] for guardian in shown["guardians"]} == {
        "Fatima Amrani",
        "Youssef Amrani",
    }


async def test_sixty_people_posting_at_once_all_succeed_in_one_order(school: Town) -> None:
    fatima, anna, bram = await school.everybody("fatima", "anna", "bram")
    conversation = await school.conversation(fatima, "youssef")
    names = ("fatima", "youssef", "anna", "bram")
    tabs = [await school.somebody(name) for name in names for _ in range(15)]
    answers = await asyncio.gather(
        *(
            tab.ok("message.send", conversation_id=conversation, key=f"tab {n}", text=f"tekst {n}")
            for n, tab in enumerate(tabs)
        )
    )
    assert sorted(answer["message"]["seq"] for answer in answers) == list(range(1, 61))
    history = await fatima.ok("message.history", conversation_id=conversation, limit=200)
    stored = [(m["seq"], m["rev"], m["text"]) for m in history["messages"]]
    assert [seq for seq, _, _ in stored] == list(range(1, 61))
    assert [rev for _, rev, _ in stored] == list(range(1, 61))
    answered = {a["message"]["seq"]: a["message"]["text"] for a in answers}
    assert {seq: text for seq, _, text in stored} == answered
    for reader in (fatima, anna, bram):
        posted = await reader.hears("message.posted", 60)
        assert [
            (p["message"]["seq"], p["message"]["rev"], p["message"]["text"]) for p in posted
        ] == stored


async def test_two_guardians_who_open_the_same_at_once_come_to_one(school: Town) -> None:
    fatima, youssef = await school.everybody("fatima", "youssef")
    opened = await asyncio.gather(
        *(school.conversation(fatima, "youssef") for _ in range(5)),
        *(school.conversation(youssef, "fatima") for _ in range(5)),
    )
    assert len(set(opened)) == 1
    for person in (fatima, youssef):
        listed = await person.ok("conversation.list")
        assert [c["id"] for c in listed["conversations"]] == [opened[0]]


async def test_the_same_key_twice_is_one_message(school: Town) -> None:
    fatima, tab, anna = await school.everybody("fatima", "fatima", "anna")
    conversation = await school.conversation(fatima)
    ask = {"conversation_id": conversation, "key": "k", "text": "Cafe\u0301\r\nmorgen?"}
    both = await asyncio.gather(fatima.ok("message.send", **ask), tab.ok("message.send", **ask))
    again = await fatima.ok("message.send", **{**ask, "text": "Café\nmorgen?"})
    assert both[0]["message"] == both[1]["message"] == again["message"]
    assert await _texts(anna, conversation) == ["Café\nmorgen?"]
    await anna.settled()
    assert len(anna.heard("message.posted")) == 1
    other = await fatima.refused("message.send", **{**ask, "text": "Iets anders"})
    assert other["code"] == "conflict"
    assert other["message_id"] == again["message"]["id"]
    assert await _texts(anna, conversation) == ["Café\nmorgen?"]
    # a key is its author's own, and of one conversation
    mine = await anna.ok("message.send", conversation_id=conversation, key="k", text="Ja")
    assert mine["message"]["seq"] == 2


async def test_a_key_still_means_the_text_first_sent_after_a_correction(school: Town) -> None:
    fatima = await school.somebody("fatima")
    conversation = await school.conversation(fatima)
    first = await _send(fatima, conversation, "k", "Tot maandag")
    await fatima.ok("message.edit", message_id=first["id"], text="Tot dinsdag")
    again = await fatima.ok(
        "message.send", conversation_id=conversation, key="k", text="Tot maandag"
    )
    assert again["message"]["text"] == "Tot dinsdag"
    assert again["message"]["id"] == first["id"]
    for other in ("Tot dinsdag", "Tot woensdag"):
        refused = await fatima.refused(
            "message.send", conversation_id=conversation, key="k", text=other
        )
        assert refused["code"] == "conflict"


async def test_a_key_of_a_withdrawn_message_gives_the_tombstone(school: Town) -> None:
    fatima = await school.somebody("fatima")
    conversation = await school.conversation(fatima)
    first = await _send(fatima, conversation, "k", "Tot maandag")
    await fatima.ok("message.withdraw", message_id=first["id"])
    again = await fatima.ok(
        "message.send", conversation_id=conversation, key="k", text="Tot maandag"
    )
    assert again["message"]["withdrawn"] is True
    assert again["message"]["text"] == ""
    assert await _texts(fatima, conversation) == [""]


async def test_the_same_key_is_answered_where_nothing_may_be_written_any_more(
    school: Town,
) -> None:
    fatima = await school.somebody("fatima")
    conversation = await school.conversation(fatima)
    first = await _send(fatima, conversation, "k", "Tot maandag")
    await school.roster("moves", "sami")
    again = await fatima.ok(
        "message.send", conversation_id=conversation, key="k", text="Tot maandag"
    )
    assert again["message"] == first
    refused = await fatima.refused(
        "message.send", conversation_id=conversation, key="new", text="Tot maandag"
    )
    assert refused["code"] == "read_only"


async def _send(person: Somebody, conversation: str, key: str, text: str) -> dict:
    answer = await person.ok("message.send", conversation_id=conversation, key=key, text=text)
    message: dict = answer["message"]
    return message


async def _texts(person: Somebody, conversation: str) -> list[str]:
    history = await person.ok("message.history", conversation_id=conversation)
    return [message["text"] for message in history["messages"]]
