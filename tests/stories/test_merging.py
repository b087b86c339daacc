"""Joost had an account at another school, with another address. He makes one of the two."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.decision import Unauthenticated
from server.handlers.login import session_of_token
from storage.schema import Account
from tests.cast import DE_IEP
from tests.conftest import School
from tests.handlers.visitors import Visitor, mailed_token, sessions_of, until_mailed
from tests.somebody import Somebody
from tests.stories.town import Town

OLD = "joost@de-iep.example"


async def test_what_joost_wrote_and_read_goes_along(school: Town) -> None:
    """On both databases: his messages stay his, his place in the conversation too."""
    before, anna = await school.somebody("joost", DE_IEP), await school.somebody("anna", DE_IEP)
    opened = await before.ok("conversation.open", class_id=DE_IEP.groep_3b, pupil_id=DE_IEP.lotte)
    id = opened["conversation"]["id"]
    written = {"conversation_id": id, "key": "1", "text": "Hallo juf"}
    sent = await before.ok("message.send", **written)
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag Joost")
    await before.ok("message.read", conversation_id=id, seq=2)

    joost = await school.somebody("joost")
    merged = await _merge_himself(school)
    assert sorted(role["school_id"] for role in merged["account"]["roles"]) == [
        "de-iep", "regenboog",
    ]  # fmt: skip
    await joost.hears("session.changed")
    await _is_out(before, school)
    await _has_it_all(joost, id, sent["message"], written)
    await anna.ok("message.send", conversation_id=id, key="2", text="Tot morgen")
    assert (await joost.hears("message.posted"))[-1]["message"]["text"] == "Tot morgen"


async def _merge_himself(school: Town) -> dict[str, Any]:
    town = School(school.hekje, school.cast)
    async with Visitor(school.url, token=school.cast.token("joost")) as browser:
        assert (await browser.post("/api/merge/ask", email=OLD.upper())).status == 202
        await until_mailed(town, OLD)
        token = await mailed_token(town, OLD)
        done = await browser.post("/api/merge", token=token, bearer=True)
        assert done.status == 200
        assert done.body["token"] == school.cast.token("joost"), "his own session goes on"
        again = await browser.post("/api/merge", token=token)
        assert (again.status, again.code) == (410, "expired")
    body: dict[str, Any] = done.body
    return body


async def _is_out(before: Somebody, school: Town) -> None:
    async with asyncio.timeout(10):
        await before.gone.wait()
    assert await school.store.get(Account, DE_IEP.account("joost")) is None
    assert await sessions_of(School(school.hekje), DE_IEP.account("joost")) == []
    with pytest.raises(Unauthenticated):
        await session_of_token(school.hekje.dispatch, DE_IEP.token("joost"))


async def _has_it_all(
    joost: Somebody, id: str, message: dict[str, Any], written: dict[str, Any]
) -> None:
    started = await joost.ok("session.start")
    (conversation,) = started["conversations"]
    assert (conversation["id"], conversation["read_seq"], conversation["last_seq"]) == (id, 2, 2)
    assert (await joost.ok("message.send", **written))["message"] == message, (
        "sent once, told again"
    )
    edited = await joost.ok("message.edit", message_id=message["id"], text="Hallo juf Anna")
    assert edited["message"]["key"] == "1"
    assert len((await joost.ok("message.history", conversation_id=id))["messages"]) == 2
    await joost.ok("message.read", conversation_id=id, seq=2)


async def test_the_office_makes_one_of_two_accounts(school: Town) -> None:
    """Juf Carla of 4A is Lotte's other parent in daily life: the office knows."""
    office, carla = await school.somebody("dewit"), await school.somebody("carla")
    joost = await school.somebody("joost")
    cast = school.cast
    await office.ok("account.merge", kept_id=cast.joost, merged_id=cast.carla)
    async with asyncio.timeout(10):
        await carla.gone.wait()
    await joost.hears("session.changed")
    started = await joost.ok("session.start")
    roles = {role["role"]: role for role in started["account"]["roles"]}
    assert roles["guardian"]["guardian_id"] == cast.joost
    assert roles["teacher"]["teacher_id"] == cast.carla
    assert {one["name"] for one in started["classes"]} == {"3B", "4A"}
    again = await office.refused("account.merge", kept_id=cast.joost, merged_id=cast.carla)
    assert again["code"] == "conflict"
