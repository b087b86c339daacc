"""Nothing moves under the finger or the pointer, and the keyboard stays with what somebody does."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.house import PHONE, Windows
from tests.browser.talk import bubble, composer, sent

TOUCH: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
LONG = "\n".join(f"Regel {n} van wat er vandaag is gebeurd" for n in range(1, 11))


async def tap(page: Page, selector: str) -> None:
    """Where it stands now, as a finger does: nothing is scrolled into view for it."""
    box = await page.locator(selector).bounding_box()
    assert box
    await page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


async def test_a_long_text_is_sent_with_one_tap_beside_an_open_question(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    page = await windows.open("fatima", f"/c/{id}", **TOUCH)
    await expect(page.get_by_text("Would you like a notification on this device")).to_be_visible()
    await tap(page, ".composer textarea")
    await page.keyboard.insert_text(LONG)
    await tap(page, ".composer .send")
    await expect(sent(page, "Regel 10")).to_have_count(1)
    await expect(composer(page)).to_be_focused()


async def test_no_question_comes_in_between_while_something_is_pressed(windows: Windows) -> None:
    id = await windows.conversation("fatima")
    page = await windows.open("fatima", f"/c/{id}")
    await expect(page.get_by_text("Write your first message")).to_be_visible()
    question = page.get_by_text("Would you like a notification on this device")
    await page.mouse.move(600, 300)
    await page.mouse.down()
    elsewhere = await windows.somebody("fatima")
    await elsewhere.sends(id, "1", "Sami heeft koorts")
    await expect(sent(page, "koorts")).to_have_count(1)
    await expect(question).to_have_count(0)
    await page.mouse.up()
    await expect(question).to_be_visible()


@pytest.mark.parametrize("height", [740, 420])
async def test_the_button_stays_in_reach_whatever_stands_above_it(
    windows: Windows, height: int
) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    look = {**TOUCH, "viewport": {"width": 360, "height": height}}
    page = await windows.open("fatima", f"/c/{id}", **look)
    await page.get_by_role("button", name="Who reads when?").click()
    await composer(page).fill(LONG)
    await expect(page.locator(".composer .send")).to_be_in_viewport(ratio=1)
    await tap(page, ".composer .send")
    await expect(sent(page, "Regel 10")).to_have_count(1)


async def test_a_list_stands_still_while_its_conversation_is_read(windows: Windows) -> None:
    await windows.conversation("fatima", "Sami heeft koorts")
    await windows.conversation("joost", "Lotte ook", pupil="lotte")
    await windows.conversation("youssef", "Sami komt later")
    page = await windows.open("anna")
    rows = page.locator(".row")
    await expect(rows).to_have_count(3)
    before = await rows.locator(".row-about").all_inner_texts()
    await expect(rows.locator(".badge")).to_have_count(3)
    box = await rows.first.bounding_box()
    assert box
    for _ in range(2):
        await page.mouse.click(box["x"] + 40, box["y"] + 20)
        await expect(rows.locator(".badge")).to_have_count(2)
        await expect(rows.first).to_have_attribute("aria-current", "page")
        assert await rows.locator(".row-about").all_inner_texts() == before
    await rows.nth(1).click()
    await expect(rows.locator(".badge")).to_have_count(1)
    await expect(rows.first).to_have_attribute("aria-current", "page")


async def test_a_conversation_that_is_only_begun_is_not_among_the_answered(
    windows: Windows,
) -> None:
    await windows.conversation("fatima", "Sami heeft koorts")
    anna = await windows.somebody("anna")
    about = {"class_id": windows.cast.groep_3b, "pupil_id": windows.cast.lotte}
    await anna.ok("conversation.open", **about)
    page = await windows.open("anna")
    begun = page.locator("section.card").filter(has_text="Begun, nothing written yet")
    await expect(begun.locator(".row")).to_contain_text("Lotte")
    await expect(page.get_by_role("heading", name="Answered")).to_have_count(0)


async def test_who_says_to_answer_can_type_the_answer(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    page = await windows.open("anna", f"/c/{id}")
    await expect(sent(page, "koorts")).to_have_count(1)
    await page.get_by_role("button", name="I will answer").click()
    await expect(page.locator(".team-bar")).to_contain_text("You will answer")
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type("Dank je, ")
    await expect(composer(page)).to_have_value("Dank je, ")


async def test_who_withdraws_by_keyboard_keeps_their_place(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    page = await windows.open("fatima", f"/c/{id}")
    own = bubble(page, "koorts")
    dots = own.get_by_role("button", name="Correct or withdraw")
    await dots.focus()
    await page.keyboard.press("Enter")
    await own.get_by_role("button", name="Withdraw", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(own.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dots).to_be_focused()
    await expect(own.get_by_role("button", name="Cancel")).to_have_count(0)
    await page.keyboard.press("Enter")
    await own.get_by_role("button", name="Withdraw", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(own.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".entry:focus")).to_contain_text("withdrawn")
