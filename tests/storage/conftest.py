"""Three databases, one contract: each test with a `place` or a `store` runs on all of them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.storage.places import Place


@pytest.fixture(params=["sqlite", "motor", "pymongo"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty database; the server that it needs is started with the first that needs it."""
    if request.param == "sqlite":
        return Place("sqlite", str(tmp_path / "hekje.db"))
    server: str = request.getfixturevalue("mongo_server")
    return Place(request.param, f"{server}/hekje_{secrets.token_hex(6)}")


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = await place.open()
    yield opened
    await opened.close()
