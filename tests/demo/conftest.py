"""The demo school, made once on each kind of database; who changes it takes a copy."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from server.app import Hekje, open_store
from server.clock import now
from server.demo import make
from server.settings import Settings, read
from storage.store import Store

SECRET = "a secret of sixteen and more"
MADE_AT = now()
"""Of each that is compared with another: what they have written depends on the minute."""


def settings_of(folder: Path, **settings: object) -> Settings:
    given = {f"HEKJE_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {"HEKJE_DATA": str(folder), "HEKJE_PORT": "0", "HEKJE_SECRET": SECRET, **given}
    return read(environment, folder)


async def make_in(settings: Settings, at: datetime | None = None, **how: int) -> list[str]:
    """What it said."""
    said: list[str] = []
    store = await open_store(settings)
    try:
        await make(store, settings, at or now(), said.append, **how)
    finally:
        await store.close()
    return said


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """On SQLite."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    folder.mkdir()
    settings = settings_of(folder)
    asyncio.run(make_in(settings, MADE_AT))
    return settings


@pytest.fixture
async def demo(made: Settings) -> AsyncIterator[Store]:
    """To look at."""
    store = await open_store(made)
    yield store
    await store.close()


@pytest.fixture
def copied(made: Settings, tmp_path: Path) -> Path:
    """A folder with a demo of one's own, on SQLite."""
    return Path(shutil.copytree(made.data, tmp_path / "data"))


@pytest.fixture
async def served(copied: Path) -> AsyncIterator[Hekje]:
    settings = settings_of(copied)
    hekje = Hekje(settings, await open_store(settings))
    await hekje.start(worker=False)
    yield hekje
    await hekje.stop()
