"""Each test here runs four times: with both clients, on both databases."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.house import House


@pytest.fixture(params=["sqlite", "mongodb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hekje.db'}"
    server: str = request.getfixturevalue("mongo_server")
    return f"{server}/hekje_{secrets.token_hex(6)}"


@pytest.fixture(params=["python", "node"])
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> AsyncIterator[House]:
    house = House(tmp_path / "data", database, request.param)
    await house.fill()
    await house.open()
    yield house
    for person in house.people:
        await person.leave()
    await house.close()
