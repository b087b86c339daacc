"""The server goes away and comes back: so do its clients, and nothing is lost or heard twice."""

from __future__ import annotations

from typing import Any

from tests.cast import REGENBOOG
from tests.clients.fits import assert_answer_fits
from tests.clients.house import House
from tests.clients.test_contract import opened_by


async def test_clients_come_back_by_themselves_after_a_restart(house: House) -> None:
    fatima = await house.somebody("fatima", tickets=True)
    anna = await house.somebody("anna")
    conversation_id = await opened_by(fatima)
    letter = {"conversation_id": conversation_id, "key": "1", "text": "Voor de herstart"}
    before = await fatima.ok("message.send", **letter)
    await anna.hears("message.posted")
    await house.close()
    await house.open()
    await fatima.comes_back(2)
    await anna.comes_back(2)
    assert await fatima.ok("message.send", **letter) == before, "sent again, stored once"
    await anna.ok("message.send", conversation_id=conversation_id, key="2", text="En erna")
    assert len(await fatima.hears("message.posted")) == 1
    start = await anna.ok("session.start", since={conversation_id: 1})
    assert_answer_fits("session.start", start)
    assert [message["text"] for message in start["missed"]] == ["En erna"]
    posted = [name for name, _ in await anna.settled() if name == "message.posted"]
    assert len(posted) == 1, "what was told before is not told again"


async def test_whoever_was_away_catches_up_without_loss_or_doubles(house: House) -> None:
    fatima = await house.somebody("fatima")
    anna = await house.somebody("anna")
    conversation_id = await opened_by(fatima)
    about = {"conversation_id": conversation_id}
    seen = {}
    known = 0
    for key in ("1", "2"):
        sent = (await fatima.ok("message.send", **about, key=key, text=f"Bericht {key}"))["message"]
        seen[sent["id"]] = sent
        known = sent["rev"]
    await fatima.leave()
    third = (await anna.ok("message.send", **about, key="3", text="Derde"))["message"]
    fourth = (await anna.ok("message.send", **about, key="4", text="Vierde"))["message"]
    await anna.ok("message.edit", message_id=third["id"], text="Derde, verbeterd")
    await anna.ok("message.withdraw", message_id=fourth["id"])
    await house.close()
    await house.open()
    returned = await house.somebody("fatima")
    start = await returned.ok("session.start", since={conversation_id: known})
    assert [(m["seq"], m["rev"], m["text"]) for m in start["missed"]] == [
        (3, 5, "Derde, verbeterd"),
        (4, 6, ""),
    ]
    seen |= {message["id"]: message for message in start["missed"]}
    assert list(seen.values()) == (await returned.ok("message.history", **about))["messages"]
    [shown] = [one for one in start["conversations"] if one["id"] == conversation_id]
    assert shown["rev"] == 6
    nothing = await returned.ok("session.start", since={conversation_id: 6})
    assert (nothing["missed"], nothing["restart"], nothing["gone"]) == ([], [], [])


async def test_too_much_to_catch_up_with_is_read_from_the_history(house: House) -> None:
    fatima, anna = await house.somebody("fatima"), await house.somebody("anna")
    conversation_id = await opened_by(fatima)
    for number in range(201):
        await fatima.ok(
            "message.send", conversation_id=conversation_id, key=str(number), text=f"{number}"
        )
    start = await anna.ok("session.start", since={conversation_id: 0, "regenboog.none": 3})
    assert (start["missed"], start["restart"]) == ([], [conversation_id])
    assert start["gone"] == ["regenboog.none"]
    after, pages = 0, list[dict[str, Any]]()
    while True:
        page = await anna.ok(
            "message.history", conversation_id=conversation_id, after=after, limit=200
        )
        pages += page["messages"]
        after = pages[-1]["seq"]
        if not page["more"]:
            break
    assert [message["text"] for message in pages] == [str(number) for number in range(201)]
    nearly = await anna.ok("session.start", since={conversation_id: 1})
    assert [message["seq"] for message in nearly["missed"]] == list(range(2, 202))
    assert REGENBOOG.school_id in {school["id"] for school in nearly["schools"]}
