"""Stories are played over both databases: `school` is a running Hekje on SQLite, then on MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.places import Place
from tests.stories.town import StartTown, Town, start_town


@pytest.fixture
async def school(place: Place, tmp_path: Path) -> AsyncIterator[Town]:
    town = await start_town(place, tmp_path)
    yield town
    await town.close()


@pytest.fixture
async def open_town(tmp_path: Path) -> AsyncIterator[StartTown]:
    """Starts one more school, on SQLite, with a name of its own."""
    towns: list[Town] = []

    async def start(name: str) -> Town:
        town = await start_town(Place("sqlite", str(tmp_path / name / "hekje.db")), tmp_path / name)
        towns.append(town)
        return town

    yield start
    for town in towns:
        await town.close()
