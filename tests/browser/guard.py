"""Watches over a window in which hostile texts are shown."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.browser.fit import BURSTS
from tests.browser.hostile import ALL, FOREIGN, WATCH, plain
from tests.browser.house import Windows


class Guard:
    """Counts what a page ran, asked elsewhere, or said aloud."""

    def __init__(self, page: Page, windows: Windows) -> None:
        self.page = page
        self.home = windows.house.url
        self.heard: list[str] = []
        page.on("dialog", lambda dialog: self.heard.append(f"dialog {dialog.message}"))
        page.on("request", lambda asked: self._look(asked.url))
        page.on("popup", lambda _: self.heard.append("popup"))

    def _look(self, url: str) -> None:
        if not url.startswith(self.home):
            self.heard.append(url)

    async def saw_nothing(self) -> None:
        """Nothing ran, nothing became an element, and nothing makes the page wider than the window."""
        assert await self.page.evaluate("() => window.hits") == 0
        assert await self.page.evaluate(FOREIGN) == []
        assert (await self.page.title()).endswith("Hekje")
        assert self.heard == []
        wide = await self.page.evaluate(BURSTS)
        assert wide == [], (self.page.url, wide)

    async def saw_all_as_text(self, times: int = 1) -> None:
        """Each of the five hundred, in so many places at least."""
        shown = plain(await self.page.locator("#app").text_content())
        assert shown.count(plain(ALL)) >= times
        await self.saw_nothing()


async def guarded(windows: Windows, name: str | None, path: str = "/", **options: Any) -> Guard:
    page = await windows.open(name, "/healthz", **options)
    await page.add_init_script(WATCH)
    guard = Guard(page, windows)
    await page.goto(windows.house.url + path)
    return guard
