"""One browser and one server for all of these tests, a school of its own for each.

All of them run in one event loop, where the browser lives.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from storage.store import Store
from tests.browser.house import PATIENCE, Windows, found_school, open_browser
from tests.browser.look import PLAIN, Look
from tests.cast import Cast
from tests.clients.house import open_database
from tests.crash.house import House

HERE = Path(__file__).parent
lasting = pytest_asyncio.fixture(scope="session", loop_scope="session")
numbers = count(1)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@lasting
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = await open_browser(playwright)
        yield opened
        await opened.close()


@lasting
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that lasts. Who kills it takes a `House` of their own."""
    folder = tmp_path_factory.mktemp("browser")
    house = House(folder / "data", f"sqlite:///{folder / 'hekje.db'}", worker=True)
    await house.fill()
    await house.open()
    yield house
    await house.demolish()


@lasting
async def store(house: House) -> AsyncIterator[Store]:
    """The same database, as another process has it open."""
    store = await open_database(house.database)
    yield store
    await store.close()


@pytest.fixture
def look() -> Look:
    """That of most tests; `@in_every_look` tells a story in each."""
    return PLAIN


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    folder: str | None = request.config.getoption("--screens")
    return Path(folder) if folder else None


@pytest_asyncio.fixture(loop_scope="session")
async def windows(
    house: House, store: Store, browser: Browser, look: Look, pictures: Path | None
) -> AsyncIterator[Windows]:
    """Windows in a school of its own; afterwards nothing has gone wrong in any of them."""
    cast = Cast(f"school{next(numbers)}")
    await found_school(store, cast, look.language)
    windows = Windows(house, browser, store, cast, look, pictures)
    try:
        yield windows
        assert windows.troubles == []
    finally:
        await windows.close()
