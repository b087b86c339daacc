"""A house to put under pressure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The cast lives there; it is not open yet."""
    house = House(tmp_path / "data", f"sqlite:///{tmp_path / 'hekje.db'}")
    await house.fill()
    yield house
    await house.demolish()
