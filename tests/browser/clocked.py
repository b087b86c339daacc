"""A served school whose clock a test sets, in the server and in the browsers alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Page

from server.app import Hekje, open_store
from server.settings import read
from tests.browser.house import Windows, found_school
from tests.cast import Cast
from tests.clients.house import open_database
from tests.crash.house import House
from tests.stories.town import Clock


@dataclass
class ClockedHouse(House):
    """Served in this process, for its clock; everything else is as people run it."""

    clock: Clock = field(default_factory=Clock)
    hekje: Hekje | None = None

    async def open(self) -> None:
        settings = read(self.environment(), self.folder)
        self.hekje = Hekje(settings, await open_store(settings), clock=self.clock)
        await self.hekje.start(worker=False)

    async def demolish(self) -> None:
        if self.hekje is not None:
            await self.hekje.stop()

    async def later(self, span: timedelta, *pages: Page) -> None:
        """Time passes: for the server first, as nobody knows an instant before it."""
        self.clock.ahead += span
        for page in pages:
            await page.clock.fast_forward(int(span.total_seconds() * 1000))


@asynccontextmanager
async def clocked_windows(
    browser: Browser, folder: Path, at: datetime
) -> AsyncIterator[tuple[Windows, ClockedHouse]]:
    """From that instant on time passes as it does."""
    house = ClockedHouse(folder / "data", f"sqlite:///{folder / 'hekje.db'}")
    await house.fill()
    house.clock.ahead = at - house.clock()
    await house.open()
    store = await open_database(house.database)
    cast = Cast("clocked")
    await found_school(store, cast)
    windows = Windows(house, browser, store, cast, clock=house.clock)
    try:
        yield windows, house
        assert windows.troubles == []
    finally:
        await windows.close()
        await store.close()
        await house.demolish()
