"""Substitutes: in a class's team until a date, beside the roster, and out of it on that day."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest
import socketio
from msgspec.structs import replace

from server.clock import date_at, now
from server.dispatch import Asker
from server.handlers.invitations import create_account_link
from storage.schema import Link, Role, School
from storage.writes import Delete, Insert, Replace
from tests.stories import roster
from tests.stories.asking import set_scene
from tests.stories.pictures import THIS
from tests.stories.town import Town, about, settled

HOME = "Europe/Amsterdam"


def soon(days: int = 2) -> str:
    return (date_at(now(), HOME) + timedelta(days=days)).isoformat()


async def test_a_substitute_has_a_teachers_rights_until_the_date(school: Town) -> None:
    scene = await set_scene(school)
    cast = school.cast
    dewit, carla, fatima = await school.everybody("dewit", "carla", "fatima")
    named = {"class_id": cast.groep_3b, "teacher_id": cast.carla}
    before = await dewit.ok("team.list", class_id=cast.groep_3b)
    assert [member["name"] for member in before["members"]] == ["Anna Jansen", "Bram Smit"]
    assert before["others"] == [{"id": cast.carla, "name": "Carla Bos"}]

    added = await dewit.ok("team.add", **named, until=soon())
    assert {"id": cast.carla, "name": "Carla Bos", "until": soon()} in added["members"]
    assert added["others"] == []
    listed = await dewit.ok("team.list", class_id=cast.groep_3b)
    assert (listed["members"], listed["others"]) == (added["members"], [])
    conversation = {"conversation_id": scene.conversation_id}
    assert (await carla.ok("message.history", **conversation))["messages"]
    await carla.hears("session.changed")
    await fatima.hears("session.changed")
    (shown,) = (await fatima.ok("session.start"))["classes"]
    assert "Carla Bos" in [teacher["name"] for teacher in shown["teachers"]]
    await fatima.ok("message.send", **conversation, key="2", text="Dag")
    await carla.hears("message.posted")

    school.clock.later(days=1)  # the last day
    assert (await carla.ok("message.history", **conversation))["messages"]
    school.clock.later(days=1)
    refused = await carla.refused("message.history", **conversation)
    assert refused["code"] == "not_found"
    await settled(carla)
    heard = len(carla.told)
    await fatima.ok("message.send", **conversation, key="3", text="Tot morgen")
    await settled(carla)
    assert about(carla.told[heard:], scene.conversation_id) == []
    await carla.hears("session.changed", 2)
    assert {c["name"] for c in (await carla.ok("session.start"))["classes"]} == {"4A"}
    listed = await dewit.ok("team.list", class_id=cast.groep_3b)
    assert (listed["members"], listed["others"]) == (before["members"], before["others"])


async def test_no_import_removes_a_substitute_and_the_office_can(school: Town) -> None:
    scene = await set_scene(school)
    cast = school.cast
    dewit, carla, anna = await school.everybody("dewit", "carla", "anna")
    named = {"class_id": cast.groep_3b, "teacher_id": cast.carla}
    await dewit.ok("team.add", **named, until=soon())
    await school.imports_elsewhere(THIS, "leaves:bram")
    conversation = {"conversation_id": scene.conversation_id}
    assert (await carla.ok("message.history", **conversation))["messages"]
    later = await dewit.ok("team.add", **named, until=soon(3))
    assert [one.get("until") for one in later["members"]] == [None, soon(3)]
    removed = await dewit.ok("team.remove", **named)
    assert [one["name"] for one in removed["members"]] == ["Anna Jansen"]
    assert (await carla.refused("message.history", **conversation))["code"] == "not_found"
    heard = len(carla.told)
    await anna.ok("message.send", **conversation, key="1", text="Beterschap")
    await settled(carla)
    assert about(carla.told[heard:], scene.conversation_id) == []


async def test_what_the_office_cannot_do_with_a_team(school: Town) -> None:
    cast = school.cast
    dewit, anna, fatima = await school.everybody("dewit", "anna", "fatima")
    carla = {"class_id": cast.groep_3b, "teacher_id": cast.carla}
    in_team = {"class_id": cast.groep_3b, "teacher_id": cast.anna}
    for person in (anna, fatima):
        assert (await person.refused("team.add", **carla, until=soon()))["code"] == "forbidden"
    refused = await dewit.refused("team.add", **in_team, until=soon())
    assert refused["code"] == "conflict"
    assert (await dewit.refused("team.remove", **in_team))["code"] == "conflict"
    assert (await dewit.refused("team.remove", **carla))["code"] == "not_found"
    for until in (soon(0), soon(-1), "2100-01-01"):
        refused = await dewit.refused("team.add", **carla, until=until)
        assert (refused["code"], refused["field"]) == ("invalid", "until")
    for teacher in (cast.fatima, "de-iep.carla", "regenboog.niemand"):
        asked = {"class_id": cast.groep_3b, "teacher_id": teacher, "until": soon()}
        assert (await dewit.refused("team.add", **asked))["code"] == "not_found"
    elsewhere = {"class_id": "de-iep.groep3b", "teacher_id": "de-iep.carla", "until": soon()}
    assert (await dewit.refused("team.add", **elsewhere))["code"] == "not_found"
    assert (await dewit.ok("team.add", **carla, until=soon()))["members"]

    await school.roster("leaves_school", "bram")  # who is gone cannot substitute
    gone = {"class_id": cast.groep_4a, "teacher_id": cast.bram, "until": soon()}
    assert (await dewit.refused("team.add", **gone))["code"] == "not_found"
    await school.roster("year_ends")
    refused = await dewit.refused("team.add", **carla, until=soon())
    assert refused["code"] == "read_only"


async def test_one_address_is_one_substitute_until_she_has_been_in(school: Town) -> None:
    """The office mistyped her name, and sends the link once more."""
    dewit = await school.somebody("dewit")

    async def makes(email: str, name: str) -> Link:
        make = partial(create_account_link, school_id=school.cast.school_id, role="teacher")
        link: Link = await school.hekje.dispatch.run(Asker(), partial(make, email=email, name=name))
        return link

    async def named() -> list[str]:
        listed = await dewit.ok("team.list", class_id=school.cast.groep_3b)
        return sorted(one["name"] for one in listed["others"] if one["id"] not in before)

    listed = await dewit.ok("team.list", class_id=school.cast.groep_3b)
    before = {one["id"] for one in listed["others"]}
    first = await makes("ilse@example.org", "Ilze Kok")
    again = await makes("Ilse@Example.org", "Ilse Kok")
    assert again.person_id == first.person_id
    assert await named() == ["Ilse Kok"]
    old = await roster.there(school.store, Link, first.id)
    assert old.ended_at is not None
    both = await asyncio.gather(*(makes("tim@example.org", "Tim Bos") for _ in range(2)))
    assert both[0].person_id == both[1].person_id
    assert await named() == ["Ilse Kok", "Tim Bos"]


async def test_somebody_from_outside_is_there_only_while_substituting(school: Town) -> None:
    """Ilse is in no roster; Bram's log-in is hers."""
    scene = await set_scene(school)
    cast = school.cast
    link = await school.hekje.dispatch.run(
        Asker(),
        partial(
            create_account_link,
            school_id=cast.school_id,
            role="teacher",
            email="ilse@example.org",
            name="Ilse Kok",
        ),
    )
    of_bram = await roster.there(school.store, Role, cast.bram)
    role = replace(of_bram, id=link.person_id, version=0)
    of_school = await roster.there(school.store, School, cast.school_id)
    await school.store.commit([Delete(of_bram), Insert(role), Replace(of_school)])
    with pytest.raises(socketio.exceptions.ConnectionError):
        await school.somebody("bram")
    school.people.pop()

    dewit = await school.somebody("dewit")
    named = {"class_id": cast.groep_3b, "teacher_id": link.person_id}
    others = (await dewit.ok("team.list", class_id=cast.groep_3b))["others"]
    assert {"id": link.person_id, "name": "Ilse Kok"} in others
    await dewit.ok("team.add", **named, until=soon())
    substitute = await school.somebody("bram")
    conversation = {"conversation_id": scene.conversation_id}
    assert (await substitute.ok("message.history", **conversation))["messages"]
    await school.imports(THIS)  # which does not know her
    assert (await substitute.ok("message.history", **conversation))["messages"]
    school.clock.later(days=2)
    await substitute.gone.wait()
