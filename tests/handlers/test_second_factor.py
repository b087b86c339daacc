"""The second factor: a code that counts once, and an office that must have one."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from server.clock import now
from server.handlers.login import session_of_token
from server.school import second_factor
from storage.schema import Role
from storage.writes import Delete, Replace
from tests.cast import DE_IEP
from tests.conftest import School
from tests.handlers.test_permissions import example_of_each
from tests.handlers.visitors import (
    Visitor,
    account_of,
    change_roster,
    give_password,
    give_second_factor,
    later,
)
from tests.somebody import Somebody

ANNA = "anna@regenboog.example"
DE_WIT = "dewit@regenboog.example"


def code_now(app: pyotp.TOTP, by: timedelta = timedelta()) -> str:
    return app.at(now() + by)


def wrong_code(app: pyotp.TOTP) -> str:
    """No code of this minute or its neighbours."""
    around = {app.at(now() + timedelta(seconds=30 * step)) for step in range(-3, 4)}
    return next(code for code in map("{:06d}".format, range(10)) if code not in around)


@given(st.binary(min_size=20, max_size=20), st.integers(90, 2**33))
def test_codes_are_those_of_authenticator_apps(random: bytes, at: int) -> None:
    secret = second_factor.new_secret(random)
    code = pyotp.TOTP(secret).at(at)
    moment = datetime.fromtimestamp(at, UTC)
    assert second_factor.step_of(secret, code, moment) == at // 30
    assert second_factor.step_of(secret, code, moment, after=at // 30) is None


async def test_anna_enrols_with_her_app(school: School) -> None:
    await give_password(school, "anna")
    anna = await school.somebody("anna")
    assert (await anna.refused("totp.confirm", code="000000"))["code"] == "conflict"
    begun = await anna.ok("totp.begin")
    assert parse_qs(urlsplit(begun["uri"]).query)["secret"] == [begun["secret"]]
    app = pyotp.parse_uri(begun["uri"])
    assert isinstance(app, pyotp.TOTP)
    wrong = await anna.refused("totp.confirm", code=wrong_code(app))
    assert (wrong["code"], wrong["field"]) == ("invalid", "code")
    assert (await account_of(school, "anna")).totp_secret is None
    confirmed = await anna.ok("totp.confirm", code=code_now(app))
    assert confirmed["account"]["second_factor"] is True
    assert (await anna.refused("totp.begin"))["code"] == "conflict"


async def test_a_password_alone_is_not_enough_any_more(school: School) -> None:
    await give_password(school, "anna")
    app = await give_second_factor(school, "anna")
    async with Visitor(school.url) as browser:
        without = await browser.log_in(ANNA)
        wrong = await browser.log_in(ANNA, code=wrong_code(app))
        wrong_password = await browser.log_in(ANNA, "drie grijze olifanten", code=code_now(app))
        letters = await browser.log_in(ANNA, code="é12345")
        right = await browser.log_in(ANNA, code=code_now(app))
    assert (without.status, without.code) == (401, "code_required")
    assert wrong.raw == wrong_password.raw == letters.raw
    assert wrong.code == "unauthenticated"
    assert right.status == 200
    assert right.body["account"]["second_factor"] is True


async def test_a_code_is_taken_once_also_by_many_at_once(school: School) -> None:
    await give_password(school, "anna")
    app = await give_second_factor(school, "anna")
    code = code_now(app)
    async with Visitor(school.url) as browser:
        replies = await asyncio.gather(*(browser.log_in(ANNA, code=code) for _ in range(8)))
        later(school, timedelta(seconds=60))
        next_one = await browser.log_in(ANNA, code=code_now(app, timedelta(seconds=60)))
    assert sorted(reply.status for reply in replies) == [200] + [401] * 7
    assert next_one.status == 200


async def test_guessing_codes_is_slowed(school: School) -> None:
    await give_password(school, "anna")
    app = await give_second_factor(school, "anna")
    async with Visitor(school.url) as browser:
        wrong = wrong_code(app)
        replies = await asyncio.gather(*(browser.log_in(ANNA, code=wrong) for _ in range(30)))
        right = await browser.log_in(ANNA, code=code_now(app))
    assert sum(reply.status == 401 for reply in replies) <= 12
    assert right.status == 429


async def test_the_office_can_do_nothing_before_it_has_enrolled(school: School) -> None:
    await give_password(school, "dewit")
    async with Visitor(school.url) as browser:
        entered = await browser.log_in(DE_WIT, bearer=True)
    assert entered.status == 200
    assert entered.body["account"]["second_factor"] is False
    token = entered.body["token"]
    assert not (await session_of_token(school.hekje.dispatch, token)).second_factor
    office = Somebody(school.url, {"token": token})
    school.people.append(office)
    await office.connect()
    for event, fields in (await example_of_each(school)).items():
        if event not in ("totp.begin", "totp.confirm"):
            refused = await office.refused(event, **fields)
            assert refused["code"] == "code_setup_required", event
    begun = await office.ok("totp.begin")
    await office.ok("totp.confirm", code=code_now(pyotp.TOTP(begun["secret"])))
    assert (await session_of_token(school.hekje.dispatch, token)).second_factor
    afresh = Somebody(school.url, {"token": token})
    school.people.append(afresh)
    await afresh.connect()
    await afresh.ok("invitation.list", class_id=school.cast.groep_3b)


async def test_over_http_such_a_session_gets_its_ticket_and_goes(school: School) -> None:
    await give_password(school, "dewit")
    async with Visitor(school.url) as browser:
        token = (await browser.log_in(DE_WIT, bearer=True)).body["token"]
    async with Visitor(school.url, token=token) as office:
        assert (await office.post("/api/ticket")).status == 200
        asked = await office.post("/api/merge/ask", email=ANNA)
        assert (asked.status, asked.code) == (403, "code_setup_required")
        assert (await office.post("/api/logout")).status == 204
        assert (await office.post("/api/ticket")).code == "unauthenticated"


async def test_who_enrols_is_out_everywhere_else(school: School) -> None:
    """Whoever else had the password has a session without a second factor."""
    await give_password(school, "anna")
    async with Visitor(school.url) as browser:
        token = (await browser.log_in(ANNA, bearer=True)).body["token"]
    intruder = Somebody(school.url, {"token": token})
    school.people.append(intruder)
    await intruder.connect()
    anna = await school.somebody("anna")
    begun = await anna.ok("totp.begin")
    await anna.ok("totp.confirm", code=code_now(pyotp.TOTP(begun["secret"])))
    async with asyncio.timeout(10):
        await intruder.gone.wait()
    assert len((await anna.ok("session.list"))["sessions"]) == 1
    async with Visitor(school.url, token=token) as thief:
        assert (await thief.post("/api/ticket")).code == "unauthenticated"


async def test_the_code_of_the_enrolment_opens_nothing_again(school: School) -> None:
    await give_password(school, "anna")
    anna = await school.somebody("anna")
    app = pyotp.TOTP((await anna.ok("totp.begin"))["secret"])
    code = code_now(app)
    await anna.ok("totp.confirm", code=code)
    async with Visitor(school.url) as browser:
        replayed = await browser.log_in(ANNA, code=code)
        later(school, timedelta(seconds=60))
        fresh = await browser.log_in(ANNA, code=code_now(app, timedelta(seconds=60)))
    assert (replayed.status, fresh.status) == (401, 200)


async def test_anna_has_lost_her_phone_and_the_office_helps(school: School) -> None:
    """The finder's session ends; with her password she enrols another app, and no old code counts."""
    await give_password(school, "anna")
    app = await give_second_factor(school, "anna")
    office, phone = await school.somebody("dewit"), await school.somebody("anna")
    about = {"school_id": school.cast.school_id}
    await office.ok("school.require_second_factor", **about, roles=["teacher", "office"])
    async with Visitor(school.url) as browser:
        assert (await browser.log_in(ANNA)).code == "code_required"
        await office.ok("totp.reset", person_id=school.cast.anna)
        async with asyncio.timeout(10):
            await phone.gone.wait()
        entered = await browser.log_in(ANNA, bearer=True)
    anna = Somebody(school.url, {"token": entered.body["token"]})
    school.people.append(anna)
    await anna.connect()
    assert (await anna.refused("session.start"))["code"] == "code_setup_required"
    new = pyotp.TOTP((await anna.ok("totp.begin"))["secret"])
    assert (await anna.refused("totp.confirm", code=wrong_code(new)))["field"] == "code"
    await anna.ok("totp.confirm", code=code_now(new))
    await anna.ok("session.start")
    assert (await account_of(school, "anna")).totp_secret == new.secret != app.secret


async def test_the_office_takes_nobodys_second_factor_at_another_school(school: School) -> None:
    """Nor its own: whoever sits down at its desk would get in for good."""
    cast = school.cast
    elsewhere = Role(
        id=DE_IEP.anna, school_id="de-iep", account_id=cast.account("anna"), role="teacher"
    )
    known = await school.store.get(Role, DE_IEP.anna)
    assert known is not None
    app = await give_second_factor(school, "anna")
    office = await school.somebody("dewit")
    await change_roster(school, Replace(replace(elsewhere, version=known.version)))
    error = await office.refused("totp.reset", person_id=cast.anna)
    assert (error["code"], error["rule"]) == ("policy", "other_school")
    assert (await office.refused("totp.reset", person_id=cast.dewit))["code"] == "forbidden"
    for nobody in (DE_IEP.anna, "regenboog.niets"):
        assert (await office.refused("totp.reset", person_id=nobody))["code"] == "not_found"
    assert (await account_of(school, "anna")).totp_secret == app.secret
    await change_roster(school, Delete(replace(elsewhere, version=known.version + 1)))
    await office.ok("totp.reset", person_id=cast.anna)
    assert (await account_of(school, "anna")).totp_secret is None


@pytest.mark.parametrize("roles", [["guardian"], ["teacher", "office", "teacher"], "office", None])
async def test_it_is_asked_of_teachers_and_the_office_alone(school: School, roles: object) -> None:
    office = await school.somebody("dewit")
    about = {"school_id": school.cast.school_id}
    error = await office.refused("school.require_second_factor", **about, roles=roles)
    assert error["code"] == "invalid"
    assert error["field"].startswith("roles")
    answer = await office.ok("school.require_second_factor", **about, roles=["teacher", "office"])
    assert answer["school"]["second_factor"] == ["office", "teacher"]


async def test_the_office_that_has_enrolled_logs_in_for_good(school: School) -> None:
    await give_password(school, "dewit")
    app = await give_second_factor(school, "dewit")
    async with Visitor(school.url) as browser:
        entered = await browser.log_in(DE_WIT, code=code_now(app), bearer=True)
    assert entered.status == 200
    session = await session_of_token(school.hekje.dispatch, entered.body["token"])
    assert session.second_factor


async def test_a_secret_that_was_never_confirmed_asks_for_nothing(school: School) -> None:
    account = await give_password(school, "anna")
    await school.store.commit([Replace(replace(account, totp_pending=pyotp.random_base32()))])
    async with Visitor(school.url) as browser:
        assert (await browser.log_in(ANNA)).status == 200


@pytest.mark.parametrize("code", ["12345", "1234567", "", 123456])
async def test_a_code_has_six_characters(school: School, code: object) -> None:
    async with Visitor(school.url) as browser:
        reply = await browser.log_in(ANNA, code=code)
    assert (reply.code, reply.error["field"]) == ("invalid", "code")


async def test_the_only_office_worker_has_lost_the_phone(school: School, tmp_path: Path) -> None:
    """Nobody at school can help then; who runs the server can."""
    await give_password(school, "dewit")
    await give_second_factor(school, "dewit")
    phone = await school.somebody("dewit")
    assert (await on_the_server(tmp_path, "someone@else.example"))[0] == 1
    code, said = await on_the_server(tmp_path, DE_WIT.upper())
    assert (code, "enrols a second factor at the next log-in" in said) == (0, True)
    async with asyncio.timeout(10):
        await phone.gone.wait()
    async with Visitor(school.url) as browser:
        assert (await browser.log_in(DE_WIT)).status == 200
    assert (await account_of(school, "dewit")).totp_secret is None


async def on_the_server(folder: Path, email: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", "account", "reset-second-factor", "--email", email,
        env={**os.environ, "HEKJE_DATA": str(folder / "data")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()
