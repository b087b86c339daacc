"""The office sees whom mail did not reach, and the teacher sees it of her class."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from server.clock import now
from server.notify.letters import Letters
from server.notify.outbox import send_due
from server.notify.transport import open_transport
from server.settings import signing_key
from storage.schema import Guardian, Undelivered
from storage.writes import Insert, Replace
from tests.conftest import School
from tests.handlers.visitors import change_roster, guardian, take_account
from tests.notify.post_office import PostOffice, post_office

YOUSSEF = "youssef@regenboog.example"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


async def mail_goes_out(school: School, office: PostOffice) -> None:
    settings = school.hekje.settings
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", settings.data)
    letters = Letters(settings.url, settings.mail_from, signing_key(settings))
    await send_due(school.store, transport, letters)
    await transport.close()


async def invite(school: School, name: str) -> None:
    anna = await school.somebody("anna")
    guardian_ids = [getattr(school.cast, name)]
    await anna.ok("invitation.send", class_id=school.cast.groep_3b, guardian_ids=guardian_ids)


async def seen_by_the_office(school: School) -> list[dict[str, Any]]:
    dewit = await school.somebody("dewit")
    answer = await dewit.ok("notice.failures", school_id=school.cast.school_id)
    failures: list[dict[str, Any]] = answer["failures"]
    return failures


async def seen_by_anna(school: School, name: str) -> str | None:
    anna = await school.somebody("anna")
    answer = await anna.ok("invitation.list", class_id=school.cast.groep_3b)
    shown = {one["guardian_id"]: one for one in answer["guardians"]}
    trouble: str | None = shown[getattr(school.cast, name)].get("undelivered")
    return trouble


async def test_an_address_that_does_not_exist_is_seen_until_mail_arrives(
    school: School, office: PostOffice
) -> None:
    await take_account(school, "youssef")
    assert await seen_by_the_office(school) == []
    await invite(school, "youssef")
    office.answers = [f"550 5.1.1 <{YOUSSEF}> unknown"]
    await mail_goes_out(school, office)
    (failure,) = await seen_by_the_office(school)
    assert failure.pop("at").endswith("Z")
    assert failure == {
        "person_id": school.cast.youssef,
        "role": "guardian",
        "name": "Youssef Amrani",
        "email": YOUSSEF,
        "trouble": "address",
        "said": "550 5.1.1 … unknown",
    }
    assert await seen_by_anna(school, "youssef") == "address"
    assert await seen_by_anna(school, "joost") is None

    await invite(school, "youssef")
    await mail_goes_out(school, office)
    assert [letter["To"].addresses[0].addr_spec for letter in office.letters] == [YOUSSEF]
    assert await seen_by_the_office(school) == []
    assert await seen_by_anna(school, "youssef") is None


async def test_a_new_address_in_the_roster_has_a_clean_sheet(
    school: School, office: PostOffice
) -> None:
    await take_account(school, "youssef")
    await invite(school, "youssef")
    office.answers = ["550 unknown"]
    await mail_goes_out(school, office)
    assert len(await seen_by_the_office(school)) == 1
    youssef = await guardian(school, "youssef")
    await change_roster(school, Replace(replace(youssef, email="youssef@x.example")))
    assert await seen_by_the_office(school) == []
    assert await seen_by_anna(school, "youssef") is None


async def failed(school: School, person_id: str, to: str, **days: int) -> None:
    mark = Undelivered(
        id=person_id,
        school_id=person_id.partition(".")[0],
        to=to,
        cause="time",
        said="the mail server took too long",
        failed_at=(now() - timedelta(**days)).replace(microsecond=0),
    )
    await school.store.commit([Insert(mark)])


async def test_a_mail_for_an_account_fails_at_the_address_of_the_account(school: School) -> None:
    fatima = await school.store.get(Guardian, school.cast.fatima)
    assert fatima
    await change_roster(school, Replace(replace(fatima, email="elsewhere@x.example")))
    await failed(school, school.cast.fatima, "fatima@regenboog.example")
    await failed(school, school.cast.joost, "an-earlier-one@x.example")
    await failed(school, school.cast.anna, "anna@regenboog.example")
    await failed(school, "regenboog.colleague", "new@regenboog.example")
    shown = {(one["role"], one["name"], one["email"]) for one in await seen_by_the_office(school)}
    assert shown == {
        ("guardian", "Fatima Amrani", "fatima@regenboog.example"),
        ("teacher", "Anna Jansen", "anna@regenboog.example"),
        ("office", "", "new@regenboog.example"),
    }


async def test_the_latest_failure_is_the_first_and_what_is_old_says_nothing_any_more(
    school: School,
) -> None:
    await failed(school, school.cast.fatima, "fatima@regenboog.example", days=2)
    await failed(school, school.cast.anna, "anna@regenboog.example", days=1)
    await failed(school, school.cast.bram, "bram@regenboog.example", days=91)
    shown = [one["name"] for one in await seen_by_the_office(school)]
    assert shown == ["Anna Jansen", "Fatima Amrani"]


async def test_who_has_left_needs_no_mail(school: School) -> None:
    await failed(school, school.cast.joost, "joost@regenboog.example")
    assert len(await seen_by_the_office(school)) == 1
    joost = await guardian(school, "joost")
    await change_roster(school, Replace(replace(joost, gone=True)))
    assert await seen_by_the_office(school) == []


async def test_only_the_office_of_the_school_sees_it(school: School) -> None:
    await failed(school, "de-iep.joost", "joost@de-iep.example")
    assert await seen_by_the_office(school) == [], "that is another school"
    dewit = await school.somebody("dewit")
    for id in ("de-iep", "nowhere"):
        assert (await dewit.refused("notice.failures", school_id=id))["code"] == "not_found"
    anna = await school.somebody("anna")
    error = await anna.refused("notice.failures", school_id=school.cast.school_id)
    assert error["code"] == "forbidden"
