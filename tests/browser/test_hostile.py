"""Whatever somebody writes or is called, it is shown as text: nothing of it runs, anywhere."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from storage.schema import Account, Guardian, Pupil, Record, School, SchoolClass, Teacher
from storage.store import Store
from storage.writes import Insert, Replace, Write
from tests.browser.hostile import FOREIGN, PAYLOADS, WATCH
from tests.browser.house import PHONE, Windows
from tests.browser.talk import act, composer
from tests.cast import Cast, guardianship, placement, team_member
from tests.stories.roster import there

READ_BACK = """async () => {
  const seen = new Map(), log = document.querySelector(".log");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  while (seen.size < 500) {
    for (const entry of log.querySelectorAll("[data-seq]")) {
      seen.set(Number(entry.dataset.seq), entry.querySelector(".text").textContent);
    }
    log.scrollTop -= 1000;
    await frame();
  }
  return [...seen];
}"""
"""Scrolls up through all that was written, frame by frame."""

SHOWN = [unicodedata.normalize("NFC", payload) for payload in PAYLOADS]


class Guard:
    """Counts what a page ran, asked elsewhere, or said aloud."""

    def __init__(self, page: Page, windows: Windows) -> None:
        self.page = page
        self.heard: list[str] = []
        page.on("dialog", lambda dialog: self.heard.append(f"dialog {dialog.message}"))
        page.on("request", lambda asked: self._look(asked.url, windows.house.url))
        page.on("popup", lambda _: self.heard.append("popup"))

    def _look(self, url: str, home: str) -> None:
        if not url.startswith(home):
            self.heard.append(url)

    async def saw_nothing(self) -> None:
        assert await self.page.evaluate("() => window.hits") == 0
        assert await self.page.evaluate(FOREIGN) == []
        assert await self.page.title() == "Hekje"
        assert self.heard == []


async def guarded(windows: Windows, name: str, path: str = "/", **options: Any) -> Guard:
    page = await windows.open(name, "/healthz", **options)
    await page.add_init_script(WATCH)
    guard = Guard(page, windows)
    await page.goto(windows.house.url + path)
    return guard


async def test_these_texts_would_run_where_nothing_guards(browser: Browser) -> None:
    page = await browser.new_page()
    await page.evaluate(WATCH)
    await page.evaluate("all => { document.body.innerHTML = all; }", "<hr>".join(PAYLOADS[:200]))
    await page.wait_for_function("() => window.hits > 0")
    assert await page.evaluate(FOREIGN) != []
    await page.close()


async def test_five_hundred_messages(windows: Windows) -> None:
    id = await windows.conversation("fatima", PAYLOADS[0])
    fatima = await windows.somebody("fatima")
    guard = await guarded(windows, "anna", f"/c/{id}")
    page = guard.page
    await expect(composer(page)).to_be_visible()
    for n in range(0, 500, 50):
        batch = [
            fatima.ok("message.send", conversation_id=id, key=str(n + m), text=payload)
            for m, payload in enumerate(PAYLOADS[n or 1 : n + 50])
        ]
        await asyncio.gather(*batch)
    await expect(page.locator("[data-seq='500']")).to_be_visible()
    seen = dict(await page.evaluate(READ_BACK))
    assert sorted(seen.values()) == sorted(SHOWN)
    await guard.saw_nothing()


async def test_they_are_corrected_searched_and_announced(windows: Windows) -> None:
    id = await windows.conversation("fatima", *PAYLOADS[::20])
    guard = await guarded(windows, "fatima", f"/c/{id}", viewport=PHONE)
    page = guard.page
    await act(page.locator("[data-seq='1']"), windows.look.words, "correct")
    await expect(composer(page)).to_have_value(SHOWN[0])
    await composer(page).fill(PAYLOADS[21])
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("corrected")).to_be_visible()
    anna = await windows.somebody("anna")
    for n in range(25):
        text = PAYLOADS[n * 20 + 2]
        await anna.ok("message.send", conversation_id=id, key=str(n), text=text)
        await expect(page.get_by_role("log")).to_contain_text(text.strip()[:40])
    await fits(page)
    await guard.saw_nothing()
    await page.goto(windows.house.url + "/search")
    for words in ("script", "hit", "img"):
        await page.get_by_role("searchbox").fill(words)
        await page.get_by_role("searchbox").press("Enter")
        await expect(page.get_by_role("status").filter(has_text="message")).to_be_visible()
        await guard.saw_nothing()
    await page.goto(windows.house.url)
    await expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    await fits(page)
    await guard.saw_nothing()


async def hostile_roster(store: Store, cast: Cast) -> None:
    """Everybody and everything that a roster names is called something bad."""
    writes: list[Write] = []
    joost, noor = await there(store, Guardian, cast.joost), await there(store, Pupil, cast.noor)
    bram = await there(store, Teacher, cast.bram)
    other = await there(store, SchoolClass, cast.groep_4a)
    records: list[Record] = []
    for n, payload in enumerate(PAYLOADS):
        kind, key = n % 5, f"bad{n}"
        id = f"{cast.school_id}.{key}"
        if kind in (0, 1):
            records += [
                replace(noor, id=id, sis_id=key, given_name=payload, family_name=payload[::-1]),
                placement(cast, key, cast.groep_3b),
                guardianship(cast, key, f"bad{n + 2}"),
            ]
        elif kind in (2, 3):
            given = {"given_name": payload, "family_name": "", "email": f"{key}@x.example"}
            records.append(replace(joost, id=id, sis_id=key, **given))
        elif n % 20 == 4:
            records += [
                replace(bram, id=id, sis_id=key, given_name=payload),
                team_member(cast, cast.groep_3b, key),
            ]
        else:
            records.append(replace(other, id=id, sis_id=key, name=payload))
            records.append(team_member(cast, id, "anna"))
    writes += [Insert(replace(record, version=0)) for record in records]
    account = await there(store, Account, cast.account("anna"))
    school = await there(store, School, cast.school_id)
    writes.append(Replace(replace(account, name=PAYLOADS[0])))
    writes.append(Replace(replace(school, name=PAYLOADS[1], contact=PAYLOADS[41])))
    await store.commit(writes)


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_names_of_a_roster(windows: Windows, size: str) -> None:
    await hostile_roster(windows.store, windows.cast)
    cast = windows.cast
    options: dict[str, Any] = {"viewport": PHONE} if size == "phone" else {}
    guard = await guarded(windows, "anna", f"/class/{cast.groep_3b}", **options)
    page = guard.page
    await expect(page.get_by_role("link", name="New message")).to_be_visible()
    await guard.saw_nothing()
    for path, shown in (
        (f"/write/{cast.groep_3b}", ".pane-body .row"),
        (f"/write/{cast.groep_3b}/{cast.school_id}.bad0", ".choice"),
        (f"/class/{cast.groep_3b}/guardians", ".person"),
        ("/settings", ".card"),
    ):
        await page.goto(windows.house.url + path)
        await expect(page.locator(shown).first).to_be_visible()
        await fits(page)
        await guard.saw_nothing()
    family = await guarded(windows, "fatima", **options)
    await expect(family.page.get_by_role("heading", name="Hello Fatima")).to_be_visible()
    await fits(family.page)
    await family.saw_nothing()


async def fits(page: Page) -> None:
    """Nothing makes the page wider than the window."""
    wider = "() => document.documentElement.scrollWidth - window.innerWidth"
    assert await page.evaluate(wider) <= 0
