"""One contract, whichever client speaks it and wherever it is kept."""

from __future__ import annotations

from tests.cast import REGENBOOG
from tests.clients.fits import assert_answer_fits, assert_pushes_fit
from tests.clients.house import House
from tests.clients.people import Client

HELLO = "Goedemorgen juf, Sami is ziek 🤒 \u202b(שלום)\u202c"


async def test_a_token_or_a_fresh_ticket_opens_the_door_and_nothing_else(house: House) -> None:
    fatima = await house.somebody("fatima")
    assert (await fatima.ok("session.start"))["account"]["name"] == "Fatima Amrani"
    ticket = await house.ticket("anna")
    anna = house.visitor({"ticket": ticket})
    await anna.connect()
    assert (await anna.ok("session.start"))["account"]["name"] == "Anna Jansen"
    for wrong in ({"ticket": ticket}, {"ticket": "none"}, {"token": "none"}, {"token": 3}, {}):
        refused = await house.visitor(wrong).knock()
        assert refused["code"] == "unauthenticated", wrong
        assert refused["message"]


async def test_a_message_goes_to_the_whole_team_and_an_answer_comes_back(house: House) -> None:
    fatima, anna, bram, joost = [
        await house.somebody(name) for name in ("fatima", "anna", "bram", "joost")
    ]
    conversation_id = await opened_by(fatima)
    sent = await fatima.ok(
        "message.send", conversation_id=conversation_id, key="1", text=f"{HELLO}\r\n"
    )
    assert_answer_fits("message.send", sent)
    message = sent["message"]
    assert (message["seq"], message["rev"], message["key"]) == (1, 1, "1")
    for teacher in (anna, bram):
        [push] = await teacher.hears("message.posted")
        assert push["message"] == {name: message[name] for name in message if name != "key"}
        first, second = (name for name, _ in (await teacher.settled())[:2])
        assert (first, second) == ("conversation.changed", "message.posted")
    answered = await anna.ok(
        "message.send", conversation_id=conversation_id, key="1", text="Beterschap!"
    )
    [push] = await fatima.hears("message.posted")
    assert push["message"]["text"] == "Beterschap!"
    assert push["message"]["author"]["name"] == "Anna Jansen"
    again = await anna.ok(
        "message.send", conversation_id=conversation_id, key="1", text="Beterschap!"
    )
    assert again == answered
    assert len(await bram.hears("message.posted", 2)) == 2
    assert_pushes_fit([*(await fatima.settled()), *(await bram.settled())])
    assert await joost.settled() == [], "the other family hears nothing"


async def test_what_was_said_can_be_read_found_corrected_and_taken_back(house: House) -> None:
    fatima, anna = await house.somebody("fatima"), await house.somebody("anna")
    conversation_id = await opened_by(fatima)
    texts = ("Sami was niet op school", "Is er huiswerk?", "Dank!")
    sent = [
        await fatima.ok("message.send", conversation_id=conversation_id, key=text, text=text)
        for text in texts
    ]
    _, second, third = (answer["message"]["id"] for answer in sent)
    page = await anna.ok("message.history", conversation_id=conversation_id, limit=2)
    assert_answer_fits("message.history", page)
    assert [message["seq"] for message in page["messages"]] == [2, 3]
    assert page["more"] is True
    older = await anna.ok("message.history", conversation_id=conversation_id, before=2)
    assert [message["text"] for message in older["messages"]] == ["Sami was niet op school"]
    edited = await fatima.ok("message.edit", message_id=second, text="Wat is het huiswerk?")
    assert_answer_fits("message.edit", edited)
    withdrawn = await fatima.ok("message.withdraw", message_id=third)
    assert withdrawn["message"]["withdrawn"] is True
    changed = [push["message"] for push in await anna.hears("message.changed", 2)]
    assert [(message["text"], message["rev"]) for message in changed] == [
        ("Wat is het huiswerk?", 4),
        ("", 5),
    ]
    found = await anna.ok("message.search", text="huis WÁT")
    assert_answer_fits("message.search", found)
    assert [message["id"] for message in found["messages"]] == [second]
    assert (await anna.ok("message.search", text="dank"))["messages"] == []


async def test_reading_and_typing_are_seen_by_the_other_side(house: House) -> None:
    fatima, anna = await house.somebody("fatima"), await house.somebody("anna")
    conversation_id = await opened_by(fatima)
    await fatima.ok("message.send", conversation_id=conversation_id, key="1", text=HELLO)
    await anna.hears("message.posted")
    await anna.ok("message.typing", conversation_id=conversation_id)
    assert await fatima.hears("message.is_typing") == [
        {"conversation_id": conversation_id, "by": "team"}
    ]
    read = await anna.ok("message.read", conversation_id=conversation_id, seq=1)
    assert read == {"ok": True, "read_seq": 1}
    assert await fatima.hears("message.was_read") == [
        {"conversation_id": conversation_id, "seq": 1, "by": "team"}
    ]
    start = await fatima.ok("session.start")
    assert_answer_fits("session.start", start)
    assert start["conversations"][0]["team_read_seq"] == 1
    assert_answer_fits("session.start", await anna.ok("session.start"))


async def test_each_refusal_has_its_code_and_a_sentence(house: House) -> None:
    fatima, joost = await house.somebody("fatima"), await house.somebody("joost")
    conversation_id = await opened_by(fatima)
    there = {"conversation_id": conversation_id}
    letter = {**there, "key": "1", "text": HELLO}
    await fatima.ok("message.send", **letter)
    for event, asked, error in (
        ("message.send", {**letter, "key": 1}, {"code": "invalid", "field": "key"}),
        ("message.send", {**letter, "colour": "red"}, {"code": "invalid", "field": "colour"}),
        (
            "message.send",
            {**letter, "key": "2", "text": " \n"},
            {"code": "invalid", "field": "text"},
        ),
        ("message.send", {**letter, "text": "anders"}, {"code": "conflict"}),
        ("message.history", {"conversation_id": "none"}, {"code": "not_found"}),
        (
            "conversation.take",
            {**there, "taken": True},
            {"code": "forbidden"},
        ),
        ("invitation.list", {"class_id": REGENBOOG.groep_3b}, {"code": "forbidden"}),
        ("message.shout", {}, {"code": "not_found"}),
    ):
        refused = await fatima.refused(event, **asked)
        assert error.items() <= refused.items(), (event, asked)
    unseen = await joost.refused("message.history", conversation_id=conversation_id)
    assert unseen == await joost.refused("message.history", conversation_id="none")
    assert (await fatima.ok("message.history", conversation_id=conversation_id))["messages"]


async def opened_by(guardian: Client) -> str:
    """The conversation about Sami with the team of groep 3B."""
    answer = await guardian.ok(
        "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.sami
    )
    assert_answer_fits("conversation.open", answer)
    id: str = answer["conversation"]["id"]
    return id
