"""A parent and a teacher talk, each in a browser of their own."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.house import Windows
from tests.browser.look import in_every_look
from tests.browser.talk import act, bubble, composer, in_order, sent, write
from tests.browser.window import Window


@in_every_look
async def test_a_parent_writes_and_a_teacher_answers(windows: Windows) -> None:
    fatima, anna = await windows.window("fatima"), await windows.window("anna")
    await fatima.link("family.write", name="3B").click()
    await fatima.sees("write.include")
    readers = windows.look.words.listed(fatima.says("you"), "Anna Jansen", "Bram Smit")
    await fatima.sees("readers", names=readers)
    await fatima.button("write.go").click()
    await fatima.sees("readers", names=readers)
    await anna.sees("class.empty")
    await write(fatima, "Sami is vandaag jarig!")
    await expect(sent(fatima, "jarig")).to_have_count(1)

    row = anna.row("Sami Amrani")
    await expect(row.get_by_text(anna.says("unread.messages.one"))).to_be_attached()
    await row.click()
    await expect(sent(anna, "jarig")).to_have_count(1)
    await fatima.sees("read.team")

    await composer(anna).press_sequentially("Gefel")
    await expect(fatima.locator(".typing")).to_have_text(fatima.says("typing.team"))
    await fatima.picture("talk")
    await write(anna, "Gefeliciteerd!")
    await expect(sent(fatima, "Gefeliciteerd!")).to_have_count(1)
    await expect(fatima.locator(".typing")).to_have_text("")
    await anna.sees("read.by", names="Fatima Amrani")
    await expect(anna.locator(".team-bar")).to_contain_text(anna.says("handled"))


async def both(windows: Windows, *said: str) -> tuple[Window, Window]:
    id = await windows.conversation("fatima", *said)
    return await windows.window("fatima", f"/c/{id}"), await windows.window("anna", f"/c/{id}")


@in_every_look
async def test_messages_are_corrected_and_withdrawn_before_both(windows: Windows) -> None:
    words = windows.look.words
    fatima, anna = await both(windows, "Sami komt om tien uur", "Of toch niet?")
    await act(bubble(fatima, "tien uur"), words, "correct")
    await composer(fatima).fill("Sami komt om elf uur")
    await fatima.button("save").click()
    for window in (fatima, anna):
        await expect(sent(window, "elf uur")).to_contain_text(words("corrected"))
        await expect(bubble(window, "tien uur")).to_have_count(0)
    await act(bubble(fatima, "toch niet"), words, "withdraw")
    await fatima.picture("correct")
    await fatima.button("withdraw.yes").click()
    for window in (fatima, anna):
        await expect(sent(window, words("withdrawn"))).to_have_count(1)
        await in_order(window, "Sami komt om elf uur")
    await expect(composer(fatima)).to_have_value("")


@in_every_look
async def test_the_team_agrees_who_answers(windows: Windows) -> None:
    _, anna = await both(windows, "Mag Sami eerder weg?")
    bram = await windows.window("bram")
    await anna.button("take").click()
    await expect(anna.locator(".team-bar")).to_contain_text(anna.says("taken.me"))
    await bram.sees("taken.by", name="Anna Jansen")
    await bram.picture("team")
    await anna.button("handle").click()
    await expect(anna.locator(".team-bar")).to_contain_text(anna.says("handled"))
    await bram.sees("class.none_waiting")
    await anna.button("handle.undo").click()
    await bram.sees_count("class.waiting", 1)
