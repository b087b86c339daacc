"""Activation: a mailed link works once, for the one person it is for, or adds to an account."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from server.clock import now
from server.dispatch import Asker
from server.handlers import invitations
from server.handlers.login import session_of_token
from server.settings import signing_key
from server.tokens import link_token
from storage.schema import ROLES_OF_ACCOUNT, Link, Pupil, Role, RoleName, Teacher
from storage.writes import Delete, Replace, Stale, Write
from tests.cast import DE_IEP, SECRET
from tests.conftest import School
from tests.handlers.visitors import (
    PASSWORD,
    Reply,
    Visitor,
    account_of,
    account_with,
    change_roster,
    give_password,
    give_second_factor,
    guardian,
    later,
    mailed_token,
    mails,
    newest_link,
    take_account,
    tie,
    token_of,
    until_mailed,
)
from tests.somebody import Somebody

JOOST = "joost@regenboog.example"
FATIMA = "fatima@regenboog.example"


async def invited(school: School, name: str) -> str:
    """The token in the letter of somebody who has never had an account."""
    await take_account(school, name)
    anna = await school.somebody("anna")
    person_id = getattr(school.cast, name)
    await anna.ok("invitation.send", class_id=school.cast.groep_3b, guardian_ids=[person_id])
    return await mailed_token(school, f"{name}@{school.cast.school_id}.example")


async def activate(school: School, token: str, **more: Any) -> Reply:
    async with Visitor(school.url) as browser:
        return await browser.post("/api/activate", token=token, **{"password": PASSWORD, **more})


async def test_a_new_account_speaks_the_language_of_the_page(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url) as browser:
        entered = await browser.ask(
            "POST",
            "/api/activate",
            json={"token": token, "password": PASSWORD},
            headers={"Accept-Language": "en"},
        )
        assert entered.body["account"]["locale"] == "en"


async def test_joost_activates_and_sees_his_child(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url) as browser:
        shown = await browser.post("/api/activation", token=token)
        assert shown.body == {
            "ok": True,
            "name": "Joost de Vries",
            "email": JOOST,
            "school": "Basisschool regenboog",
            "children": ["Lotte de Vries"],
            "account_exists": False,
        }
        entered = await browser.post("/api/activate", token=token, password=PASSWORD)
        assert entered.status == 200
        account = entered.body["account"]
        assert (account["name"], account["email"], account["locale"]) == (
            "Joost de Vries",
            JOOST,
            "nl",
        )
        assert account["roles"] == [
            {"school_id": "regenboog", "role": "guardian", "guardian_id": school.cast.joost}
        ]
        ticket = (await browser.post("/api/ticket")).body["ticket"]
        assert (await browser.log_in(JOOST)).status == 200
    joost = Somebody(school.url, {"ticket": ticket})
    school.people.append(joost)
    await joost.connect()
    started = await joost.ok("session.start")
    assert [pupil["name"] for pupil in started["pupils"]] == ["Lotte de Vries"]


async def test_looking_uses_nothing_up(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url) as scanner:
        for _ in range(3):
            assert (await scanner.ask("GET", "/activate")).status == 200
            assert (await scanner.post("/api/activation", token=token)).status == 200
            assert (await scanner.ask("GET", "/api/activate")).status == 405
    assert (await activate(school, token)).status == 200


async def test_a_name_of_ones_own_is_taken(school: School) -> None:
    token = await invited(school, "joost")
    entered = await activate(school, token, name="  Joost   de Vries-Bakker ")
    assert entered.body["account"]["name"] == "Joost de Vries-Bakker"


@pytest.mark.parametrize(
    "password",
    ["", "kort", "negen tek", JOOST, JOOST.upper(), "Joost de Vries", "a" * 12, "x" * 201],
)
async def test_a_weak_password_is_refused_and_the_link_stays(school: School, password: str) -> None:
    token = await invited(school, "joost")
    refused = await activate(school, token, password=password)
    assert (refused.status, refused.code, refused.error["field"]) == (400, "invalid", "password")
    assert (await activate(school, token)).status == 200


async def test_without_a_password_there_is_no_new_account(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url) as browser:
        refused = await browser.post("/api/activate", token=token)
    assert (refused.code, refused.error["field"]) == ("invalid", "password")
    assert await account_with(school.store, JOOST) is None


async def test_of_fifty_who_use_one_link_one_wins(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url, page=False) as browser:
        replies = await asyncio.gather(
            *(
                browser.post("/api/activate", token=token, password=f"{n} {PASSWORD}", bearer=True)
                for n in range(50)
            )
        )
    assert sorted(reply.status for reply in replies) == [200] + [410] * 49
    account = await account_with(school.store, JOOST)
    assert account is not None
    assert len(await school.store.find(ROLES_OF_ACCOUNT, account.id, limit=10)) == 1


async def test_a_link_works_once(school: School) -> None:
    token = await invited(school, "joost")
    assert (await activate(school, token)).status == 200
    again = await activate(school, token)
    assert (again.status, again.code) == (410, "expired")
    async with Visitor(school.url) as browser:
        assert (await browser.post("/api/activation", token=token)).code == "expired"


async def test_a_link_lasts_fourteen_days(school: School) -> None:
    token = await invited(school, "joost")
    later(school, timedelta(days=14, seconds=1))
    assert (await activate(school, token)).code == "expired"
    later(school, timedelta(days=13, hours=23))
    assert (await activate(school, token)).status == 200


async def test_a_made_up_link_is_not_there(school: School) -> None:
    token = await invited(school, "joost")
    link = await newest_link(school, JOOST)
    key = signing_key(school.hekje.settings)
    made_up = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        link.id,
        link_token(b"the key of another server", link.id),
        link_token(key, "no-such-link"),
        "é\u0131.x",
    ]
    for wrong in made_up:
        assert (await activate(school, wrong)).code == "not_found"
    assert (await activate(school, token)).status == 200


async def test_a_reset_link_activates_nothing_nor_the_other_way_round(school: School) -> None:
    token = await invited(school, "joost")
    async with Visitor(school.url) as browser:
        await browser.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA)
        reset = await mailed_token(school, FATIMA)
        assert (await browser.post("/api/activation", token=reset)).code == "not_found"
        assert (
            await browser.post("/api/activate", token=reset, password=PASSWORD)
        ).code == "not_found"
        crossed = await browser.post("/api/password/reset", token=token, password=PASSWORD)
        assert crossed.code == "not_found"
        right = await browser.post("/api/password/reset", token=reset, password=PASSWORD)
        assert right.status == 200
    assert (await activate(school, token)).status == 200


@pytest.mark.parametrize(
    "how", ["not contacted", "no tie", "guardian gone", "pupil gone", "address corrected"]
)
async def test_after_a_change_of_the_roster_a_link_is_worth_nothing(
    school: School, how: str
) -> None:
    token = await invited(school, "joost")
    joost, bond = await guardian(school, "joost"), await tie(school, "lotte", "joost")
    lotte = await school.store.get(Pupil, school.cast.lotte)
    assert lotte is not None
    changes: dict[str, Write] = {
        "not contacted": Replace(replace(bond, may_contact=False)),
        "no tie": Delete(bond),
        "guardian gone": Replace(replace(joost, gone=True)),
        "pupil gone": Replace(replace(lotte, gone=True)),
        "address corrected": Replace(replace(joost, email="joost@new.example")),
    }
    async with Visitor(school.url) as browser:
        assert (await browser.post("/api/activation", token=token)).status == 200
        await change_roster(school, changes[how])
        assert (await browser.post("/api/activation", token=token)).code == "expired"
    assert (await activate(school, token)).code == "expired"
    assert await account_with(school.store, JOOST) is None


async def test_a_removal_that_races_an_activation_leaves_one_of_two_whole_worlds(
    school: School,
) -> None:
    """Either Joost was in before he was removed, or he never got an account: not half of each."""
    token = await invited(school, "joost")
    gone = Replace(replace(await guardian(school, "joost"), gone=True))

    async def remove() -> None:
        while True:
            try:
                return await change_roster(school, gone)
            except Stale:
                continue

    reply, _ = await asyncio.gather(activate(school, token), remove())
    account = await account_with(school.store, JOOST)
    role = await school.store.get(Role, school.cast.joost)
    assert (reply.status == 200) == (account is not None) == (role is not None)
    if account is None:
        assert reply.code == "expired"


# --- An address that has an account --------------------------------------------------------


async def with_second_child(school: School) -> str:
    """Fatima is also a guardian at the other school, with the address of her account here."""
    other = School(school.hekje, DE_IEP)
    await take_account(other, "fatima")
    moved = replace(await guardian(other, "fatima"), email=FATIMA.upper())
    await change_roster(other, Replace(moved))
    anna = await school.somebody("anna", DE_IEP)
    await anna.ok("invitation.send", class_id=DE_IEP.groep_3b, guardian_ids=[DE_IEP.fatima])
    return await mailed_token(school, FATIMA)


async def test_fatima_adds_a_child_with_her_session(school: School) -> None:
    token = await with_second_child(school)
    page = await school.somebody("fatima")
    async with Visitor(school.url, token=school.cast.token("fatima")) as fatima:
        shown = await fatima.post("/api/activation", token=token)
        assert shown.body["account_exists"] is True
        entered = await fatima.post("/api/activate", token=token, name="Someone Else", bearer=True)
    assert entered.status == 200
    assert entered.body["token"] == school.cast.token("fatima")
    account = entered.body["account"]
    assert (account["id"], account["name"]) == (school.cast.account("fatima"), "Fatima Amrani")
    assert account["email"] == FATIMA
    assert sorted(role["school_id"] for role in account["roles"]) == ["de-iep", "regenboog"]
    await page.hears("session.changed")


async def test_fatima_adds_a_child_with_her_password(school: School) -> None:
    await give_password(school, "fatima")
    token = await with_second_child(school)
    before = await account_of(school, "fatima")
    async with Visitor(school.url) as browser:
        asked = await browser.post("/api/activate", token=token)
        wrong = await browser.post("/api/activate", token=token, password="drie grijze olifanten")
        assert (asked.code, wrong.code) == ("unauthenticated", "unauthenticated")
        entered = await browser.post("/api/activate", token=token, password=PASSWORD)
        assert entered.status == 200
        assert (await browser.post("/api/ticket")).status == 200
    after = await account_of(school, "fatima")
    assert replace(after, version=before.version) == before
    assert len(await school.store.find(ROLES_OF_ACCOUNT, before.id, limit=10)) == 2


async def test_the_session_of_another_confirms_nothing(school: School) -> None:
    """Youssef opens Fatima's letter while he is logged in as himself."""
    token = await with_second_child(school)
    async with Visitor(school.url, token=school.cast.token("youssef")) as youssef:
        refused = await youssef.post("/api/activate", token=token)
    assert refused.code == "unauthenticated"
    assert await school.store.get(Role, DE_IEP.fatima) is None


async def test_guessing_the_password_through_a_link_is_slowed(school: School) -> None:
    await give_password(school, "fatima")
    token = await with_second_child(school)
    async with Visitor(school.url) as stranger:
        replies = [
            await stranger.post("/api/activate", token=token, password=f"{n} olifanten")
            for n in range(11)
        ]
    assert [reply.status for reply in replies] == [401] * 10 + [429]


async def test_a_link_is_no_way_around_the_second_factor(school: School) -> None:
    await give_password(school, "fatima")
    app = await give_second_factor(school, "fatima")
    token = await with_second_child(school)
    async with Visitor(school.url) as browser:
        without = await browser.post("/api/activate", token=token, password=PASSWORD)
        code = app.at(now())
        entered = await browser.post("/api/activate", token=token, password=PASSWORD, code=code)
    assert without.code == "code_required"
    assert entered.status == 200


async def test_the_cookie_confirms_only_from_a_page_of_ours(school: School) -> None:
    await give_password(school, "fatima")
    token = await with_second_child(school)
    async with Visitor(school.url, page=False) as browser:
        await browser.log_in(FATIMA)
        from_elsewhere = await browser.post("/api/activate", token=token)
        from_our_page = await browser.ask(
            "POST", "/api/activate", json={"token": token}, headers={"X-Hekje": "1"}
        )
    assert from_elsewhere.code == "forbidden"
    assert from_our_page.status == 200


async def test_one_account_never_stands_for_two_guardians(school: School) -> None:
    """The roster gave Joost, once invited, the address that is Fatima's account by now."""
    await invited(school, "joost")
    link = await newest_link(school, JOOST)
    await change_roster(school, Replace(replace(await guardian(school, "joost"), email=FATIMA)))
    await school.store.commit([Replace(replace(link, email=FATIMA))])
    async with Visitor(school.url, token=school.cast.token("fatima")) as fatima:
        refused = await fatima.post("/api/activate", token=token_of(school, link))
    assert refused.code == "conflict"
    assert await school.store.get(Role, school.cast.joost) is None


# --- Teachers and the office ---------------------------------------------------------------


async def staff_link(school: School, role: RoleName, email: str, sis_id: str | None = None) -> str:
    turn = partial(
        invitations.create_account_link,
        school_id="regenboog", role=role, email=email, teacher_sis_id=sis_id,
    )  # fmt: skip
    link: Link = await school.hekje.dispatch.run(Asker(), turn)
    return token_of(school, link)


async def test_juf_carla_activates_with_the_link_of_the_command(school: School) -> None:
    await take_account(school, "carla")
    token = await staff_link(school, "teacher", "carla@work.example", "carla")
    entered = await activate(school, token)
    account = entered.body["account"]
    assert (account["name"], account["email"]) == ("Carla Bos", "carla@work.example")
    assert account["roles"] == [
        {"school_id": "regenboog", "role": "teacher", "teacher_id": school.cast.carla}
    ]


async def test_a_teacher_who_has_left_activates_nothing(school: School) -> None:
    await take_account(school, "carla")
    token = await staff_link(school, "teacher", "carla@work.example", "carla")
    carla = await school.store.get(Teacher, school.cast.carla)
    assert carla is not None
    await change_roster(school, Replace(replace(carla, gone=True)))
    assert (await activate(school, token)).code == "expired"


async def test_somebody_of_the_office_says_their_name_and_must_enrol(school: School) -> None:
    token = await staff_link(school, "office", "head@work.example")
    nameless = await activate(school, token)
    assert (nameless.code, nameless.error["field"]) == ("invalid", "name")
    entered = await activate(school, token, name="Meneer Blauw", bearer=True)
    assert entered.status == 200
    assert entered.body["account"]["roles"] == [{"school_id": "regenboog", "role": "office"}]
    session = await session_of_token(school.hekje.dispatch, entered.body["token"])
    assert not session.second_factor


async def test_who_becomes_office_loses_the_sessions_from_before(school: School) -> None:
    """Fatima helps at the office now: without a second factor no old session may do office work."""
    page = await school.somebody("fatima")
    token = await staff_link(school, "office", FATIMA)
    async with Visitor(school.url, token=school.cast.token("fatima")) as fatima:
        entered = await fatima.post("/api/activate", token=token, bearer=True)
        assert entered.status == 200
        assert (await fatima.post("/api/ticket")).code == "unauthenticated"
    async with asyncio.timeout(10):
        await page.gone.wait()
    assert SECRET not in entered.body["token"]
    session = await session_of_token(school.hekje.dispatch, entered.body["token"])
    assert not session.second_factor


# --- Asking for a new letter ---------------------------------------------------------------


async def renew(school: School, token: str) -> Reply:
    async with Visitor(school.url) as browser:
        return await browser.post("/api/activation/renew", token=token)


async def nothing_is_mailed(school: School, before: int) -> None:
    """A later request's letter is there, and with it all that went before."""
    async with Visitor(school.url) as browser:
        await browser.post("/api/password/forgot", email="carla@regenboog.example")
    await until_mailed(school, "carla@regenboog.example")
    assert len(await mails(school.store)) == before + 1


async def test_an_expired_link_asks_for_a_new_letter_to_the_same_address(school: School) -> None:
    token = await invited(school, "joost")
    later(school, timedelta(days=15))
    assert (await renew(school, token)).status == 202
    await until_mailed(school, JOOST, 2)
    new = await mailed_token(school, JOOST)
    assert new != token
    assert (await activate(school, token)).code == "expired"
    assert (await activate(school, new)).status == 200


async def test_no_answer_tells_whether_a_letter_goes_out(school: School) -> None:
    """A live, a used and a made-up link get the answer of an expired one, and send nothing."""
    used = await invited(school, "joost")
    assert (await activate(school, used)).status == 200
    live = await invited(school, "youssef")
    before = len(await mails(school.store))
    replies = [await renew(school, token) for token in (used, live, "made.up", live[:-2])]
    assert {(reply.status, reply.raw) for reply in replies} == {(202, b'{"ok":true}')}
    await nothing_is_mailed(school, before)
    assert (await activate(school, live)).status == 200


@pytest.mark.parametrize("how", ["not contacted", "address corrected"])
async def test_who_may_not_be_invited_any_more_gets_no_new_letter(school: School, how: str) -> None:
    token = await invited(school, "joost")
    joost, bond = await guardian(school, "joost"), await tie(school, "lotte", "joost")
    changes: dict[str, Write] = {
        "not contacted": Replace(replace(bond, may_contact=False)),
        "address corrected": Replace(replace(joost, email="joost@new.example")),
    }
    await change_roster(school, changes[how])
    later(school, timedelta(days=15))
    assert (await renew(school, token)).status == 202
    await nothing_is_mailed(school, 1)


async def test_asking_many_times_sends_one_letter(school: School) -> None:
    token = await invited(school, "joost")
    later(school, timedelta(days=15))
    replies = await asyncio.gather(*(renew(school, token) for _ in range(10)))
    assert {reply.status for reply in replies} == {202}
    await nothing_is_mailed(school, 2)
