"""A parent and a teacher talk, each in a browser of their own."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.house import Windows
from tests.browser.talk import act, bubble, composer, sent, write


async def test_a_parent_writes_and_a_teacher_answers(windows: Windows) -> None:
    fatima, anna = await windows.open("fatima"), await windows.open("anna")
    await fatima.get_by_role("link", name="Write to the teachers of 3B").click()
    await expect(fatima.get_by_text("Who writes and reads along with you?")).to_be_visible()
    readers = fatima.get_by_text("This is read by: you, Anna Jansen and Bram Smit. Nobody else.")
    await expect(readers).to_be_visible()
    await fatima.get_by_role("button", name="Continue").click()
    await expect(composer(fatima)).to_be_visible()
    await expect(readers).to_be_visible()
    await expect(anna.get_by_text("will appear here")).to_be_visible()
    await write(fatima, "Sami is vandaag jarig!")
    await expect(sent(fatima, "jarig")).to_have_count(1)

    row = anna.get_by_role("link", name="Sami Amrani")
    await expect(row.get_by_text("1 new message")).to_be_attached()
    await row.click()
    await expect(sent(anna, "jarig")).to_have_count(1)
    await expect(fatima.get_by_text("The team has read this")).to_be_visible()

    await composer(anna).press_sequentially("Gefel")
    await expect(fatima.locator(".typing")).to_have_text("The team is writing…")
    await write(anna, "Gefeliciteerd!")
    await expect(sent(fatima, "Gefeliciteerd!")).to_have_count(1)
    await expect(fatima.locator(".typing")).to_have_text("")
    await expect(anna.get_by_text("Read by Fatima Amrani")).to_be_visible()
    await expect(anna.locator(".team-bar")).to_contain_text("Handled")


async def both(windows: Windows, *said: str) -> tuple[Page, Page]:
    id = await windows.conversation("fatima", *said)
    return await windows.open("fatima", f"/c/{id}"), await windows.open("anna", f"/c/{id}")


async def test_a_message_is_corrected_and_withdrawn_before_both(windows: Windows) -> None:
    fatima, anna = await both(windows, "Sami komt om tien uur")
    await act(bubble(fatima, "tien uur"), "Correct")
    await composer(fatima).fill("Sami komt om elf uur")
    await fatima.get_by_role("button", name="Save").click()
    for page in (fatima, anna):
        await expect(sent(page, "elf uur")).to_contain_text("corrected")
        await expect(bubble(page, "tien uur")).to_have_count(0)
    await act(bubble(fatima, "elf uur"), "Withdraw")
    await fatima.get_by_role("button", name="Yes, withdraw").click()
    for page in (fatima, anna):
        await expect(page.locator(".bubble").filter(has_text="was withdrawn")).to_have_count(1)
        await expect(page.get_by_text("elf uur")).to_have_count(0)
    await expect(composer(fatima)).to_have_value("")


async def test_the_team_agrees_who_answers(windows: Windows) -> None:
    _, anna = await both(windows, "Mag Sami eerder weg?")
    bram = await windows.open("bram")
    bar = anna.locator(".team-bar")
    await bar.get_by_role("button", name="I will answer").click()
    await expect(bar).to_contain_text("You will answer")
    await expect(bram.get_by_text("Anna Jansen will answer")).to_be_visible()
    await bar.get_by_role("button", name="No answer needed").click()
    await expect(bar).to_contain_text("Handled")
    await expect(bram.get_by_text("Nobody waits for an answer.")).to_be_visible()
    await bar.get_by_role("button", name="Needs an answer after all").click()
    await expect(bram.get_by_text("1 conversation waits for an answer.")).to_be_visible()
