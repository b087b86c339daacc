"""Invitations: whom juf Anna may invite, who is left out and why, and what two at once come to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from server.decision import Conflict, Invalid, NotFound
from server.dispatch import Asker
from server.handlers import invitations
from storage import ids
from storage.schema import LINKS_OF_PERSON, Link, Placement, Pupil, SchoolClass, Undelivered
from storage.schema import School as SchoolRecord
from storage.writes import Delete, Insert, Replace, Write
from tests.cast import DE_IEP, guardianship
from tests.conftest import School
from tests.handlers.visitors import (
    Visitor,
    change_roster,
    guardian,
    mails,
    take_account,
    tie,
    token_of,
)

FATIMA = "fatima@regenboog.example"
YOUSSEF = "youssef@regenboog.example"
JOOST = "joost@regenboog.example"


async def listed(school: School) -> dict[str, dict[str, Any]]:
    """Where the guardians of 3B stand, by the first word of their names, as juf Anna sees it."""
    anna = await school.somebody("anna")
    answer = await anna.ok("invitation.list", class_id=school.cast.groep_3b)
    return {guardian["name"].split()[0].lower(): guardian for guardian in answer["guardians"]}


async def test_anna_invites_the_class(school: School) -> None:
    """Fatima has an account already; the two others get a letter each."""
    await take_account(school, "youssef", "joost")
    anna = await school.somebody("anna")
    assert await anna.ok("invitation.send", class_id=school.cast.groep_3b) == {
        "ok": True,
        "sent": 2,
    }
    letters = await mails(school.store)
    assert sorted(mail.to for mail in letters) == [JOOST, YOUSSEF]
    for mail in letters:
        link = await school.store.get(Link, mail.link_id)
        assert link is not None
        assert (link.purpose, link.role, link.email) == ("activate", "guardian", mail.to)
        assert (link.expires_at - link.made_at).days == 14
        assert mail.template == "activation"
        assert mail.header_id.startswith("<")
        assert mail.header_id.endswith("@localhost>")


async def test_anna_sees_who_stands_where(school: School) -> None:
    await take_account(school, "youssef", "joost")
    await change_roster(school, Replace(replace(await guardian(school, "joost"), email=None)))
    anna = await school.somebody("anna")
    await anna.ok("invitation.send", class_id=school.cast.groep_3b)
    stand = await listed(school)
    assert stand["fatima"] == {
        "guardian_id": school.cast.fatima,
        "name": "Fatima Amrani",
        "pupil_ids": [school.cast.sami],
        "has_account": True,
        "has_address": True,
        "needs_own_address": False,
    }
    assert stand["youssef"]["has_account"] is False
    assert stand["youssef"]["invited_at"].endswith("Z")
    lasts = [
        datetime.fromisoformat(stand["youssef"][f"invited_{word}"]) for word in ("at", "until")
    ]
    assert (lasts[1] - lasts[0]).days == 14
    assert stand["joost"]["has_address"] is False
    assert "invited_at" not in stand["joost"]


async def test_anna_sees_whose_letter_did_not_arrive(school: School) -> None:
    """Until the school has corrected the address."""
    await take_account(school, "youssef", "joost")
    mark = Undelivered(
        id=school.cast.joost,
        school_id=school.cast.school_id,
        to=JOOST,
        cause="address",
        said="550 5.1.1 no such mailbox",
        failed_at=datetime(2026, 11, 24, 8, 30, tzinfo=UTC),
    )
    await school.store.commit([Insert(mark)])
    stand = await listed(school)
    assert stand["joost"]["undelivered"] == "address"
    assert "undelivered" not in stand["youssef"]
    corrected = replace(await guardian(school, "joost"), email="joost@new.example")
    await change_roster(school, Replace(corrected))
    assert "undelivered" not in (await listed(school))["joost"]


async def test_somebody_without_an_address_cannot_be_invited(school: School) -> None:
    await take_account(school, "joost")
    joost = await guardian(school, "joost")
    anna = await school.somebody("anna")
    named = {"class_id": school.cast.groep_3b, "guardian_ids": [school.cast.joost]}
    await anna.ok("invitation.send", **named)
    await change_roster(school, Replace(replace(joost, email=None)))
    error = await anna.refused("invitation.send", **named)
    assert (error["code"], error["rule"]) == ("policy", "no_address")


async def test_of_two_with_one_address_the_second_needs_an_own_one(school: School) -> None:
    """The first is who has an account, else who comes first by id; capitals make no difference."""
    youssef = await guardian(school, "youssef")
    await take_account(school, "youssef")
    await change_roster(school, Replace(replace(youssef, email=FATIMA.upper())))
    stand = await listed(school)
    assert stand["youssef"]["needs_own_address"] is True
    assert stand["fatima"]["needs_own_address"] is False
    anna = await school.somebody("anna")
    assert (await anna.ok("invitation.send", class_id=school.cast.groep_3b))["sent"] == 0
    error = await anna.refused(
        "invitation.send", class_id=school.cast.groep_3b, guardian_ids=[school.cast.youssef]
    )
    assert (error["code"], error["rule"]) == ("policy", "needs_own_address")
    await take_account(school, "fatima")
    assert (await anna.ok("invitation.send", class_id=school.cast.groep_3b))["sent"] == 1
    assert [mail.to for mail in await mails(school.store)] == [FATIMA]
    assert (await listed(school))["youssef"]["needs_own_address"] is True


async def test_an_address_that_is_anothers_account_needs_another(school: School) -> None:
    """Fatima's roster address has changed; her account keeps the old one, which Youssef has now."""
    await take_account(school, "youssef")
    fatima, youssef = await guardian(school, "fatima"), await guardian(school, "youssef")
    await change_roster(
        school,
        Replace(replace(fatima, email="new@x.example")),
        Replace(replace(youssef, email=FATIMA)),
    )
    assert (await listed(school))["youssef"]["needs_own_address"] is True


async def test_who_may_not_be_contacted_stands_in_nobodys_way(school: School) -> None:
    await take_account(school, "fatima", "youssef")
    youssef = await guardian(school, "youssef")
    not_fatima = replace(await tie(school, "sami", "fatima"), may_contact=False)
    await change_roster(school, Replace(replace(youssef, email=FATIMA)), Replace(not_fatima))
    stand = await listed(school)
    assert "fatima" not in stand
    assert stand["youssef"]["needs_own_address"] is False


@pytest.mark.parametrize("how", ["not contacted", "no tie", "guardian gone", "pupil gone", "moved"])
async def test_only_contacts_of_a_pupil_of_the_class_are_invited(school: School, how: str) -> None:
    await take_account(school, "joost")
    cast = school.cast
    anna = await school.somebody("anna")
    named = {"class_id": cast.groep_3b, "guardian_ids": [cast.joost]}
    assert (await anna.ok("invitation.send", **named))["sent"] == 1
    bond = await tie(school, "lotte", "joost")
    lotte = await school.store.get(Pupil, cast.lotte)
    assert lotte is not None
    placement = await school.store.get(Placement, ids.pair(cast.lotte, cast.groep_3b))
    assert placement is not None
    changes: dict[str, Write] = {
        "not contacted": Replace(replace(bond, may_contact=False)),
        "no tie": Delete(bond),
        "guardian gone": Replace(replace(await guardian(school, "joost"), gone=True)),
        "pupil gone": Replace(replace(lotte, gone=True)),
        "moved": Delete(placement),
    }
    await change_roster(school, changes[how])
    assert (await anna.refused("invitation.send", **named))["code"] == "not_found"
    assert (await anna.ok("invitation.send", class_id=cast.groep_3b))["sent"] == 0
    assert "joost" not in await listed(school)


async def test_a_name_of_another_class_or_school_is_not_there(school: School) -> None:
    anna = await school.somebody("anna")
    await take_account(school, "joost")
    cast = school.cast
    await change_roster(school, Delete(await tie(school, "lotte", "joost")))
    await change_roster(school, Insert(guardianship(cast, "noor", "joost")))
    carla = await school.somebody("carla")
    for stranger in (cast.joost, DE_IEP.joost, "nothing"):
        error = await anna.refused(
            "invitation.send", class_id=cast.groep_3b, guardian_ids=[stranger]
        )
        assert error["code"] == "not_found"
    for class_id in (cast.groep_4a, DE_IEP.groep_3b, "nothing"):
        assert (await anna.refused("invitation.send", class_id=class_id))["code"] == "not_found"
        assert (await anna.refused("invitation.list", class_id=class_id))["code"] == "not_found"
    sent = await carla.ok("invitation.send", class_id=cast.groep_4a, guardian_ids=[cast.joost])
    assert sent["sent"] == 1


async def test_the_office_invites_and_guardians_do_not(school: School) -> None:
    await take_account(school, "joost")
    office = await school.somebody("dewit")
    fatima = await school.somebody("fatima")
    for event in ("invitation.send", "invitation.list"):
        assert (await fatima.refused(event, class_id=school.cast.groep_3b))["code"] == "forbidden"
    assert (await office.ok("invitation.send", class_id=school.cast.groep_3b))["sent"] == 1


async def test_who_has_an_account_is_not_invited_again(school: School) -> None:
    anna = await school.somebody("anna")
    error = await anna.refused(
        "invitation.send", class_id=school.cast.groep_3b, guardian_ids=[school.cast.fatima]
    )
    assert error["code"] == "conflict"
    assert await mails(school.store) == []


async def test_a_new_letter_voids_the_old_also_of_two_sent_at_once(school: School) -> None:
    await take_account(school, "joost")
    anna, bram = await school.somebody("anna"), await school.somebody("bram")
    for _ in range(3):
        await asyncio.gather(
            *(
                teacher.ok("invitation.send", class_id=school.cast.groep_3b)
                for teacher in (anna, bram, anna, bram)
            )
        )
    links = await school.store.find(LINKS_OF_PERSON, school.cast.joost, limit=100)
    live = [link for link in links if link.ended_at is None]
    assert len(links) == 12
    assert len(live) == 1
    async with Visitor(school.url) as joost:
        for link in links:
            shown = await joost.post("/api/activation", token=token_of(school, link))
            assert shown.status == (200 if link == live[0] else 410)


async def test_two_processes_that_invite_for_the_first_time_make_one_live_link(
    school: School,
) -> None:
    """Without the queue of one process: what is stored tells them apart."""
    await take_account(school, "joost")
    turn = partial(invitations.invite_class, class_id=school.cast.groep_3b)
    await asyncio.gather(*(school.hekje.dispatch.run(Asker(), turn) for _ in range(4)))
    links = await school.store.find(LINKS_OF_PERSON, school.cast.joost, limit=100)
    assert sum(link.ended_at is None for link in links) == 1


async def test_a_class_of_a_year_that_is_over_invites_nobody(school: School) -> None:
    await take_account(school, "joost")
    anna = await school.somebody("anna")
    await anna.ok("invitation.send", class_id=school.cast.groep_3b)
    record = await school.store.get(SchoolRecord, school.cast.school_id)
    assert record is not None
    over = replace(record.years[0], ends=record.years[0].starts)
    await school.store.commit([Replace(replace(record, years=(over,)))])
    error = await anna.refused("invitation.send", class_id=school.cast.groep_3b)
    assert error["code"] == "read_only"


# --- The `hekje` command -------------------------------------------------------------------


async def run(school: School, turn: Any, **how: Any) -> Any:
    return await school.hekje.dispatch.run(Asker(), partial(turn, **how))


async def test_the_command_finds_the_classes_of_this_year(school: School) -> None:
    cast = school.cast
    old = SchoolClass(
        id=f"{cast.school_id}.old",
        school_id=cast.school_id,
        sis_id="3B",
        year="2025-2026",
        name="3B",
    )
    await change_roster(school, Insert(old))
    find = invitations.classes_to_invite
    assert sorted(await run(school, find, school_id="regenboog")) == [cast.groep_3b, cast.groep_4a]
    assert await run(school, find, school_id="regenboog", name="3B") == [cast.groep_3b]
    for unknown in ({"school_id": "regenboog", "name": "9Z"}, {"school_id": "nowhere"}):
        with pytest.raises(NotFound):
            await run(school, find, **unknown)


async def test_the_command_makes_a_link_for_a_teacher_of_the_roster(school: School) -> None:
    await take_account(school, "carla")
    make = partial(
        run, school, invitations.create_account_link, school_id="regenboog", role="teacher"
    )
    for teacher_sis_id in (None, "nobody"):
        with pytest.raises(NotFound):
            await make(email="carla@x.example", teacher_sis_id=teacher_sis_id)
    for address in (
        "carla",
        "carla@",
        "@x.example",
        "car la@x.example",
        "c@x,d@x",
        "c@" + "x" * 260,
    ):
        with pytest.raises(Invalid):
            await make(email=address, teacher_sis_id="carla")
    link = await make(email="Carla@X.example", teacher_sis_id="carla")
    assert (link.person_id, link.role, link.email) == (
        school.cast.carla,
        "teacher",
        "carla@x.example",
    )
    assert [mail.to for mail in await mails(school.store)] == ["carla@x.example"]
    with pytest.raises(Conflict):
        await make(email="anna@x.example", teacher_sis_id="anna")
    with pytest.raises(Conflict):
        await make(email="anna@regenboog.example", teacher_sis_id="carla")


async def test_the_command_makes_a_link_for_the_office(school: School) -> None:
    make = partial(
        run, school, invitations.create_account_link, school_id="regenboog", role="office"
    )
    link = await make(email="head@x.example")
    assert (link.school_id, link.role) == ("regenboog", "office")
    assert link.person_id.startswith("regenboog.")
    with pytest.raises(Conflict):
        await make(email="dewit@regenboog.example")
