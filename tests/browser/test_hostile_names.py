"""Whatever somebody or something is called, it is shown as text: nothing of it runs, anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from server.clock import now
from storage.schema import (
    Account,
    Conversation,
    Guardian,
    Message,
    Pupil,
    Record,
    School,
    SchoolClass,
    Teacher,
    Undelivered,
)
from storage.store import Store
from storage.writes import Insert, Replace
from tests.browser.guard import Guard, guarded
from tests.browser.hostile import ALL, PAYLOADS, plain
from tests.browser.house import PHONE, Windows
from tests.cast import Cast, guardianship, placement
from tests.handlers.visitors import give_second_factor
from tests.stories.roster import change, there


async def call_them_names(store: Store, cast: Cast) -> None:
    """The school, a class, and everybody in it and at the office is called all of that."""
    bad = {"given_name": ALL, "family_name": ""}
    school = await there(store, School, cast.school_id)
    records: list[Record] = [
        replace(school, name=ALL, contact=ALL),
        replace(await there(store, SchoolClass, cast.groep_3b), name=ALL),
        replace(await there(store, Pupil, cast.sami), **bad),
    ]
    for guardian in (cast.fatima, cast.youssef):
        records += [replace(await there(store, Guardian, guardian), **bad)]
    for teacher in (cast.anna, cast.bram):
        records += [replace(await there(store, Teacher, teacher), **bad)]
    for name in ("fatima", "anna", "dewit"):
        records += [replace(await there(store, Account, cast.account(name)), name=ALL)]
    await store.commit([Replace(record) for record in records])


async def has_waited(windows: Windows, id: str) -> None:
    """Nobody has read what stands there for ten days, and mail to who wrote it does not arrive."""
    store, cast, long_ago = windows.store, windows.cast, now() - timedelta(days=10)
    address = f"{ALL} {cast.school_id}"
    conversation = await there(store, Conversation, id)
    message = await there(store, Message, f"{id}.0000001")
    account = await there(store, Account, cast.account("fatima"))
    returned = Undelivered(
        id=cast.fatima,
        school_id=cast.school_id,
        to=address,
        cause="address",
        said=ALL,
        failed_at=now(),
    )
    await store.commit(
        [
            Replace(replace(conversation, unread_since=long_ago)),
            Replace(replace(message, at=long_ago)),
            Replace(replace(account, email=address)),
            Insert(returned),
        ]
    )


@dataclass(frozen=True)
class Shown:
    """A screen with such names, and in how many places at least."""

    who: str
    path: str
    ready: str
    times: int


SHOWN = (
    Shown("anna", "/", ".row strong", 3),
    Shown("anna", "/c/{talk}", "[data-seq='1']", 3),
    Shown("anna", "/write/{group}", ".pane-body .row", 2),
    Shown("anna", "/write/{group}/{child}", ".choice", 4),
    Shown("anna", "/class/{group}/guardians", ".person", 3),
    Shown("anna", "/search", ".found-text", 2),
    Shown("fatima", "/", ".child", 3),
    Shown("fatima", "/c/{talk}", "[data-seq='1']", 4),
    Shown("fatima", "/write/{group}/{child}", ".choice", 4),
    Shown("fatima", "/settings", ".pane-title p", 1),
    Shown("dewit", "/office", ".to-do", 6),
    Shown("dewit", "/calendar/{school}", ".sources", 1),
)


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_names_of_all_there_is(windows: Windows, size: str) -> None:
    cast = windows.cast
    id = await windows.conversation("fatima", "Ik zit te wachten", pupil="sami")
    await call_them_names(windows.store, cast)
    await has_waited(windows, id)
    await give_second_factor(windows, "dewit")
    options: dict[str, Any] = {"viewport": PHONE} if size == "phone" else {}
    guards: dict[str, Guard] = {}
    for screen in (*SHOWN[-2:], *SHOWN[:-2]):
        guard = guards.get(screen.who) or await guarded(windows, screen.who, **options)
        guards[screen.who] = guard
        path = screen.path.format(
            talk=id, group=cast.groep_3b, child=cast.sami, school=cast.school_id
        )
        await guard.page.goto(windows.house.url + path)
        if screen.path == "/search":
            await guard.page.get_by_role("searchbox").fill("wachten")
            await guard.page.get_by_role("searchbox").press("Enter")
        await expect(guard.page.locator(screen.ready).first).to_be_visible()
        await guard.saw_all_as_text(screen.times)


async def test_how_to_reach_a_school_that_takes_no_messages(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    await call_them_names(windows.store, windows.cast)
    await change(windows.store, windows.cast, "moves", "sami")
    guard = await guarded(windows, "fatima", f"/c/{id}", viewport=PHONE)
    await expect(guard.page.locator(".read-only")).to_contain_text("no longer write")
    assert plain(ALL) in plain(await guard.page.locator(".read-only").text_content())
    await guard.saw_nothing()


async def test_five_hundred_families(windows: Windows) -> None:
    store, cast = windows.store, windows.cast
    noor, joost = await there(store, Pupil, cast.noor), await there(store, Guardian, cast.joost)
    records: list[Record] = []
    for n, payload in enumerate(PAYLOADS):
        bad = {"id": f"{cast.school_id}.bad{n}", "sis_id": f"bad{n}", "version": 0}
        called = {"given_name": payload, "family_name": payload[::-1]}
        records += [
            replace(noor, **bad, **called),
            replace(joost, **bad, **called, email=f"bad{n}@x.example"),
            placement(cast, f"bad{n}", cast.groep_3b),
            guardianship(cast, f"bad{n}", f"bad{n}"),
        ]
    await store.commit([Insert(record) for record in records])
    guard = await guarded(windows, "anna", f"/write/{cast.groep_3b}")
    names = {plain(f"{payload} {payload[::-1]}") for payload in PAYLOADS}
    for path, shown in (
        (f"/write/{cast.groep_3b}", ".pane-body .row strong"),
        (f"/class/{cast.groep_3b}/guardians", ".person strong"),
    ):
        await guard.page.goto(windows.house.url + path)
        await expect(guard.page.locator(shown).nth(500)).to_be_attached()
        found = set(map(plain, await guard.page.locator(shown).all_text_contents()))
        assert names <= found
        await guard.saw_nothing()
