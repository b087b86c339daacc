"""Sessions: a cookie that pages alone may use, tickets that work once, and what ends at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from socketio.exceptions import ConnectionError as Refused

from server.decision import Conflict, Unauthenticated
from server.dispatch import Asker
from server.handlers import login
from server.handlers.login import redeem_ticket, session_of_token
from server.school.accounts import MOST_SESSIONS
from tests.conftest import School
from tests.handlers.visitors import (
    PASSWORD,
    Visitor,
    account_of,
    give_password,
    later,
    mailed_token,
    mails,
    newest_link,
    sessions_of,
    token_of,
    until_mailed,
)
from tests.somebody import Somebody

FATIMA = "fatima@regenboog.example"
JOOST = "joost@regenboog.example"


async def test_a_page_of_another_origin_cannot_use_the_cookie(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url, page=False) as browser:
        assert (await browser.log_in(FATIMA)).status == 200
        ticket = await browser.post("/api/ticket")
        log_out = await browser.post("/api/logout")
        from_our_page = await browser.ask("POST", "/api/ticket", headers={"X-Hekje": "1"})
    assert (ticket.status, ticket.code) == (log_out.status, log_out.code) == (403, "forbidden")
    assert from_our_page.status == 200


async def test_after_log_out_the_cookie_opens_nothing(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as browser:
        token = (await browser.log_in(FATIMA, bearer=True)).body["token"]
    async with Visitor(school.url, token=token) as program:
        assert (await program.post("/api/ticket")).status == 200
        assert (await program.post("/api/logout")).status == 204
        assert (await program.post("/api/ticket")).code == "unauthenticated"
        assert (await program.post("/api/logout")).code == "unauthenticated"


async def test_a_ticket_lets_one_of_two_in(school: School) -> None:
    async with Visitor(school.url, token=school.cast.token("fatima")) as fatima:
        ticket = (await fatima.post("/api/ticket")).body["ticket"]
    outcomes = await asyncio.gather(
        *(redeem_ticket(school.hekje.dispatch, ticket) for _ in range(20)), return_exceptions=True
    )
    sessions = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert [session.id for session in sessions] == [school.cast.session("fatima")]
    assert sum(isinstance(outcome, Unauthenticated) for outcome in outcomes) == 19


async def test_a_ticket_opens_a_socket_for_thirty_seconds(school: School) -> None:
    async with Visitor(school.url, token=school.cast.token("fatima")) as fatima:
        first = (await fatima.post("/api/ticket")).body["ticket"]
        second = (await fatima.post("/api/ticket")).body["ticket"]
    person = Somebody(school.url, {"ticket": first})
    school.people.append(person)
    await person.connect()
    later(school, timedelta(seconds=31))
    late = Somebody(school.url, {"ticket": second})
    school.people.append(late)
    with pytest.raises(Refused):
        await late.connect()


async def test_an_altered_token_is_nobodys(school: School) -> None:
    token = school.cast.token("fatima")
    session = await session_of_token(school.hekje.dispatch, token)
    assert session.id == school.cast.session("fatima")
    for altered in (token[:-1], token + "s", "." + token, token.replace(".", ""), "", "é.\udcff"):
        with pytest.raises(Unauthenticated):
            await session_of_token(school.hekje.dispatch, altered)


async def test_a_session_lasts_thirty_days(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as browser:
        await browser.log_in(FATIMA)
        later(school, timedelta(days=29, hours=23))
        assert (await browser.post("/api/ticket")).status == 200
        later(school, timedelta(days=30, seconds=1))
        assert (await browser.post("/api/ticket")).code == "unauthenticated"


async def test_fatima_sees_her_devices_and_ends_one(school: School) -> None:
    """The phone she lost is out at once, and so is what it had open."""
    await give_password(school, "fatima")
    async with Visitor(school.url) as browser:
        lost = await browser.ask(
            "POST",
            "/api/login",
            json={"email": FATIMA, "password": PASSWORD, "bearer": True},
            headers={"User-Agent": "Phone 7"},
        )
    phone = Somebody(school.url, {"token": lost.body["token"]})
    school.people.append(phone)
    await phone.connect()
    fatima = await school.somebody("fatima")
    sessions = (await fatima.ok("session.list"))["sessions"]
    assert [(session["agent"], session["current"]) for session in sessions] == [
        ("Phone 7", False), ("", True),
    ]  # fmt: skip
    await fatima.ok("session.end", session_id=sessions[0]["id"])
    async with asyncio.timeout(10):
        await phone.gone.wait()
    assert not fatima.gone.is_set()
    assert len((await fatima.ok("session.list"))["sessions"]) == 1
    async with Visitor(school.url, token=lost.body["token"]) as thief:
        assert (await thief.post("/api/ticket")).code == "unauthenticated"


async def test_nobody_ends_the_session_of_another(school: School) -> None:
    fatima = await school.somebody("fatima")
    anothers = school.cast.session("youssef")
    error = await fatima.refused("session.end", session_id=anothers)
    unknown = await fatima.refused("session.end", session_id="nothing")
    assert error == unknown
    assert error["code"] == "not_found"
    youssef = await school.somebody("youssef")
    await youssef.ok("session.end", session_id=anothers)


async def test_log_out_closes_the_sockets_of_that_session_alone(school: School) -> None:
    await give_password(school, "fatima")
    async with Visitor(school.url) as browser:
        token = (await browser.log_in(FATIMA, bearer=True)).body["token"]
    tab = Somebody(school.url, {"token": token})
    school.people.append(tab)
    await tab.connect()
    other = await school.somebody("fatima")
    async with Visitor(school.url, token=token) as browser:
        await browser.post("/api/logout")
    async with asyncio.timeout(10):
        await tab.gone.wait()
    await other.ok("session.list")


async def test_an_account_keeps_a_bounded_number_of_sessions(school: School) -> None:
    account = await give_password(school, "fatima")
    async with Visitor(school.url, page=False) as program:
        first = (await program.log_in(FATIMA, bearer=True)).body["token"]
        others = [await program.log_in(FATIMA, bearer=True) for _ in range(MOST_SESSIONS)]
    assert len(await sessions_of(school, account.id)) == MOST_SESSIONS
    with pytest.raises(Unauthenticated):
        await session_of_token(school.hekje.dispatch, first)
    newest = await session_of_token(school.hekje.dispatch, others[-1].body["token"])
    assert newest.account_id == account.id


async def test_fatima_changes_her_name_and_language(school: School) -> None:
    fatima = await school.somebody("fatima")
    elsewhere = await school.somebody("fatima")
    changed = await fatima.ok(
        "account.update",
        name=" Fatima   El Amrani ",
        locale="nl",
        quiet_hours={"start": "22:00", "end": "07:00"},
    )
    assert changed["account"]["name"] == "Fatima El Amrani"
    assert changed["account"]["quiet_hours"] == {"start": "22:00", "end": "07:00"}
    assert (await account_of(school, "fatima")).quiet_hours == ("22:00", "07:00")
    await elsewhere.hears("session.changed")
    assert not fatima.heard("session.changed")
    none = await fatima.ok("account.update", quiet_hours={"start": "00:00", "end": "00:00"})
    assert "quiet_hours" not in none["account"]
    account = await account_of(school, "fatima")
    assert (account.name, account.locale, account.quiet_hours) == ("Fatima El Amrani", "nl", None)
    assert (await fatima.refused("account.update", name="\u200b"))["field"] == "name"
    assert (await fatima.refused("account.update", locale="fr"))["field"] == "locale"


# --- A forgotten password ------------------------------------------------------------------


async def test_fatima_sets_a_new_password_and_whoever_had_the_old_one_is_out(
    school: School,
) -> None:
    await give_password(school, "fatima")
    intruder = await school.somebody("fatima")
    async with Visitor(school.url) as browser:
        assert (await browser.post("/api/password/forgot", email=FATIMA.upper())).status == 202
        await until_mailed(school, FATIMA)
        token = await mailed_token(school, FATIMA)
        weak = await browser.post("/api/password/reset", token=token, password="kort")
        assert (weak.status, weak.error["field"]) == (400, "password")
        done = await browser.post("/api/password/reset", token=token, password="vijf gele kanaries")
        assert (done.status, done.body) == (200, {"ok": True})
        again = await browser.post("/api/password/reset", token=token, password="zes rode kanaries")
        assert (again.status, again.code) == (410, "expired")
        assert (await browser.log_in(FATIMA)).status == 401
        assert (await browser.log_in(FATIMA, "vijf gele kanaries")).status == 200
    async with asyncio.timeout(10):
        await intruder.gone.wait()


async def test_no_log_in_slips_past_a_new_password(school: School) -> None:
    """Two processes: no queue keeps the intruder's log-in from the turn that ends all sessions."""
    verified = await give_password(school, "fatima")
    async with Visitor(school.url) as browser:
        await browser.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA)
    link = await newest_link(school, FATIMA)
    run = school.hekje.dispatch.run
    enter = partial(login.log_in, verified=verified, code=None, agent="")
    reset = partial(login.reset_password, link_id=link.id, hashed="another")
    who = Asker(verified.id)
    entered = [run(who, enter) for _ in range(4)]
    outcomes = await asyncio.gather(*entered, run(who, reset), return_exceptions=True)
    assert outcomes[-1] is None
    assert {type(outcome) for outcome in outcomes[:-1]} <= {str, Unauthenticated, Conflict}
    assert await sessions_of(school, verified.id) == []


async def test_of_many_who_use_one_reset_link_one_wins(school: School) -> None:
    async with Visitor(school.url) as browser:
        await browser.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA)
        token = await mailed_token(school, FATIMA)
        replies = await asyncio.gather(
            *(
                browser.post("/api/password/reset", token=token, password=f"{n} gele kanaries!")
                for n in range(20)
            )
        )
    assert sorted(reply.status for reply in replies) == [200] + [410] * 19


async def test_a_reset_link_lasts_an_hour_and_a_new_one_voids_it(school: School) -> None:
    async with Visitor(school.url) as browser:
        await browser.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA)
        first = await newest_link(school, FATIMA)
        later(school, timedelta(minutes=5))
        await browser.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA, 2)
        second = await newest_link(school, FATIMA)
        new = {"password": "vijf gele kanaries"}
        voided = await browser.post("/api/password/reset", token=token_of(school, first), **new)
        later(school, timedelta(minutes=66))
        too_late = await browser.post("/api/password/reset", token=token_of(school, second), **new)
        later(school, timedelta(minutes=64))
        in_time = await browser.post("/api/password/reset", token=token_of(school, second), **new)
    assert [voided.status, too_late.status, in_time.status] == [410, 410, 200]


async def test_nobody_learns_whether_an_address_is_known(school: School) -> None:
    """An unknown address gets the same answer and no letter; asking twice sends one."""
    async with Visitor(school.url) as stranger:
        known = await stranger.post("/api/password/forgot", email=FATIMA)
        again = await stranger.post("/api/password/forgot", email=FATIMA)
        unknown = await stranger.post("/api/password/forgot", email="nobody@regenboog.example")
        await stranger.post("/api/password/forgot", email=JOOST)
        await until_mailed(school, JOOST)
    assert known.raw == again.raw == unknown.raw
    assert known.status == unknown.status == 202
    headers = [{k: v for k, v in r.headers.items() if k != "Date"} for r in (known, unknown)]
    assert headers[0] == headers[1]
    assert [mail.to for mail in await mails(school.store)] == [FATIMA, JOOST]


async def test_nobody_fills_the_mailbox_of_another(school: School) -> None:
    """The answer stays the same; after ten letters in a day there are no more until the next."""
    async with Visitor(school.url) as stranger:
        for number in range(12):
            later(school, timedelta(minutes=2 * number))
            assert (await stranger.post("/api/password/forgot", email=FATIMA)).status == 202
            await until_mailed(school, FATIMA, min(number + 1, 10))
        await stranger.post("/api/password/forgot", email=JOOST)
        await until_mailed(school, JOOST)
        assert len(await mails(school.store)) == 11
        later(school, timedelta(days=1, minutes=30))
        await stranger.post("/api/password/forgot", email=FATIMA)
        await until_mailed(school, FATIMA, 11)
