"""The line breaks while people write: what they wrote and were to read is there, once."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from storage.schema import MESSAGES, Message
from storage.store import Store
from tests.browser.eyes import strange, watch
from tests.browser.house import Windows
from tests.browser.talk import composer, in_order, sent, texts, write
from tests.cast import REGENBOOG
from tests.clients.house import open_database
from tests.crash.house import House

NO_CONNECTION = "No connection. What you write is kept and will be sent later."


@asynccontextmanager
async def own_house(folder: Path, browser: Browser) -> AsyncIterator[Windows]:
    """A server that a test may kill."""
    house = House(folder / "data", f"sqlite:///{folder / 'hekje.db'}")
    await house.fill()
    await house.open()
    store = await open_database(house.database)
    windows = Windows(house, browser, store, REGENBOOG)
    try:
        yield windows
        assert windows.troubles == []
    finally:
        await windows.close()
        await store.close()
        await house.demolish()


async def stored(store: Store, conversation_id: str) -> list[str]:
    found: list[Message] = await store.find(MESSAGES, after=conversation_id + ".", limit=100)
    return [message.text for message in found if message.conversation_id == conversation_id]


async def test_the_server_is_killed_while_both_write(tmp_path: Path, browser: Browser) -> None:
    async with own_house(tmp_path, browser) as windows:
        id = await windows.conversation("fatima", "Eerste bericht")
        fatima, anna = [await windows.open(name, f"/c/{id}") for name in ("fatima", "anna")]
        await in_order(anna, "Eerste bericht")
        await watch(fatima, anna)
        for n in range(2):
            for page, name in ((fatima, "Fatima"), (anna, "Anna")):
                await write(page, f"{name} schrijft nummer {n}")
            await composer(anna).fill(f"Anna begint aan iets, {n}")
            await windows.house.kill()
            await write(fatima, f"Fatima merkt het niet, {n}")
            await expect(fatima.get_by_text(NO_CONNECTION)).to_be_visible()
            await expect(anna.get_by_text(NO_CONNECTION)).to_be_visible()
            await write(fatima, f"Fatima merkt het wel, {n}")
            await windows.house.open()
            await expect(composer(anna)).to_have_value(f"Anna begint aan iets, {n}")
            await composer(anna).press("Enter")
            for page in (fatima, anna):
                await expect(sent(page, f"iets, {n}")).to_have_count(1)
                await expect(sent(page, f"het wel, {n}")).to_have_count(1)
        wanted = await stored(windows.store, id)
        assert len(wanted) == len(set(wanted)) == 1 + 2 * 5
        for page in (fatima, anna):
            await in_order(page, *wanted)
        assert [await strange(page) for page in (fatima, anna)] == [[], []]


async def test_a_server_that_falls_silent_gets_the_message_once(
    tmp_path: Path, browser: Browser
) -> None:
    async with own_house(tmp_path, browser) as windows:
        id = await windows.conversation("fatima", "Eerste bericht")
        fatima = await windows.open("fatima", f"/c/{id}")
        await in_order(fatima, "Eerste bericht")
        await fatima.clock.install()
        assert windows.house.process
        os.kill(windows.house.process.pid, signal.SIGSTOP)
        await write(fatima, "Hoort u mij?")
        await expect(fatima.get_by_text("Sending…")).to_be_visible()
        await fatima.clock.fast_forward(13_000)
        await expect(fatima.get_by_text(NO_CONNECTION)).to_be_visible()
        os.kill(windows.house.process.pid, signal.SIGCONT)
        await in_order(fatima, "Eerste bericht", "Hoort u mij?")
        assert await stored(windows.store, id) == ["Eerste bericht", "Hoort u mij?"]


async def test_offline_and_back(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Wanneer is de uitvoering?")
    fatima, anna = [await windows.open(name, f"/c/{id}") for name in ("fatima", "anna")]
    await in_order(fatima, "Wanneer is de uitvoering?")
    await fatima.context.set_offline(True)
    await expect(fatima.get_by_text(NO_CONNECTION)).to_be_visible()
    await write(anna, "Op donderdag.")
    await expect(sent(anna, "donderdag")).to_have_count(1)
    for text in ("Ik ben", "in de tunnel", "en schrijf door"):
        await write(fatima, text)
    await expect(fatima.get_by_text("Waits for a connection")).to_have_count(3)
    await expect(sent(fatima, "donderdag")).to_have_count(0)
    await watch(fatima)
    await fatima.context.set_offline(False)
    for page in (fatima, anna):
        await in_order(
            page,
            "Wanneer is de uitvoering?", "Op donderdag.",
            "Ik ben", "in de tunnel", "en schrijf door",
        )  # fmt: skip
    assert await strange(fatima) == []


async def test_a_phone_that_dies_has_kept_what_was_not_sent(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    fatima = await windows.open("fatima", f"/c/{id}")
    await in_order(fatima, "Eerste bericht")
    await fatima.context.set_offline(True)
    await write(fatima, "Nog een bericht")
    await expect(fatima.get_by_text("Waits for a connection")).to_be_visible()
    await composer(fatima).fill("En een half")
    context = fatima.context
    await fatima.close()
    await context.set_offline(False)
    again = await context.new_page()
    await again.goto(f"{windows.house.url}/c/{id}")
    await in_order(again, "Eerste bericht", "Nog een bericht")
    await expect(composer(again)).to_have_value("En een half")


async def two_tabs(windows: Windows, *said: str) -> tuple[str, Page, Page]:
    id = await windows.conversation("fatima", *said)
    one = await windows.open("fatima", f"/c/{id}")
    other = await windows.open("fatima", f"/c/{id}", beside=one)
    for tab in (one, other):
        await in_order(tab, *said)
    return id, one, other


async def test_a_second_tab_has_the_same_draft_and_the_same_messages(windows: Windows) -> None:
    id, one, other = await two_tabs(windows, "Eerste bericht")
    await watch(one, other)
    await composer(one).press_sequentially("Uit tab een")
    await expect(composer(other)).to_have_value("Uit tab een")
    await composer(one).press("Enter")
    await in_order(other, "Eerste bericht", "Uit tab een")
    await expect(composer(other)).to_have_value("")
    await write(other, "Uit tab twee")
    for tab in (one, other):
        await in_order(tab, "Eerste bericht", "Uit tab een", "Uit tab twee")
    assert [await strange(tab) for tab in (one, other)] == [[], []]
    anna = await windows.somebody("anna")
    await one.goto(windows.house.url)
    await other.goto(windows.house.url)
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag!")
    for tab in (one, other):
        await expect(tab.get_by_text("There is news in 1 conversation.")).to_be_visible()
    await one.get_by_role("link", name="You and the team").click()
    for tab in (one, other):
        await expect(tab.get_by_text("You have read everything.")).to_be_visible()


async def test_two_tabs_come_back_and_send_one_outbox(windows: Windows) -> None:
    id, one, other = await two_tabs(windows, "Eerste bericht")
    await one.context.set_offline(True)
    for tab in (one, other):
        await expect(tab.get_by_text(NO_CONNECTION)).to_be_visible()
    await write(one, "Uit tab een")
    await write(other, "Uit tab twee")
    await one.context.set_offline(False)
    for tab in (one, other):
        await expect(sent(tab, "Uit tab")).to_have_count(2)
        await expect(tab.locator(".is-pending")).to_have_count(0)
    wanted = await stored(windows.store, id)
    assert sorted(wanted) == ["Eerste bericht", "Uit tab een", "Uit tab twee"]
    assert await texts(one) == await texts(other) == wanted


async def test_nothing_is_sent_in_the_name_of_whoever_logs_in_after(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    fatima = await windows.open("fatima", f"/c/{id}")
    await in_order(fatima, "Eerste bericht")
    await fatima.context.set_offline(True)
    await write(fatima, "Alleen van mij")
    await composer(fatima).fill("Half geschreven")
    await windows.enter(fatima.context, "anna")
    await fatima.context.set_offline(False)
    anna = fatima
    await expect(anna.locator(".team-bar")).to_be_visible()
    await in_order(anna, "Eerste bericht")
    await expect(composer(anna)).to_have_value("")
    await windows.enter(anna.context, "fatima")
    await anna.reload()
    await in_order(fatima, "Eerste bericht", "Alleen van mij")
    await expect(composer(fatima)).to_have_value("Half geschreven")
    (_, last) = await windows.store.find(MESSAGES, after=id + ".", limit=2)
    assert last.author_id == windows.cast.fatima
