"""The ways in: from the mail's link, by password, with a code; and the ways out."""

from __future__ import annotations

from datetime import timedelta

import pyotp
from msgspec.structs import replace
from playwright.async_api import Page, expect

from server.clock import now
from storage.schema import Link
from storage.writes import Replace
from tests.browser.house import Windows
from tests.handlers.visitors import PASSWORD, give_password, take_account


async def at_link(windows: Windows, link: str) -> Page:
    assert link.startswith(windows.house.url)
    return await windows.open(None, link.removeprefix(windows.house.url))


async def log_in(windows: Windows, name: str, password: str = PASSWORD) -> Page:
    page = await windows.open()
    await page.get_by_label("E-mail address").fill(f"{name}@{windows.cast.school_id}.example")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Log in").click()
    return page


async def test_a_teacher_invites_and_a_parent_comes_in(windows: Windows) -> None:
    await take_account(windows, "fatima")
    anna = await windows.open("anna")
    await expect(anna.get_by_text("1 parent has no account yet.")).to_be_visible()
    await anna.get_by_role("link", name="Parents").click()
    fatima_there = anna.get_by_role("listitem").filter(has_text="Fatima Amrani")
    await expect(fatima_there).to_contain_text("Not invited yet")
    await anna.get_by_role("button", name="Invite: Fatima Amrani").click()
    await expect(anna.get_by_text("1 invitation will be sent.")).to_be_visible()
    await expect(fatima_there).to_contain_text("Invited: today")
    await expect(fatima_there.get_by_text("Send again")).to_be_visible()

    fatima = await at_link(windows, await windows.mailed_link("fatima"))
    await expect(fatima.get_by_role("heading")).to_have_text("Welcome, Fatima Amrani")
    await expect(fatima.get_by_text("messages about Sami Amrani")).to_be_visible()
    await expect(fatima.get_by_text("At least 10 characters.")).to_be_visible()
    assert "#" not in fatima.url, "the secret does not stay in the history"
    password = fatima.get_by_label("Choose a password")
    await password.fill("te kort")
    await fatima.get_by_role("button", name="Make my account").click()
    await expect(fatima.get_by_role("alert")).to_contain_text("10")
    await password.fill(PASSWORD)
    await fatima.get_by_role("button", name="Make my account").click()
    await expect(fatima.get_by_role("heading", name="Hello Fatima")).to_be_visible()
    await anna.reload()
    await expect(fatima_there).to_contain_text("Has an account")


async def test_a_link_that_is_too_old_asks_for_a_new_one(windows: Windows) -> None:
    await take_account(windows, "fatima")
    anna = await windows.somebody("anna")
    await anna.ok("invitation.send", class_id=windows.cast.groep_3b)
    old = await windows.mailed_link("fatima")
    record = await windows.store.get(Link, old.partition("#")[2].partition(".")[0])
    assert record
    ended = replace(record, expires_at=now() - timedelta(days=1))
    await windows.store.commit([Replace(ended)])
    fatima = await at_link(windows, old)
    await expect(fatima.get_by_role("heading")).to_have_text("This link has expired")
    await fatima.get_by_role("button", name="Send me a new link").click()
    await expect(fatima.get_by_text("a new mail is on its way")).to_be_visible()
    again = await at_link(windows, await windows.mailed_link("fatima", besides=old))
    await expect(again.get_by_role("heading")).to_have_text("Welcome, Fatima Amrani")


async def test_a_link_that_never_was_says_so(windows: Windows) -> None:
    page = await windows.open(None, "/activate#nothing.nothing")
    await expect(page.get_by_role("heading")).to_have_text("This link is not right")


async def test_a_forgotten_password_is_chosen_anew_and_ends_all_sessions(windows: Windows) -> None:
    await give_password(windows, "fatima", "een oud wachtwoord")
    elsewhere = await windows.open("fatima")
    await expect(elsewhere.get_by_role("heading", name="Hello Fatima")).to_be_visible()
    page = await windows.open()
    await page.get_by_role("link", name="Forgot your password?").click()
    address = f"fatima@{windows.cast.school_id}.example"
    await page.get_by_label("E-mail address").fill(address)
    await page.get_by_role("button", name="Send the mail").click()
    await expect(page.get_by_text(f"an account for {address}")).to_be_visible()
    page = await at_link(windows, await windows.mailed_link("fatima"))
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Save the password").click()
    await expect(elsewhere.get_by_text("You have been logged out.")).to_be_visible()
    await page.get_by_role("button", name="To log-in").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await log_in(windows, "fatima", "een oud wachtwoord")
    page = await log_in(windows, "fatima")
    await expect(page.get_by_role("heading", name="Hello Fatima")).to_be_visible()


async def test_a_wrong_password_is_told_in_words(windows: Windows) -> None:
    await give_password(windows, "fatima")
    page = await log_in(windows, "fatima", "niet het goede")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await expect(page.get_by_label("Password", exact=True)).to_have_value("niet het goede")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Hello Fatima")).to_be_visible()


async def test_the_office_sets_up_a_code_and_needs_it_from_then_on(windows: Windows) -> None:
    await give_password(windows, "dewit")
    page = await log_in(windows, "dewit")
    await expect(page.get_by_role("heading")).to_have_text("Extra security")
    app = pyotp.TOTP((await page.locator(".secret").inner_text()).replace(" ", ""))
    await page.get_by_label("Code").fill("000000")
    await page.get_by_role("button", name="Turn on").click()
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await page.get_by_label("Code").fill(app.now())
    await page.get_by_role("button", name="Turn on").click()
    await expect(page.get_by_role("heading", name="Office")).to_be_visible()
    page = await log_in(windows, "dewit")
    await page.get_by_label("Code").fill(app.at(now() + timedelta(seconds=30)))
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Office")).to_be_visible()


async def test_a_session_is_ended_from_another_device(windows: Windows) -> None:
    await give_password(windows, "fatima")
    phone, laptop = await windows.open("fatima"), await log_in(windows, "fatima")
    await expect(phone.get_by_role("heading", name="Hello Fatima")).to_be_visible()
    await laptop.get_by_role("link", name="Settings").click()
    await expect(laptop.get_by_text("This device", exact=True)).to_have_count(1)
    await laptop.get_by_role("button", name="Log out there").click()
    await expect(laptop.get_by_role("button", name="Log out there")).to_have_count(0)
    await expect(phone.get_by_text("You have been logged out.")).to_be_visible()
    await expect(laptop.get_by_text("This device", exact=True)).to_be_visible()


async def test_whoever_logs_out_leaves_nothing_and_is_told_no_more_than_that(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    page = await windows.open("fatima", f"/c/{id}")
    await page.get_by_role("textbox").fill("Half geschreven")
    await page.get_by_role("link", name="Settings").click()
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Log out", exact=True).click()
    card = page.locator(".card").filter(has=page.get_by_role("button", name="Log out", exact=True))
    await expect(card.get_by_text("There is no connection.")).to_be_visible()
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Log out", exact=True).click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await expect(page.get_by_text("You have been logged out.")).to_have_count(0)
    kept = await page.evaluate("() => Object.keys(localStorage)")
    assert kept == ["hekje.locale"]
    await page.reload()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
