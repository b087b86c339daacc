"""A school whose time a test decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.places import Place
from tests.stories.town import Town, start_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """With a clock that a test can put forward."""
    town = await start_town(Place("sqlite", str(tmp_path / "hekje.db")), tmp_path)
    yield town
    await town.close()
