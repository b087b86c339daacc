"""Somebody of the office keeps the school calendar, and sees who waits for a team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import FilePayload, Page, expect

from server.clock import now
from storage.schema import Account, Conversation, Message
from storage.writes import Replace
from tests.browser.house import PHONE, Windows
from tests.browser.screens import LOCALES, Screen
from tests.browser.test_screens import looks_right
from tests.calendar.make import government, ics, whole_day
from tests.handlers.visitors import give_second_factor
from tests.stories.roster import there

YEAR = now().year + 1
"""Whatever year it is, its holidays are still to come."""


async def office(windows: Windows, path: str, language: str = "en", **options: Any) -> Page:
    await give_second_factor(windows, "dewit")
    account = await there(windows.store, Account, windows.cast.account("dewit"))
    await windows.store.commit([Replace(replace(account, locale=language))])
    return await windows.open("dewit", path, locale=LOCALES[language], **options)


def calendar(windows: Windows) -> str:
    return f"/calendar/{windows.cast.school_id}"


def agenda(*days: tuple[str, str]) -> FilePayload:
    text = ics(*(whole_day(name, day) for name, day in days))
    return {"name": "vrij.ics", "mimeType": "text/calendar", "buffer": text.encode()}


async def test_a_day_is_added_removed_and_put_back(windows: Windows) -> None:
    page = await office(windows, "/office")
    await page.get_by_role("link", name="School calendar").click()
    await expect(page.get_by_role("heading", name="School calendar")).to_be_focused()
    await expect(page.get_by_text("will appear here")).to_be_visible()
    await page.get_by_text("Add a day yourself").click()
    await page.get_by_role("textbox", name="Name").fill("Studiedag")
    await page.get_by_label("First day").fill(f"{YEAR}-03-05")
    await page.get_by_role("button", name="Add", exact=True).click()
    row = page.get_by_role("listitem").filter(has_text="Studiedag")
    await expect(row).to_contain_text(f"5 March {YEAR}")
    remove = page.get_by_role("button", name="Remove Studiedag")
    await remove.click()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(row).to_have_count(1)
    fatima = await windows.somebody("fatima")
    shown = await fatima.ok("calendar.get", school_id=windows.cast.school_id)
    assert shown["closed"] == [f"{YEAR}-03-05"]
    assert shown["names"][0]["name"] == "Studiedag"


async def test_what_was_done_is_told_in_view_however_long_the_list_is(windows: Windows) -> None:
    page = await office(windows, "/office", viewport=PHONE)
    dewit = await windows.somebody("dewit")
    closed = [f"{YEAR}-{month:02}-05" for month in range(1, 13)]
    await dewit.ok("calendar.set", school_id=windows.cast.school_id, closed=closed)
    await page.get_by_role("link", name="School calendar").click()
    await page.get_by_text("Add a day yourself").click()
    await page.get_by_label("First day").fill(f"{YEAR}-09-15")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("Added.")).to_be_in_viewport()
    await page.get_by_role("button", name=f"15 September {YEAR}").click()
    await expect(page.get_by_text("is removed.")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()


async def test_an_agenda_is_looked_at_before_it_is_taken_over(windows: Windows) -> None:
    page = await office(windows, calendar(windows))
    days = ("Studiedag", f"{YEAR}0305"), ("Schoolreis", f"{YEAR}0312")
    await page.get_by_label("Choose a calendar (.ics)").set_input_files([agenda(*days)])
    await expect(page.get_by_role("heading", name="This will change")).to_be_focused()
    comes = page.locator(".changes.comes li")
    await expect(comes).to_have_count(2)
    await page.get_by_role("checkbox", name="Schoolreis").uncheck()
    await expect(comes).to_have_count(1)
    dewit = await windows.somebody("dewit")
    school = {"school_id": windows.cast.school_id}
    assert (await dewit.ok("calendar.get", **school))["closed"] == []
    await page.get_by_role("button", name="Take over").click()
    await expect(comes).to_have_count(0)
    await expect(page.get_by_role("listitem").filter(has_text="Studiedag")).to_have_count(1)
    assert (await dewit.ok("calendar.get", **school))["closed"] == [f"{YEAR}-03-05"]


async def test_a_colleague_who_was_faster_is_told_of(windows: Windows) -> None:
    page = await office(windows, calendar(windows))
    await page.get_by_label("Choose a calendar (.ics)").set_input_files(
        [agenda(("Studiedag", f"{YEAR}0305"))]
    )
    await expect(page.locator(".changes.comes li")).to_have_count(1)
    dewit = await windows.somebody("dewit")
    school = {"school_id": windows.cast.school_id}
    await dewit.ok("calendar.set", **school, closed=[f"{YEAR}-04-01"])
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_role("alert").filter(has_text="A colleague")).to_be_visible()
    assert (await dewit.ok("calendar.get", **school))["closed"] == [f"{YEAR}-04-01"]


async def waits(windows: Windows) -> None:
    """Fatima wrote ten days ago, and nobody has read it."""
    id = await windows.conversation("fatima", "Mag ik u bellen over Sami?")
    long_ago = now() - timedelta(days=10)
    conversation = await there(windows.store, Conversation, id)
    message = await there(windows.store, Message, f"{id}.0000001")
    await windows.store.commit(
        [
            Replace(replace(conversation, unread_since=long_ago)),
            Replace(replace(message, at=long_ago)),
        ]
    )


async def test_the_office_sees_who_waits_and_may_not_want_to(windows: Windows) -> None:
    await waits(windows)
    page = await office(windows, "/office")
    first = page.locator(".card h2").first
    await expect(first).to_have_text("Parents who have waited long")
    card = page.locator(".card").filter(has_text="Parents who have waited long")
    await expect(card).to_contain_text("Fatima Amrani")
    await expect(card).to_contain_text("Ask Anna Jansen and Bram Smit")
    await expect(page.get_by_text("Mag ik u bellen")).to_have_count(0)
    await card.get_by_label("Show this").select_option(label="Never")
    await expect(card).to_contain_text("This is off.")
    await expect(card).not_to_contain_text("Fatima")


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_pages_of_the_office_look_right(
    windows: Windows, language: str, request: pytest.FixtureRequest
) -> None:
    folder: str | None = request.config.getoption("--screens")
    await waits(windows)
    page = await office(windows, "/office", language)
    await expect(page.get_by_text("Fatima Amrani")).to_be_visible()
    wrong = await looks_right(page, Screen("office-waits", "dewit", "", ""), language, folder)
    page = await office(windows, calendar(windows), language)
    await page.locator("input[name=region]").first.check()
    file: FilePayload = {
        "name": "v.json",
        "mimeType": "application/json",
        "buffer": government().encode(),
    }
    await page.locator("#holidays-file").set_input_files([file])
    await expect(page.locator(".changes-shown")).to_be_visible()
    wrong += await looks_right(page, Screen("calendar-preview", "dewit", "", ""), language, folder)
    await page.locator(".changes-shown .primary").click()
    await expect(page.locator(".sources")).to_be_visible()
    await page.locator("summary").first.click()
    wrong += await looks_right(page, Screen("calendar", "dewit", "", ""), language, folder)
    assert wrong == []
