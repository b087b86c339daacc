"""Looking around in the demo school: a click, a second window, and the two talk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.fit import BURSTS
from tests.browser.house import PATIENCE, Windows
from tests.browser.talk import composer, sent, write
from tests.browser.test_screens import AXE, violations
from tests.running.house import Server

lasting = pytest_asyncio.fixture(scope="module", loop_scope="session")


@lasting
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    server = Server(tmp_path_factory.mktemp("demo") / "data", demo=True)
    await server.start()
    yield server
    await server.demolish()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One browser, as somebody has who looks around."""
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


async def at_door(visitor: BrowserContext, demo: Server) -> Page:
    page = await visitor.new_page()
    await page.goto(f"http://localhost:{demo.port}")
    await expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
    return page


async def choose(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def test_one_click_each_and_two_windows_talk(demo: Server, visitor: BrowserContext) -> None:
    fatima = await at_door(visitor, demo)
    async with visitor.expect_page() as opened:
        await fatima.get_by_role("link", name="Open a second window").click()
    anouk = await opened.value
    await choose(fatima, "Fatima Mother of Sami")
    await expect(fatima.get_by_role("heading", name="Hello Fatima")).to_be_visible()
    names = fatima.get_by_role("region").get_by_role("heading", level=2)
    await expect(names.filter(has_text="Amrani")).to_have_text(["Sami Amrani", "Noor Amrani"])
    sami = fatima.get_by_role("region", name="Sami Amrani")
    await sami.get_by_role("link").filter(has_text="2 new messages").click()
    await expect(sent(fatima, "Hebben jullie thuis een boek over ruimtevaart?")).to_have_count(1)

    await choose(anouk, "Juf Anouk Teacher")
    await expect(anouk.get_by_role("heading", name="Class 3")).to_be_visible()
    await write(fatima, "Een hele plank vol! Ik geef hem er een mee.")
    row = anouk.get_by_role("link", name="Sami Amrani").filter(has_text="Een hele plank vol!")
    await row.click()
    await write(anouk, "Heel graag, tot morgen.")
    await expect(sent(fatima, "tot morgen")).to_contain_text("Anouk Jansen")

    await fatima.reload()
    await expect(composer(fatima)).to_be_visible()
    await expect(sent(fatima, "tot morgen")).to_have_count(1)
    await expect(anouk.get_by_role("link", name="My children")).to_be_visible()


async def test_who_logs_out_can_be_somebody_else(demo: Server, visitor: BrowserContext) -> None:
    page = await at_door(visitor, demo)
    await choose(page, "Ria")
    await expect(page.get_by_role("heading", name="Office")).to_be_visible()
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Log out").click()
    await choose(page, "Joost Father")
    await expect(page.get_by_role("region", name="Lotte de Vries")).to_be_visible()
    await expect(page.get_by_text("Marloes")).to_have_count(0)


async def test_the_page_changes_its_language_with_all_its_people(
    demo: Server, visitor: BrowserContext
) -> None:
    page = await at_door(visitor, demo)
    await choose(page, "Nederlands")
    await expect(page.get_by_role("heading", name="Wie ben je vandaag?")).to_be_visible()
    await choose(page, "Moeder van Sami")
    await expect(page.get_by_role("heading", name="Dag Fatima")).to_be_visible()


async def test_the_page_can_be_used_by_everybody(demo: Server, visitor: BrowserContext) -> None:
    page = await at_door(visitor, demo)
    await page.evaluate(AXE.read_text())
    for light in ("light", "dark"):
        await page.emulate_media(color_scheme=light)
        assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate(BURSTS) == []
    await page.get_by_text("Log in with an e-mail address").click()
    await expect(page.get_by_label("E-mail address")).to_be_visible()
    assert await violations(page) == []


async def test_the_page_of_a_real_school_offers_nobody(windows: Windows) -> None:
    page = await windows.open()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await expect(page.get_by_label("E-mail address")).to_be_visible()
    await expect(page.get_by_role("button", name="Fatima")).to_have_count(0)
    await expect(page.get_by_text("Other parents do not read along.")).to_be_visible()
