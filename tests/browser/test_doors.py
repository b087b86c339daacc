"""The ways in: from the mail's link, by password, with a code; and the ways out."""

from __future__ import annotations

from datetime import timedelta

import pyotp
from msgspec.structs import replace
from playwright.async_api import expect

from server.clock import now
from storage.schema import Guardian, Link
from storage.writes import Replace
from tests.browser.house import PHONE, Windows
from tests.browser.look import in_every_look
from tests.browser.talk import composer, in_order, write
from tests.browser.window import Window
from tests.handlers.visitors import PASSWORD, change_roster, give_password, take_account
from tests.stories.roster import there


async def at_link(windows: Windows, link: str) -> Window:
    assert link.startswith(windows.house.url)
    return await windows.window(None, link.removeprefix(windows.house.url))


async def log_in(windows: Windows, name: str, password: str = PASSWORD) -> Window:
    window = await windows.window()
    await fill_in(window, f"{name}@{windows.cast.school_id}.example", password)
    return window


async def fill_in(window: Window, address: str, password: str) -> None:
    await window.field("email").fill(address)
    await window.field("password").fill(password)
    await window.button("login.action").click()


@in_every_look
async def test_a_teacher_invites_and_a_parent_comes_in(windows: Windows) -> None:
    await take_account(windows, "fatima")
    anna = await windows.window("anna")
    await anna.sees_count("class.without", 1)
    await anna.link("class.guardians").click()
    fatima_there = anna.page.get_by_role("listitem").filter(has_text="Fatima Amrani")
    await expect(fatima_there).to_contain_text(anna.says("guardians.not_invited"))
    await anna.button("invite.one", name="Fatima Amrani").click()
    await anna.sees_count("invite.sent", 1)
    today = anna.says("guardians.invited", when=anna.says("today"))
    await expect(fatima_there).to_contain_text(today)
    await expect(fatima_there.get_by_text(anna.says("invite.again"))).to_be_visible()

    fatima = await at_link(windows, await windows.mailed_link("fatima"))
    await expect(fatima.heading("activate.welcome", name="Fatima Amrani")).to_be_visible()
    school = f"Basisschool {windows.cast.school_id}"
    await fatima.sees("activate.children", school=school, children="Sami Amrani")
    await fatima.sees("password.rules")
    assert "#" not in fatima.page.url, "the secret does not stay in the history"
    await fatima.field("password.choose").fill("te kort")
    await fatima.button("activate.action").click()
    await expect(fatima.page.get_by_role("alert")).to_contain_text("10")
    await fatima.picture("activate")
    await fatima.field("password.choose").fill(PASSWORD)
    await fatima.button("activate.action").click()
    await expect(fatima.heading("family.hello", name="Fatima")).to_be_visible()
    await anna.page.reload()
    await expect(fatima_there).to_contain_text(anna.says("guardians.account"))


async def test_whoever_has_an_invitation_is_not_sent_another_with_all(windows: Windows) -> None:
    await take_account(windows, "fatima", "youssef", "joost")
    joost = await there(windows.store, Guardian, windows.cast.joost)
    await change_roster(windows, Replace(replace(joost, email=None)))
    path = f"/class/{windows.cast.groep_3b}/guardians"
    anna = await windows.window("anna", path)
    await anna.sees_count("invite.cannot", 1)
    everybody = anna.page.get_by_role("button", name=anna.look.words.counted("invite.all", 2))
    await everybody.click()
    sent = anna.page.get_by_text(anna.look.words.counted("invite.sent", 2))
    await expect(sent).to_be_in_viewport()
    await expect(everybody).to_have_count(0)
    again = anna.button("invite.again.one", name="Fatima Amrani")
    await expect(again).to_be_visible()

    link = await windows.mailed_link("fatima")
    record = await there(windows.store, Link, link.partition("#")[2].partition(".")[0])
    await windows.store.commit([Replace(replace(record, expires_at=now() - timedelta(days=1)))])
    await anna.page.reload()
    fatima_there = anna.page.get_by_role("listitem").filter(has_text="Fatima Amrani")
    await expect(fatima_there).to_contain_text("The link has expired.")
    one = anna.page.get_by_role("button", name=anna.look.words.counted("invite.all", 1))
    await one.click()
    await anna.sees_count("invite.sent", 1)


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
    await expect(fatima.heading("link.expired")).to_be_visible()
    await fatima.button("link.renew").click()
    await fatima.sees("link.renewed")
    again = await at_link(windows, await windows.mailed_link("fatima", besides=old))
    await expect(again.heading("activate.welcome", name="Fatima Amrani")).to_be_visible()


async def test_a_link_that_never_was_says_so(windows: Windows) -> None:
    window = await windows.window(None, "/activate#nothing.nothing")
    await expect(window.heading("link.unknown")).to_be_visible()


async def test_an_address_that_is_none_says_so(windows: Windows) -> None:
    for path in ("/foo", "/c/"):
        fatima = await windows.window("fatima", path)
        await expect(fatima.heading("nowhere.title")).to_be_visible()


@in_every_look
async def test_a_forgotten_password_is_chosen_anew_and_ends_all_sessions(windows: Windows) -> None:
    await give_password(windows, "fatima", "een oud wachtwoord")
    elsewhere = await windows.window("fatima")
    await expect(elsewhere.heading("family.hello", name="Fatima")).to_be_visible()
    fatima = await windows.window()
    await fatima.link("login.forgot").click()
    address = f"fatima@{windows.cast.school_id}.example"
    await fatima.field("email").fill(address)
    await fatima.button("forgot.action").click()
    await fatima.sees("forgot.asked", email=address)
    fatima = await at_link(windows, await windows.mailed_link("fatima"))
    await fatima.field("password.new").fill(PASSWORD)
    await fatima.button("reset.action").click()
    await elsewhere.sees("login.ended")
    await expect(fatima.heading("reset.done")).to_be_visible()
    await fatima.picture("forgotten")
    await fatima.button("to_login").click()
    await expect(fatima.heading("login.title")).to_be_visible()
    await fill_in(fatima, address, PASSWORD)
    await expect(fatima.heading("family.hello", name="Fatima")).to_be_visible()


@in_every_look
async def test_a_wrong_password_is_told_in_words(windows: Windows) -> None:
    await give_password(windows, "fatima")
    fatima = await log_in(windows, "fatima", "niet het goede")
    await expect(fatima.page.get_by_role("alert")).not_to_be_empty()
    await expect(fatima.field("password")).to_have_value("niet het goede")
    await fatima.picture("log-in")
    await fatima.field("password").fill(PASSWORD)
    await fatima.button("login.action").click()
    await expect(fatima.heading("family.hello", name="Fatima")).to_be_visible()


async def test_the_office_sets_up_a_code_and_needs_it_from_then_on(windows: Windows) -> None:
    await give_password(windows, "dewit")
    dewit = await log_in(windows, "dewit")
    await expect(dewit.heading("factor.title")).to_be_visible()
    app = pyotp.TOTP((await dewit.locator(".secret").inner_text()).replace(" ", ""))
    await dewit.field("code").fill("000000")
    await dewit.button("factor.action").click()
    await expect(dewit.page.get_by_role("alert")).not_to_be_empty()
    await dewit.field("code").fill(app.now())
    await dewit.button("factor.action").click()
    await expect(dewit.heading("place.office")).to_be_visible()
    dewit = await log_in(windows, "dewit")
    await dewit.field("code").fill(app.at(now() + timedelta(seconds=30)))
    await dewit.button("login.action").click()
    await expect(dewit.heading("place.office")).to_be_visible()


@in_every_look
async def test_a_session_is_ended_from_another_device(windows: Windows) -> None:
    await give_password(windows, "fatima")
    id = await windows.conversation("fatima", "Eerste bericht")
    lost, found = await windows.window("fatima", f"/c/{id}"), await log_in(windows, "fatima")
    await in_order(lost, "Eerste bericht")
    await found.link("settings").click()
    this = found.page.get_by_text(found.says("sessions.this"), exact=True)
    await expect(this).to_have_count(1)
    await found.button("sessions.end").click()
    await expect(found.button("sessions.end")).to_have_count(0)
    await lost.sees("login.ended")
    await expect(lost.page.get_by_text("Eerste bericht")).to_have_count(0)
    await lost.picture("ended")
    await expect(this).to_be_visible()


async def test_whoever_logs_out_leaves_nothing_and_is_told_no_more_than_that(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    fatima = await windows.window("fatima", f"/c/{id}")
    await composer(fatima).fill("Half geschreven")
    await fatima.link("settings").click()
    await fatima.page.context.set_offline(True)
    await fatima.button("log_out").click()
    card = fatima.locator(".card").filter(has=fatima.button("log_out"))
    await expect(card.get_by_text(fatima.says("no_connection"))).to_be_visible()
    await fatima.page.context.set_offline(False)
    await fatima.button("log_out").click()
    await expect(fatima.heading("login.title")).to_be_visible()
    await expect(fatima.text("login.ended")).to_have_count(0)
    kept = await fatima.page.evaluate("() => Object.keys(localStorage)")
    assert kept == ["hekje.locale"]
    await fatima.page.reload()
    await expect(fatima.heading("login.title")).to_be_visible()


async def test_whoever_has_not_sent_all_is_warned_until_it_is_or_thinks_again(
    windows: Windows,
) -> None:
    await windows.conversation("fatima")
    page = await windows.open("fatima", "/settings", viewport=PHONE)
    fatima = Window(page, windows.look)
    await expect(fatima.button("log_out")).to_be_visible()  # its script is there
    await fatima.button("back").click()
    await fatima.link("family.alone").click()
    await expect(composer(fatima)).to_be_visible()
    await page.context.set_offline(True)
    await write(fatima, "Nog niet verstuurd")
    await page.get_by_role("button", name="Back").click()
    await fatima.link("settings").click()
    await fatima.button("log_out").click()
    await expect(fatima.button("log_out.anyway")).to_be_in_viewport(ratio=1)
    await fatima.button("cancel").click()
    await expect(fatima.text("log_out.unsent")).to_have_count(0)
    await fatima.button("log_out").click()
    await fatima.button("log_out.anyway").click()
    card = fatima.locator(".card").filter(has=fatima.button("log_out.anyway"))
    await expect(card.get_by_text(fatima.says("no_connection"))).to_be_visible()
    await page.context.set_offline(False)
    await expect(fatima.button("log_out")).to_be_visible()
    await expect(fatima.text("log_out.unsent")).to_have_count(0)
    await expect(fatima.text("no_connection")).to_have_count(0)
