"""Juf Anna turns her digest off by the link in it: one click, and the app tells her when she comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from msgspec.structs import replace

from server.notify.letters import Letters
from server.settings import signing_key
from server.tokens import link_token, unsubscribe_token
from storage.schema import Account, Availability, Mail, Role
from storage.schema import School as Regenboog
from storage.store import Store
from storage.writes import Delete, Replace
from tests.cast import REGENBOOG
from tests.conftest import School
from tests.notify.mailbag import MORNING

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
HOURS: dict[str, Any] = {"mon": [["08:00", "12:00"]]}
DIGEST: dict[str, Any] = {"at": "16:45", "days": ["mon", "tue", "wed", "thu", "fri"]}


@dataclass
class Answered:
    status: int
    page: str
    headers: Any


async def press(url: str, method: str = "POST", **more: Any) -> Answered:
    """As a mail program does: no cookie, no header of ours."""
    async with aiohttp.ClientSession() as nobody, nobody.request(method, url, **more) as answer:
        return Answered(answer.status, await answer.text(), answer.headers)


def link_of(school: School, name: str = "anna") -> str:
    """The address that a digest of hers names to mail programs."""
    key = signing_key(school.hekje.settings)
    letters = Letters(school.url, "Hekje <no-reply@localhost>", key)
    mail = Mail(
        id="mail1",
        template="digest",
        to=f"{name}@regenboog.example",
        locale="nl",
        person_id=getattr(school.cast, name),
        message_ids=("regenboog.x.0000001",),
        header_id="<mail1@localhost>",
        bucket=0,
        due_at=MORNING,
    )
    regenboog = Regenboog(id="regenboog", name="Basisschool regenboog")
    letter = letters.digest(mail, [], school=regenboog, name="Anna Jansen", now=MORNING)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(letter["List-Unsubscribe"]).strip("<>")


async def digest_of(store: Store, name: str) -> Availability | None:
    return await store.get(Availability, getattr(REGENBOOG, name))


@pytest.mark.parametrize("form", ["data", "multipart", "nothing"])
async def test_one_click_turns_the_digest_off_and_nothing_else(school: School, form: str) -> None:
    anna = await school.somebody("anna")
    set_ = {"school_id": "regenboog", "hours": HOURS, "away": [], "chat": True, "digest": DIGEST}
    before = await anna.ok("availability.set", **set_)
    bodies: dict[str, Any] = {"data": ONE_CLICK, "nothing": None}
    parts = aiohttp.MultipartWriter("form-data")
    parts.append("One-Click").set_content_disposition("form-data", name="List-Unsubscribe")
    answer = await press(link_of(school), data=bodies.get(form, parts))
    assert answer.status == 200
    assert "Your summary e-mail is off" in answer.page
    after = await anna.ok("availability.mine", school_id="regenboog")
    ended_at = after.pop("digest_ended_at")
    assert ended_at
    assert after == {**before, "digest": None}


async def test_looking_at_the_page_changes_nothing_and_its_button_does(school: School) -> None:
    """Mail scanners follow each link."""
    url = link_of(school)
    assert (await press(url, "HEAD")).status == 200
    looked = await press(url, "GET")
    assert looked.status == 200
    assert "Turn the summary e-mail off?" in looked.page
    assert "Basisschool regenboog" in looked.page
    assert '<form method="post"><button>' in looked.page
    assert "<script" not in looked.page
    assert "form-action 'self'" in looked.headers["Content-Security-Policy"]
    assert looked.headers["Referrer-Policy"] == "no-referrer"
    assert looked.headers["Cache-Control"] == "no-store"
    assert await digest_of(school.store, "anna") is None, "nothing was set"
    await press(url)
    stored = await digest_of(school.store, "anna")
    assert stored
    assert (stored.digest, stored.chat, stored.hours["mon"]) == (None, True, (("08:00", "16:30"),))
    again = await press(url, "GET")
    assert "Your summary e-mail is off" in again.page
    assert "<form" not in again.page


async def test_a_second_press_is_harmless(school: School) -> None:
    url = link_of(school)
    await press(url)
    first = await digest_of(school.store, "anna")
    assert (await press(url, data=ONE_CLICK)).status == 200
    assert await digest_of(school.store, "anna") == first
    assert await digest_of(school.store, "bram") is None


async def test_the_app_says_so_until_she_dismisses_it(school: School) -> None:
    anna, bram, dewit = [await school.somebody(name) for name in ("anna", "bram", "dewit")]
    assert "digests_ended" not in await anna.ok("session.start")
    await press(link_of(school))
    assert await anna.hears("session.changed") == [{}], "a page that is open hears it at once"
    (ended,) = (await anna.ok("session.start"))["digests_ended"]
    assert ended["school_id"] == "regenboog"
    for other in (bram, dewit):
        assert "digests_ended" not in await other.ok("session.start")
    await bram.ok("availability.dismiss", school_id="regenboog")
    assert "digests_ended" in await anna.ok("session.start")
    await anna.ok("availability.dismiss", school_id="regenboog")
    assert "digests_ended" not in await anna.ok("session.start")
    mine = await anna.ok("availability.mine", school_id="regenboog")
    assert mine["digest"] is None
    assert "digest_ended_at" not in mine


async def test_a_new_digest_takes_the_word_away_and_other_hours_do_not(school: School) -> None:
    anna = await school.somebody("anna")
    await press(link_of(school))
    fields = {"school_id": "regenboog", "hours": HOURS, "away": [], "chat": True}
    await anna.ok("availability.set", **fields, digest=None)
    assert "digests_ended" in await anna.ok("session.start"), "no mail tells her anything yet"
    await anna.ok("availability.set", **fields, digest=DIGEST)
    assert "digests_ended" not in await anna.ok("session.start")
    again = await press(link_of(school), "GET")
    assert "Turn the summary e-mail off?" in again.page


async def test_a_link_that_is_nobodys_turns_nothing_off(school: School) -> None:
    url = link_of(school)
    key = signing_key(school.hekje.settings)
    anna = school.cast.anna
    wrong = [
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        f"{school.url}/unsubscribe/x",
        f"{school.url}/unsubscribe/{link_token(key, anna)}",
        f"{school.url}/unsubscribe/{unsubscribe_token(b'another key', anna)}",
        f"{school.url}/unsubscribe/{unsubscribe_token(key, school.cast.fatima)}",
        f"{school.url}/unsubscribe/{unsubscribe_token(key, 'regenboog.nobody')}",
        f"{school.url}/unsubscribe/{unsubscribe_token(key, 'nowhere.anna')}",
        f"{school.url}/unsubscribe/{urlsplit(url).path[-22:]}%00%ED%A0%80",
    ]
    for address in wrong:
        for method in ("GET", "POST"):
            answer = await press(address, method, headers={"Accept-Language": "nl"})
            assert answer.status == 404, address
            assert "Deze link klopt niet" in answer.page
            assert "regenboog" not in answer.page
    assert await digest_of(school.store, "anna") is None
    assert (await press(url)).status == 200


async def test_who_teaches_no_more_has_a_link_like_any_other(school: School) -> None:
    url = link_of(school)
    assert (await press(url, "GET")).status == 200
    role = await school.store.get(Role, REGENBOOG.anna)
    record = await school.store.get(Regenboog, "regenboog")
    assert role
    assert record
    await school.store.commit([Delete(role), Replace(record)])
    assert (await press(url)).status == 404


async def test_the_page_speaks_the_language_of_its_reader(school: School) -> None:
    account = await school.store.get(Account, REGENBOOG.account("anna"))
    assert account
    await school.store.commit([Replace(replace(account, locale="nl"))])
    looked = await press(link_of(school), "GET", headers={"Accept-Language": "en"})
    assert "De overzichtsmail uitzetten?" in looked.page
    assert '<html lang="nl">' in looked.page
