"""Whatever somebody writes, it is shown as text: nothing of it runs, anywhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta

from playwright.async_api import Browser, FilePayload, Page, expect

from server.clock import now
from tests.browser.guard import guarded
from tests.browser.hostile import ALL, FOREIGN, PAYLOADS, WATCH, fitting, letters, plain
from tests.browser.house import PHONE, Windows
from tests.browser.talk import act, bubble, composer, write
from tests.calendar.make import ics, whole_day
from tests.handlers.visitors import give_second_factor

READ_BACK = """async () => {
  const seen = new Map(), log = document.querySelector(".log");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  log.scrollTop = 0;
  await frame();
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

SHOWN = [plain(payload) for payload in PAYLOADS]
NAMES = fitting(80)
"""As long as the name of a day may be."""
THIS_YEAR = date(now().year + 1, 1, 1)


async def test_these_texts_would_run_where_nothing_guards(browser: Browser) -> None:
    page = await browser.new_page()
    await page.evaluate(WATCH)
    await page.evaluate("all => { document.body.innerHTML = all; }", "<hr>".join(PAYLOADS[:200]))
    await page.wait_for_function("() => window.hits > 0")
    assert await page.evaluate(FOREIGN) != []
    await page.close()


async def read_back(page: Page) -> list[str]:
    """All five hundred messages, in their order."""
    seen: list[tuple[int, str]] = await page.evaluate(READ_BACK)
    return [plain(text) for _, text in sorted(seen)]


async def test_five_hundred_messages_are_written_corrected_and_found(windows: Windows) -> None:
    id = await windows.conversation("fatima")
    fatima = await windows.somebody("fatima")
    guard = await guarded(windows, "anna", f"/c/{id}")
    page = guard.page
    sent = []
    for n in range(0, 500, 50):
        batch = [fatima.sends(id, str(m), PAYLOADS[m]) for m in range(n, n + 50)]
        sent += await asyncio.gather(*batch)
    await expect(page.locator("[data-seq='500']")).to_be_visible()
    assert await read_back(page) == SHOWN
    await guard.saw_nothing()

    for n in range(0, 500, 50):
        edits = [
            fatima.ok("message.edit", message_id=sent[m]["id"], text=PAYLOADS[m - 1])
            for m in range(n, n + 50)
        ]
        await asyncio.gather(*edits)
    await page.evaluate("() => { document.querySelector('.log').scrollTop = 0; }")
    await expect(page.locator("[data-seq='500']")).to_contain_text("corrected")
    assert await read_back(page) == [SHOWN[-1], *SHOWN[:-1]]
    await guard.saw_nothing()

    await page.get_by_role("link", name="Search").click()
    await page.get_by_role("searchbox").fill(ALL)
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    await guard.saw_nothing()
    await page.get_by_role("searchbox").fill("hit")
    await page.get_by_role("searchbox").press("Enter")
    found = page.locator(".found-text")
    for n in range(50, 500, 50):
        await expect(found).to_have_count(n)
        await page.get_by_role("button", name="Show more").click()
    await expect(page.get_by_text("500 messages found.")).to_be_visible()
    assert Counter(map(plain, await found.all_text_contents())) == Counter(SHOWN)
    await guard.saw_nothing()


async def test_what_is_typed_waits_is_sent_and_is_corrected(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    guard = await guarded(windows, "fatima", f"/c/{id}", viewport=PHONE)
    page = guard.page
    await expect(bubble(page, "Eerste bericht")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("No connection.")).to_be_visible()
    written = list(letters(4_000))
    for letter in written:
        await write(page, letter)
    await expect(page.locator(".is-pending")).to_have_count(len(written))
    await composer(page).fill(ALL)
    shown = plain(" ".join(await page.locator(".is-pending .text").all_text_contents()))
    assert shown == plain(ALL)
    await guard.saw_nothing()
    await page.context.set_offline(False)
    await expect(page.locator(".is-pending")).to_have_count(0)
    await page.reload()
    await expect(composer(page)).not_to_be_empty()
    assert await composer(page).input_value() == ALL
    await guard.saw_nothing()

    last = page.locator(f"[data-seq='{1 + len(written)}']")
    await act(last, windows.look.words, "correct")
    await composer(page).fill(written[0])
    await page.get_by_role("button", name="Save").click()
    await expect(last).to_contain_text("corrected")
    assert plain(await last.locator(".text").text_content()) == plain(written[0])
    await guard.saw_nothing()
    await page.get_by_role("button", name="Back").click()
    await expect(page.locator(".snippet")).to_contain_text("hit()")
    await guard.saw_nothing()


async def test_days_of_the_calendar(windows: Windows) -> None:
    await give_second_factor(windows, "dewit")
    guard = await guarded(windows, "dewit", f"/calendar/{windows.cast.school_id}")
    page = guard.page
    days = [THIS_YEAR + timedelta(days=n) for n in range(500)]
    for half in (slice(0, 250), slice(250, 500)):
        events = [
            whole_day(name.replace("\u2028", " "), f"{day:%Y%m%d}")
            for name, day in zip(NAMES[half], days[half], strict=True)
        ]
        file: FilePayload = {
            "name": f"{NAMES[half.start]}.ics",
            "mimeType": "text/calendar",
            "buffer": ics(*events).encode(),
        }
        await page.locator("#agenda-file").set_input_files([file])
        offered = page.locator(".changes.comes strong")
        await expect(offered.first).to_be_visible()
        assert set(map(plain, await offered.all_text_contents())) <= set(map(plain, NAMES))
        await guard.saw_nothing()
        await page.get_by_role("button", name="Take over", exact=True).click()
        await expect(offered).to_have_count(0)
    shown = map(plain, await page.locator(".day-off strong").all_text_contents())
    assert set(shown) == set(map(plain, NAMES))
    await guard.saw_nothing()
    await page.locator(".day-off button").first.click()
    await expect(page.get_by_text("is removed.")).to_contain_text("hit()")
    await guard.saw_nothing()


async def test_what_a_server_would_answer_that_takes_anything(windows: Windows) -> None:
    guard = await guarded(windows, None, "/forgot", viewport=PHONE)
    page = guard.page
    await page.route("**/api/password/forgot", lambda route: route.fulfill(json={"ok": True}))
    await page.get_by_label("E-mail address").fill(ALL)
    await page.evaluate("() => { document.querySelector('form').noValidate = true; }")
    await page.get_by_role("button", name="Send the mail").click()
    await expect(page.get_by_text("If there is an account")).to_be_visible()
    await guard.saw_all_as_text()
    shown = {"name": ALL, "email": ALL, "school": ALL, "children": [ALL], "account_exists": False}
    answer = {"ok": True, **shown}
    await page.route("**/api/activation", lambda route: route.fulfill(json=answer))
    await page.goto(f"{windows.house.url}/activate#x.y")
    await expect(page.get_by_label("Name")).not_to_be_empty()
    await guard.saw_all_as_text(4)


async def test_an_address_of_another_account(windows: Windows) -> None:
    guard = await guarded(windows, "fatima", "/settings", viewport=PHONE)
    page = guard.page
    await page.route("**/api/merge/ask", lambda route: route.fulfill(json={"ok": True}))
    await page.get_by_text("I have another account").click()
    await page.locator("#field-other-email").fill(ALL)
    await page.evaluate("() => { document.querySelector('details form').noValidate = true; }")
    await page.get_by_role("button", name="Send the mail").click()
    await expect(page.get_by_text("If there is an account")).to_be_visible()
    await guard.saw_all_as_text()
