"""Merging accounts: what shows that both are one person's, and what the office may not do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.clock import now
from server.handlers.login import session_of_token
from server.notify.letters import Letters
from server.notify.outbox import send_due
from server.notify.transport import open_transport
from server.settings import signing_key
from storage.schema import Account, Role, Session
from storage.writes import Insert, Replace
from tests.cast import DE_IEP, guardianship
from tests.conftest import School
from tests.handlers.visitors import (
    Reply,
    Visitor,
    account_of,
    account_with,
    change_roster,
    give_password,
    give_second_factor,
    later,
    mailed_token,
    mails,
    sessions_of,
    take_account,
    until_mailed,
)
from tests.somebody import Somebody

JOOST = "joost@regenboog.example"
OLD = "joost@de-iep.example"
YOUSSEF = "youssef@regenboog.example"


def browser_of(school: School, name: str) -> Visitor:
    return Visitor(school.url, token=school.cast.token(name))


async def asked(school: School, email: str = OLD, name: str = "joost") -> str:
    """The token in the letter to the other address."""
    before = sum(mail.to == email for mail in await mails(school.store))
    async with browser_of(school, name) as browser:
        assert (await browser.post("/api/merge/ask", email=email)).status == 202
    await until_mailed(school, email, before + 1)
    return await mailed_token(school, email)


async def merge(school: School, token: str, name: str = "joost", **more: Any) -> Reply:
    async with browser_of(school, name) as browser:
        return await browser.post("/api/merge", token=token, **more)


async def role_of(school: School, id: str) -> str:
    role = await school.store.get(Role, id)
    assert role is not None
    return role.account_id


def the_letter(folder: Path) -> str:
    (letter,) = folder.glob("*.eml")
    return letter.read_text()


async def nothing_has_changed(school: School) -> None:
    assert await account_with(school.store, OLD) is not None
    assert await role_of(school, DE_IEP.joost) == DE_IEP.account("joost")


# --- By the person -------------------------------------------------------------------------


async def test_no_answer_tells_whether_an_address_is_known(school: School) -> None:
    async with browser_of(school, "joost") as browser:
        replies = [
            await browser.post("/api/merge/ask", email=email)
            for email in ("nobody@x.example", JOOST, OLD, OLD, "no address at all")
        ]
    assert {(reply.status, reply.raw) for reply in replies} == {(202, b'{"ok":true}')}
    await until_mailed(school, OLD)
    await asked(school, YOUSSEF, "fatima")
    assert [mail.to for mail in await mails(school.store)] == [OLD, YOUSSEF]


async def test_only_who_asked_can_use_the_link(school: School) -> None:
    token = await asked(school)
    async with Visitor(school.url) as stranger:
        nobody = await stranger.post("/api/merge", token=token)
        asking = await stranger.post("/api/merge/ask", email=OLD)
    assert nobody.code == asking.code == "unauthenticated"
    for name in ("youssef", "dewit"):
        refused = await merge(school, token, name)
        assert (refused.status, refused.code) == (404, "not_found")
    async with Visitor(school.url, token=DE_IEP.token("joost")) as other_side:
        assert (await other_side.post("/api/merge", token=token)).code == "not_found"
    for made_up in (token[:-2], "made.up"):
        assert (await merge(school, made_up)).code == "not_found"
    await nothing_has_changed(school)
    assert (await merge(school, token)).status == 200


async def test_links_are_for_one_thing_each(school: School) -> None:
    token = await asked(school)
    async with browser_of(school, "joost") as browser:
        reset = await browser.post(
            "/api/password/reset", token=token, password="vijf gele kanaries"
        )
        activated = await browser.post("/api/activate", token=token)
        await browser.post("/api/password/forgot", email=OLD)
        await until_mailed(school, OLD, 2)
        merged = await browser.post("/api/merge", token=await mailed_token(school, OLD))
    assert reset.code == activated.code == merged.code == "not_found"
    assert (await merge(school, token)).status == 200


async def test_a_link_lasts_an_hour_and_a_new_one_voids_it(school: School) -> None:
    first = await asked(school)
    later(school, timedelta(minutes=2))
    second = await asked(school)
    assert (await merge(school, first)).code == "expired"
    later(school, timedelta(minutes=63))
    assert (await merge(school, second)).code == "expired"
    await nothing_has_changed(school)
    later(school, timedelta(minutes=61))
    assert (await merge(school, second)).status == 200


async def test_what_strangers_ask_does_not_void_a_link(school: School) -> None:
    """Nor do their letters, however many, keep Joost from a new password."""
    token = await asked(school)
    async with browser_of(school, "youssef") as stranger:
        for number in range(1, 13):
            later(school, timedelta(minutes=2 * number))
            await stranger.post("/api/merge/ask", email=OLD)
            await until_mailed(school, OLD, min(number + 1, 10))
        await stranger.post("/api/password/forgot", email=OLD)
        await until_mailed(school, OLD, 11)
        await stranger.post("/api/password/forgot", email=YOUSSEF)
        await until_mailed(school, YOUSSEF)
    letters = [mail.template for mail in await mails(school.store) if mail.to == OLD]
    assert letters == ["merge"] * 10 + ["reset"]
    assert (await merge(school, token)).status == 200


async def test_of_many_at_once_one_merges(school: School) -> None:
    token = await asked(school)
    replies = await asyncio.gather(*(merge(school, token) for _ in range(10)))
    assert sorted(reply.status for reply in replies) == [200] + [410] * 9
    assert await account_with(school.store, OLD) is None


async def test_a_log_in_that_races_leaves_no_session_of_nobody(school: School) -> None:
    elsewhere = School(school.hekje, DE_IEP)
    await give_password(elsewhere, "joost")
    token = await asked(school)

    async def log_in() -> Reply:
        async with Visitor(school.url) as browser:
            return await browser.log_in(OLD)

    merged, *entered = await asyncio.gather(merge(school, token), *(log_in() for _ in range(6)))
    assert merged.status == 200
    assert {reply.status for reply in entered} <= {200, 401}
    assert await sessions_of(school, DE_IEP.account("joost")) == []
    assert (await log_in()).status == 401


async def test_the_second_factor_of_the_other_is_asked_and_kept(school: School) -> None:
    """Not even who reads the other's mail gets past it, and guessing is slowed."""
    app = await give_second_factor(School(school.hekje, DE_IEP), "joost")
    joost = await school.somebody("joost")
    token = await asked(school)
    code = app.at(now())
    wrong = "000000" if code != "000000" else "111111"
    without = await merge(school, token)
    bad = await merge(school, token, code=wrong)
    assert (without.code, bad.code) == ("code_required", "unauthenticated")
    await nothing_has_changed(school)
    done = await merge(school, token, code=code, bearer=True)
    assert done.body["account"]["second_factor"] is True
    async with asyncio.timeout(10):
        await joost.gone.wait()
    new = await session_of_token(school.hekje.dispatch, done.body["token"])
    assert new.second_factor
    assert [one.id for one in await sessions_of(school, school.cast.account("joost"))] == [new.id]
    await give_password(school, "joost")
    async with Visitor(school.url) as browser:
        assert (await browser.log_in(JOOST)).code == "code_required"
        assert (await browser.log_in(JOOST, code=code)).code == "unauthenticated"


async def test_guessing_the_code_of_the_other_is_slowed(school: School) -> None:
    app = await give_second_factor(School(school.hekje, DE_IEP), "joost")
    token = await asked(school)
    around = {app.at(now() + timedelta(seconds=30 * step)) for step in range(-3, 4)}
    wrong = next(code for code in map("{:06d}".format, range(10)) if code not in around)
    replies = await asyncio.gather(*(merge(school, token, code=wrong) for _ in range(30)))
    assert sum(reply.status == 401 for reply in replies) <= 12
    assert (await merge(school, token, code=app.at(now()))).status == 429


async def test_ones_own_second_factor_stays(school: School) -> None:
    mine = await give_second_factor(school, "joost")
    theirs = await give_second_factor(School(school.hekje, DE_IEP), "joost")
    done = await merge(school, await asked(school), code=theirs.at(now()), bearer=True)
    assert done.body["token"] == school.cast.token("joost")
    assert (await account_of(school, "joost")).totp_secret == mine.secret


async def test_who_becomes_office_by_it_must_enrol(school: School) -> None:
    """The office account never had a second factor: the session from before may do no office work."""
    joost = await school.somebody("joost")
    token = await asked(school, "dewit@de-iep.example")
    done = await merge(school, token, bearer=True)
    assert done.body["token"] != school.cast.token("joost")
    async with asyncio.timeout(10):
        await joost.gone.wait()
    page = Somebody(school.url, {"token": done.body["token"]})
    school.people.append(page)
    await page.connect()
    assert (await page.refused("session.start"))["code"] == "code_setup_required"


async def test_a_session_that_owes_a_second_factor_merges_nothing(school: School) -> None:
    token = await asked(school, OLD, "dewit")
    session = await school.store.get(Session, school.cast.session("dewit"))
    assert session is not None
    owing = replace(session, second_factor=False)
    await school.store.commit([Replace(owing)])
    async with browser_of(school, "dewit") as office:
        asking = await office.post("/api/merge/ask", email=OLD)
        merging = await office.post("/api/merge", token=token)
        assert (asking.status, asking.code) == (403, "code_setup_required")
        assert (merging.status, merging.code) == (403, "code_setup_required")
    await school.store.commit([Replace(replace(owing, version=2, second_factor=True))])
    assert (await merge(school, token, "dewit")).status == 200


async def test_two_guardians_of_one_child_stay_two(school: School) -> None:
    """Also where one of them may not be contacted."""
    token = await asked(school, YOUSSEF, "fatima")
    refused = await merge(school, token, "fatima")
    assert (refused.status, refused.error["rule"]) == (403, "two_people")
    office = await school.somebody("dewit")
    pair = {"kept_id": school.cast.fatima, "merged_id": school.cast.youssef}
    assert (await office.refused("account.merge", **pair))["rule"] == "two_people"
    assert await role_of(school, school.cast.youssef) == school.cast.account("youssef")


@pytest.mark.parametrize("field", ["token", "code", "email", "bearer"])
async def test_what_does_not_fit_is_named(school: School, field: str) -> None:
    path = "/api/merge/ask" if field == "email" else "/api/merge"
    fits = {"email": OLD} if field == "email" else {"token": "x", "code": "123456"}
    async with browser_of(school, "joost") as browser:
        odd = await browser.post(path, **{**fits, field: {"$ne": None}})
        more = await browser.post(path, **fits, nonsense=1)
    assert (odd.code, odd.error["field"]) == ("invalid", field)
    assert (more.code, more.error["field"]) == ("invalid", "nonsense")


@pytest.mark.parametrize("locale", ["nl", "en"])
async def test_the_letter_leads_to_the_page_and_names_nobody_else(
    school: School, tmp_path: Path, locale: str
) -> None:
    """A mistyped address may be anybody's: its owner hears nothing of who asked."""
    other = await account_with(school.store, OLD)
    assert other is not None
    await school.store.commit([Replace(replace(other, locale=locale, name="J. de Vries"))])
    token = await asked(school)
    settings = school.hekje.settings
    letters = Letters(settings.url, settings.mail_from, signing_key(settings))
    assert await send_due(school.store, open_transport("", tmp_path), letters) == 1
    text = the_letter(tmp_path)
    assert f"/merge#{token}" in text
    assert ("samen" in text) == (locale == "nl")
    assert JOOST not in text
    assert "Joost" not in text
    assert (await merge(school, token)).status == 200


# --- By the office -------------------------------------------------------------------------


async def test_the_office_merges_nothing_with_its_own_account(school: School) -> None:
    """It would read what is not the office's to read."""
    cast = school.cast
    await change_roster(
        school,
        Insert(
            Role(
                id=f"{cast.school_id}.deputy",
                school_id=cast.school_id,
                account_id=cast.account("youssef"),
                role="office",
            )
        ),
    )
    session = await school.store.get(Session, cast.session("youssef"))
    assert session is not None
    await school.store.commit([Replace(replace(session, second_factor=True))])
    youssef = await school.somebody("youssef")
    for kept, merged in ((cast.youssef, cast.joost), (cast.joost, cast.youssef)):
        error = await youssef.refused("account.merge", kept_id=kept, merged_id=merged)
        assert error["code"] == "forbidden"
    await youssef.ok("account.merge", kept_id=cast.joost, merged_id=cast.carla)


async def test_the_office_hands_nobody_access_to_another_school(school: School) -> None:
    cast = school.cast
    assert (await merge(school, await asked(school))).status == 200
    office = await school.somebody("dewit")
    error = await office.refused("account.merge", kept_id=cast.fatima, merged_id=cast.joost)
    assert (error["code"], error["rule"]) == ("policy", "other_school")
    await office.ok("account.merge", kept_id=cast.joost, merged_id=cast.carla)


async def test_who_has_no_account_and_who_never_was_look_alike(school: School) -> None:
    cast = school.cast
    await take_account(school, "youssef")
    office = await school.somebody("dewit")
    known = {"kept_id": cast.joost, "merged_id": cast.youssef}
    without = await office.refused("account.merge", **known)
    never = await office.refused("account.merge", **{**known, "merged_id": "regenboog.niets"})
    assert without == never
    assert without["code"] == "not_found"
    for stranger in (DE_IEP.joost, "niets"):
        for pair in ({**known, "kept_id": stranger}, {**known, "merged_id": stranger}):
            assert (await office.refused("account.merge", **pair))["code"] == "not_found"
    same = {"kept_id": cast.joost, "merged_id": cast.joost}
    assert (await office.refused("account.merge", **same))["code"] == "conflict"


async def test_a_teacher_with_a_second_factor_keeps_it_when_merged(school: School) -> None:
    cast = school.cast
    app = await give_second_factor(school, "carla")
    joost, office = await school.somebody("joost"), await school.somebody("dewit")
    await office.ok("account.merge", kept_id=cast.joost, merged_id=cast.carla)
    async with asyncio.timeout(10):
        await joost.gone.wait()
    assert (await account_of(school, "joost")).totp_secret == app.secret


async def test_the_list_knows_a_merged_guardian(school: School) -> None:
    """Joost is guardian twice in the student administration, each time with an address of its own."""
    cast = school.cast
    await change_roster(school, Insert(guardianship(cast, "noor", "youssef")))
    office = await school.somebody("dewit")
    await office.ok("account.merge", kept_id=cast.joost, merged_id=cast.youssef)
    listed = await office.ok("invitation.list", class_id=cast.groep_4a)
    assert [one["has_account"] for one in listed["guardians"]] == [True]
    joost = await school.somebody("joost")
    pupils = (await joost.ok("session.start"))["pupils"]
    assert sorted(pupil["name"] for pupil in pupils) == [
        "Lotte de Vries", "Noor Yilmaz", "Sami Amrani",
    ]  # fmt: skip
    assert await school.store.get(Account, cast.account("youssef")) is None
