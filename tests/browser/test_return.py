"""The line breaks while people write: what they wrote and were to read is there, once."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, expect

from storage.schema import MESSAGES, Message
from storage.store import Store
from tests.browser.eyes import strange, watch
from tests.browser.house import Windows, found_school
from tests.browser.look import PLAIN, Look, in_every_look
from tests.browser.talk import composer, in_order, send, sent, texts, write
from tests.browser.window import Window
from tests.cast import Cast
from tests.clients.house import open_database
from tests.crash.house import House


@asynccontextmanager
async def own_house(
    folder: Path, browser: Browser, look: Look = PLAIN, pictures: Path | None = None
) -> AsyncIterator[Windows]:
    """A server that a test may kill."""
    house = House(folder / "data", f"sqlite:///{folder / 'hekje.db'}")
    await house.fill()
    await house.open()
    store = await open_database(house.database)
    cast = Cast("killed")
    await found_school(store, cast, look.language)
    windows = Windows(house, browser, store, cast, look, pictures)
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


@in_every_look
async def test_the_server_is_killed_while_both_write(
    tmp_path: Path, browser: Browser, look: Look, pictures: Path | None
) -> None:
    async with own_house(tmp_path, browser, look, pictures) as windows:
        id = await windows.conversation("fatima", "Eerste bericht")
        fatima, anna = await windows.window("fatima", f"/c/{id}"), await windows.window("anna")
        await anna.row("Sami Amrani").click()
        await in_order(anna, "Eerste bericht")
        await watch(fatima.page, anna.page)
        for n in range(2):
            for window, name in ((fatima, "Fatima"), (anna, "Anna")):
                await write(window, f"{name} schrijft nummer {n}")
            await composer(anna).fill(f"Anna begint aan iets, {n}")
            await windows.house.kill()
            await write(fatima, f"Fatima merkt het niet, {n}")
            await fatima.sees("line.broken")
            await anna.sees("line.broken")
            await write(fatima, f"Fatima merkt het wel, {n}")
            await anna.picture("killed")
            await windows.house.open()
            await expect(composer(anna)).to_have_value(f"Anna begint aan iets, {n}")
            await send(anna)
            for window in (fatima, anna):
                await expect(sent(window, f"iets, {n}")).to_have_count(1)
                await expect(sent(window, f"het wel, {n}")).to_have_count(1)
        wanted = await stored(windows.store, id)
        assert len(wanted) == len(set(wanted)) == 1 + 2 * 5
        for window in (fatima, anna):
            await in_order(window, *wanted)
            assert await strange(window.page) == []


async def test_a_server_that_falls_silent_gets_the_message_once(
    tmp_path: Path, browser: Browser
) -> None:
    async with own_house(tmp_path, browser) as windows:
        id = await windows.conversation("fatima", "Eerste bericht")
        fatima = await windows.window("fatima", f"/c/{id}")
        await in_order(fatima, "Eerste bericht")
        await fatima.page.clock.install()
        assert windows.house.process
        os.kill(windows.house.process.pid, signal.SIGSTOP)
        await write(fatima, "Hoort u mij?")
        await fatima.sees("sending")
        await fatima.page.clock.fast_forward(13_000)
        await fatima.sees("line.broken")
        os.kill(windows.house.process.pid, signal.SIGCONT)
        await in_order(fatima, "Eerste bericht", "Hoort u mij?")
        assert await stored(windows.store, id) == ["Eerste bericht", "Hoort u mij?"]


@in_every_look
async def test_offline_and_back(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Wanneer is de uitvoering?")
    fatima, anna = [await windows.window(name, f"/c/{id}") for name in ("fatima", "anna")]
    await in_order(fatima, "Wanneer is de uitvoering?")
    await fatima.page.context.set_offline(True)
    await fatima.sees("line.broken")
    await write(anna, "Op donderdag.")
    await expect(sent(anna, "donderdag")).to_have_count(1)
    for text in ("Ik ben", "in de tunnel", "en schrijf door"):
        await write(fatima, text)
    await expect(fatima.text("sending.later")).to_have_count(3)
    await expect(sent(fatima, "donderdag")).to_have_count(0)
    await fatima.picture("offline")
    await watch(fatima.page)
    await fatima.page.context.set_offline(False)
    for window in (fatima, anna):
        await in_order(
            window,
            "Wanneer is de uitvoering?", "Op donderdag.",
            "Ik ben", "in de tunnel", "en schrijf door",
        )  # fmt: skip
    assert await strange(fatima.page) == []


async def test_a_phone_that_dies_has_kept_what_was_not_sent(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    fatima = await windows.window("fatima", f"/c/{id}")
    await in_order(fatima, "Eerste bericht")
    context = fatima.page.context
    await context.set_offline(True)
    await write(fatima, "Nog een bericht")
    await fatima.sees("sending.later")
    await composer(fatima).fill("En een half")
    await fatima.page.close()
    await context.set_offline(False)
    again = await context.new_page()
    await again.goto(f"{windows.house.url}/c/{id}")
    await in_order(again, "Eerste bericht", "Nog een bericht")
    await expect(composer(again)).to_have_value("En een half")


async def two_tabs(windows: Windows, *said: str) -> tuple[str, Window, Window]:
    id = await windows.conversation("fatima", *said)
    one = await windows.window("fatima", f"/c/{id}")
    other = await windows.window("fatima", f"/c/{id}", beside=one)
    for tab in (one, other):
        await in_order(tab, *said)
    return id, one, other


@in_every_look
async def test_a_second_tab_has_the_same_draft_and_the_same_messages(windows: Windows) -> None:
    id, one, other = await two_tabs(windows, "Eerste bericht")
    await watch(one.page, other.page)
    await composer(one).press_sequentially("Uit tab een")
    await expect(composer(other)).to_have_value("Uit tab een")
    await other.picture("second-tab")
    await send(one)
    await in_order(other, "Eerste bericht", "Uit tab een")
    await expect(composer(other)).to_have_value("")
    await write(other, "Uit tab twee")
    for tab in (one, other):
        await in_order(tab, "Eerste bericht", "Uit tab een", "Uit tab twee")
        assert await strange(tab.page) == []
    anna = await windows.somebody("anna")
    for tab in (one, other):
        await tab.page.goto(windows.house.url)
        await tab.sees("family.all_read")
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag!")
    for tab in (one, other):
        await tab.sees_count("family.new", 1)
    await one.link("family.alone").click()
    await in_order(one, "Eerste bericht", "Uit tab een", "Uit tab twee", "Dag!")
    await one.goes_back()
    for tab in (one, other):
        await tab.sees("family.all_read")


async def test_two_tabs_come_back_and_send_one_outbox(windows: Windows) -> None:
    id, one, other = await two_tabs(windows, "Eerste bericht")
    await one.page.context.set_offline(True)
    for tab in (one, other):
        await tab.sees("line.broken")
    await write(one, "Uit tab een")
    await write(other, "Uit tab twee")
    await one.page.context.set_offline(False)
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
