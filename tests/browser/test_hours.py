"""When teachers read: parents see it come and go by itself, teachers set it, the team sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.async_api import Browser, Page, WebSocket, expect

from server.clock import now
from server.presence.setting import default_availability
from storage.schema import Account, School
from storage.writes import Insert, Replace
from tests.browser.clocked import clocked_windows
from tests.browser.house import PHONE, Windows
from tests.browser.talk import composer, sent, write
from tests.presence.conftest import next_monday
from tests.stories.roster import there

WEEK: dict[str, Any] = {
    "hours": {},
    "away": [],
    "chat": True,
    "digest": {"at": "16:45", "days": ["mon", "tue", "wed", "thu", "fri"]},
}


async def sets(windows: Windows, name: str, **changed: Any) -> None:
    person = await windows.somebody(name)
    settings = {**WEEK, **changed}
    await person.ok("availability.set", school_id=windows.cast.school_id, **settings)


async def at_hours(windows: Windows, **options: Any) -> Page:
    page = await windows.open("anna", "/hours", **options)
    await expect(page.locator(".preview li").first).to_be_visible()
    return page


async def saved(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()


# --- What a parent sees --------------------------------------------------------------------


async def test_the_line_of_a_parent_changes_by_itself_when_hours_end_and_begin(
    browser: Browser, tmp_path: Path
) -> None:
    """In the school's time, wherever its reader is."""
    before_the_end = next_monday(16) + timedelta(minutes=29, seconds=30)
    async with clocked_windows(browser, tmp_path, before_the_end) as (windows, house):
        id = await windows.conversation("fatima")
        fatima = await windows.open("fatima", f"/c/{id}", timezone_id="Asia/Tokyo")
        anna = await windows.open("anna")
        line = fatima.locator(".team-line")
        await expect(line).to_contain_text("The team is reading now, until 16:30.")
        await expect(anna.get_by_text("Today: you and Bram Smit.")).to_be_visible()

        connected_again: list[WebSocket] = []
        fatima.on("websocket", lambda socket: connected_again.append(socket))
        await house.later(timedelta(seconds=32), fatima)
        await expect(line).to_contain_text(
            "Nobody is reading now. The team reads again tomorrow at 8:00. You can always write."
        )
        assert connected_again == [], "it asked by itself, and did not start anew"
        await line.get_by_role("button", name="Who reads when?").click()
        await expect(line.get_by_role("listitem").first).to_have_text(
            "Anna Jansen reads messages on Monday to Friday, 8:00 to 16:30. "
            "Not now; next: tomorrow at 8:00."
        )
        await write(fatima, "Dat is voor morgen")
        await expect(sent(fatima, "voor morgen")).to_have_count(1)
        await house.later(timedelta(hours=9), fatima)
        await expect(line).to_contain_text("The team reads again at 8:00.")
        await house.later(timedelta(hours=7), fatima)
        await expect(line).to_contain_text("The team is reading now, until 16:30.")


async def test_the_line_of_a_parent_changes_when_a_teacher_changes_hours(
    windows: Windows,
) -> None:
    await sets(windows, "anna")
    await sets(windows, "bram")
    id = await windows.conversation("fatima")
    fatima = await windows.open("fatima", f"/c/{id}")
    line = fatima.locator(".team-line")
    await expect(line).to_contain_text("Nobody is reading now.")
    always = {
        day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    await sets(windows, "bram", hours=always)
    await expect(line).to_contain_text("The team is reading now.")


async def test_a_closed_chat_says_whom_to_call_and_keeps_what_was_begun(windows: Windows) -> None:
    id = await windows.conversation("fatima")
    fatima = await windows.open("fatima", f"/c/{id}", viewport=PHONE)
    await composer(fatima).fill("Kan Sami morgen")
    await sets(windows, "anna", chat=False)
    await expect(composer(fatima)).to_be_visible()
    await sets(windows, "bram", chat=False)
    closed = fatima.locator(".chat-closed")
    await expect(closed).to_contain_text("do not take messages now. Bel 010 123 45 67.")
    await expect(closed).to_contain_text("What you had already written is kept.")
    await expect(composer(fatima)).to_have_count(0)
    await sets(windows, "bram")
    await expect(composer(fatima)).to_have_value("Kan Sami morgen")


async def test_a_message_that_meets_a_closed_chat_is_shown_as_not_sent(windows: Windows) -> None:
    id = await windows.conversation("fatima")
    fatima = await windows.open("fatima", f"/c/{id}")
    await composer(fatima).fill("Ben ik te laat?")
    await fatima.context.set_offline(True)
    await composer(fatima).press("Enter")
    for name in ("anna", "bram"):
        await sets(windows, name, chat=False)
    await fatima.context.set_offline(False)
    stuck = fatima.locator(".is-stuck")
    await expect(stuck).to_contain_text("Ben ik te laat?")
    await expect(stuck).to_contain_text("take no messages now")
    await expect(fatima.locator(".chat-closed")).to_contain_text("Bel 010 123 45 67.")
    await sets(windows, "anna")
    await stuck.get_by_role("button", name="Try again").click()
    await expect(sent(fatima, "Ben ik te laat?")).to_have_count(1)


# --- What a teacher sets -------------------------------------------------------------------


async def test_a_teacher_types_a_week_sees_what_it_means_and_saves_it(windows: Windows) -> None:
    anna = await at_hours(windows)
    await expect(anna.get_by_text("until you save hours of your own")).to_be_visible()
    await anna.get_by_role("button", name="Monday: 8:00 to 16:30").click()
    await anna.get_by_label("Monday, to").fill("1230")
    await anna.get_by_role("button", name="Add hours").click()
    later = anna.get_by_label("Monday, from").nth(1)
    await later.fill("12")
    await later.blur()
    await expect(later).to_have_value("12:00")
    overlap = anna.get_by_role("alert").filter(has_text="overlap")
    await expect(overlap).to_be_visible()
    await later.fill("1315")
    await expect(overlap).to_have_count(0)
    await anna.get_by_label("Monday, to").nth(1).fill("24:00")
    await anna.get_by_role("button", name="Copy to Saturday").click()
    await expect(anna.get_by_text("Copied to Saturday.")).to_be_visible()
    meaning = anna.locator(".meaning")
    await expect(meaning).to_contain_text(
        "on Monday and Saturday, 8:00 to 12:30 and 13:15 to midnight; "
        "on Tuesday to Friday, 8:00 to 16:30."
    )
    await expect(meaning).to_contain_text("at once, as a notification")
    await saved(anna)
    await anna.reload()
    await expect(
        anna.get_by_role("button", name="Saturday: 8:00 to 12:30 and 13:15 to midnight")
    ).to_be_visible()
    await expect(anna.get_by_text("until you save hours of your own")).to_have_count(0)


async def test_what_a_teacher_has_not_saved_is_still_there_after_another_screen(
    windows: Windows,
) -> None:
    anna = await at_hours(windows)
    await anna.get_by_role("button", name="Monday: 8:00 to 16:30").click()
    await anna.get_by_label("Monday, to").fill("12:30")
    await expect(anna.get_by_text("Not saved yet.")).to_be_visible()
    await anna.get_by_role("link", name="Search").click()
    await expect(anna.get_by_role("heading", name="Search messages")).to_be_visible()
    await anna.go_back()
    await expect(anna.get_by_text("Not saved yet.")).to_be_visible()
    await expect(anna.get_by_role("button", name="Monday: 8:00 to 12:30")).to_be_visible()
    await anna.get_by_role("button", name="Undo").click()
    await expect(anna.get_by_role("button", name="Monday: 8:00 to 16:30")).to_be_visible()
    await anna.get_by_role("link", name="Search").click()
    await anna.go_back()
    await expect(anna.get_by_role("button", name="Monday: 8:00 to 16:30")).to_be_visible()
    await expect(anna.get_by_text("Not saved yet.")).to_have_count(0)


async def test_a_teacher_draws_stretches_and_moves_hours(windows: Windows) -> None:
    anna = await at_hours(windows)
    track = anna.locator(".week-row").nth(5).locator(".week-track")

    async def drag(start: float, end: float) -> None:
        await track.scroll_into_view_if_needed()
        box = await track.bounding_box()
        assert box
        hour = box["width"] / 16
        middle = box["y"] + box["height"] / 2
        await anna.mouse.move(box["x"] + (start - 6) * hour, middle)
        await anna.mouse.down()
        await anna.mouse.move(box["x"] + (end - 6) * hour, middle, steps=5)
        await anna.mouse.up()

    def saturday(times: str) -> Any:
        return expect(anna.get_by_role("button", name=f"Saturday: {times}"))

    await saturday("no hours").to_be_visible()
    await drag(9, 12)
    await saturday("9:00 to 12:00").to_be_visible()
    await drag(11.95, 14)
    await saturday("9:00 to 14:00").to_be_visible()
    await drag(11, 12)
    await saturday("10:00 to 15:00").to_be_visible()
    await saved(anna)


async def test_a_teacher_is_away_and_sees_the_first_mail_after_it(windows: Windows) -> None:
    anna = await at_hours(windows)
    await anna.get_by_role("button", name="Add days").click()
    today = now().date()
    await anna.get_by_label("First day").fill((today - timedelta(days=2)).isoformat())
    await anna.get_by_label("Last day").fill((today - timedelta(days=9)).isoformat())
    await expect(anna.get_by_role("alert").filter(has_text="first day")).to_be_visible()
    await anna.get_by_label("Last day").fill((today + timedelta(days=30)).isoformat())
    await expect(anna.locator(".meaning .is-push")).to_have_count(0)
    await saved(anna)


async def test_what_cannot_be_is_shown_where_it_is_until_it_is_mended(windows: Windows) -> None:
    anna = await at_hours(windows, viewport=PHONE)
    wrong = "First check what is not right above."
    await anna.get_by_role("button", name="Add days").click()
    last = anna.get_by_label("Last day")
    await anna.get_by_label("First day").fill(f"{now().year + 1}-12-01")
    await last.fill(f"{now().year + 1}-11-28")
    await expect(anna.locator(".meaning")).to_contain_text(wrong)
    await expect(anna.locator(".preview li")).to_have_count(0)
    await anna.get_by_role("button", name="Save").click()
    told = anna.locator(".save-bar").get_by_role("alert")
    await expect(told).to_have_text(wrong)
    await expect(anna.get_by_label("First day")).to_be_focused()
    await last.fill(f"{now().year + 1}-12-02")
    await expect(told).to_have_count(0)
    await expect(anna.locator(".preview li").first).to_be_attached()
    await anna.get_by_role("button", name="Save").click()
    await expect(anna.get_by_text("Saved.")).to_be_in_viewport()


async def test_the_message_about_a_time_stays_until_somebody_types(windows: Windows) -> None:
    anna = await at_hours(windows)
    await anna.get_by_role("button", name="Monday: 8:00 to 16:30").click()
    start = anna.get_by_label("Monday, from")
    await start.fill("18:00")
    await anna.get_by_role("button", name="Save").click()
    await expect(start).to_be_focused()
    before = anna.get_by_role("alert").filter(has_text="must come before")
    await expect(before).to_be_visible()
    await start.fill("1")
    await expect(before).to_have_count(0)


async def test_a_teacher_confirms_that_no_mail_shall_come(windows: Windows) -> None:
    anna = await at_hours(windows)
    await anna.get_by_label("Send me one e-mail").uncheck()
    await expect(anna.locator(".meaning")).to_contain_text("no e-mail comes")
    await anna.get_by_role("button", name="Save").click()
    await expect(anna.get_by_role("alertdialog")).to_contain_text("Confirm that you want this.")
    await anna.get_by_role("button", name="Yes, no e-mail").click()
    await expect(anna.get_by_text("Saved.")).to_be_visible()


async def test_whoever_unsubscribed_in_a_mail_is_told_and_can_turn_it_on_again(
    windows: Windows,
) -> None:
    cast, store = windows.cast, windows.store
    ended = replace(
        default_availability(cast.school_id, cast.anna), digest=None, digest_ended_at=now()
    )
    school = await there(store, School, cast.school_id)
    await store.commit([Insert(ended), Replace(school)])
    anna, bram = await windows.open("anna"), await windows.open("bram")
    await expect(anna.get_by_text("Your summary e-mail is off.")).to_be_visible()
    await expect(
        bram.get_by_text("Today:").or_(bram.get_by_text("Nobody is there today"))
    ).to_be_visible()
    await expect(bram.get_by_text("Your summary e-mail is off.")).to_have_count(0)
    await anna.get_by_role("link", name="Switch on again").click()
    await anna.get_by_label("Send me one e-mail").check()
    await saved(anna)
    await expect(anna.get_by_text("Your summary e-mail is off.")).to_have_count(0)
    await anna.reload()
    await expect(anna.get_by_role("heading", name="Summary e-mail")).to_be_visible()
    await expect(anna.get_by_text("Your summary e-mail is off.")).to_have_count(0)


# --- What others set and see ---------------------------------------------------------------


async def test_the_team_sees_each_others_days(windows: Windows) -> None:
    await sets(windows, "bram", hours={"mon": [["08:00", "12:30"]], "sun": [["20:00", "21:00"]]})
    anna = await windows.open("anna")
    week = anna.locator(".team-week")
    await week.get_by_role("button", name="Show the week").click()
    days = week.get_by_role("listitem")
    await expect(days.first).to_contain_text("Bram Smit 8:00 to 12:30")
    await expect(days).to_have_count(6)
    await expect(days.last).to_contain_text("Bram Smit 20:00 to 21:00")
    today = now().date()
    away = [[today.isoformat(), (today + timedelta(days=14)).isoformat()]]
    await sets(windows, "bram", away=away)
    await week.get_by_role("button", name="Next week").click()
    await expect(days).to_have_count(5)
    await expect(days.first).to_contain_text("Bram Smit away")


async def test_a_guardian_sets_quiet_hours(windows: Windows) -> None:
    fatima = await windows.open("fatima", "/settings")
    card = fatima.locator(".card").filter(has=fatima.get_by_role("heading", name="Quiet hours"))
    await card.get_by_label("No sound in these hours").check()
    await card.get_by_label("From").fill("21")
    await expect(card).to_contain_text("No sound between 21:00 and 7:00.")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("Saved.")).to_be_visible()
    account = await there(windows.store, Account, windows.cast.account("fatima"))
    assert account.quiet_hours == ("21:00", "07:00")
    await fatima.reload()
    await expect(card.get_by_label("From")).to_have_value("21:00")
    await card.get_by_label("No sound in these hours").uncheck()
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("Saved.")).to_be_visible()
    account = await there(windows.store, Account, windows.cast.account("fatima"))
    assert account.quiet_hours is None
