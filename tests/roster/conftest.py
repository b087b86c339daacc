"""Two schools without a roster, in a database of each kind where a test asks for it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.schema import School
from storage.store import Store
from storage.writes import Insert
from tests.roster.office import SCHOOL, Office
from tests.storage.places import Place


@pytest.fixture
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """SQLite, unless a test says `parametrize("store", …, indirect=True)`."""
    kind = getattr(request, "param", "sqlite")
    address = str(tmp_path / "hekje.db")
    if kind != "sqlite":
        address = f"{request.getfixturevalue('mongo_server')}/hekje_{secrets.token_hex(6)}"
    opened = await Place(kind, address).open()
    schools = School(id=SCHOOL, name="De Regenboog"), School(id="de-iep", name="De Iep")
    await opened.commit([Insert(school) for school in schools])
    yield opened
    await opened.close()


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(store, tmp_path / "export")
