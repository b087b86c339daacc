"""Real parts for every test: a store of each kind, a server on a free port, people with clients."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from server.app import Hekje
from server.settings import read
from storage.sqlite import open_sqlite
from storage.store import Store
from tests.cast import DE_IEP, REGENBOOG, Cast, move_in
from tests.servers import secantus
from tests.somebody import Somebody
from tests.storage.places import Place

hypothesis.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screens", metavar="FOLDER", help="where browser tests leave pictures")
    parser.addoption("--long", action="store_true", help="the long runs of tests/pressure")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the long runs are asked for, with `--long`: docs/reliability.md has their results."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[str]:
    """One for all; each test has a database of its own there."""
    with secantus() as url:
        yield url


@pytest.fixture(params=["sqlite", "mongo"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty database of each kind: what takes this runs twice."""
    if request.param == "sqlite":
        return Place("sqlite", str(tmp_path / "hekje.db"))
    server: str = request.getfixturevalue("mongo_server")
    return Place("motor", f"{server}/hekje_{secrets.token_hex(6)}")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """The cast in a SQLite file."""
    store = await Place("sqlite", str(tmp_path / "hekje.db")).open()
    await move_in(store, REGENBOOG)
    yield store
    await store.close()


@dataclass
class School:
    """A running Hekje with the cast moved in; `school.somebody("fatima")` has a connected client."""

    hekje: Hekje
    cast: Cast = REGENBOOG
    people: list[Somebody] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hekje.port}"

    @property
    def store(self) -> Store:
        return self.hekje.store

    async def somebody(self, name: str, cast: Cast | None = None) -> Somebody:
        person = Somebody(self.url, {"token": (cast or self.cast).token(name)})
        self.people.append(person)
        return await person.connect()

    async def close(self) -> None:
        for person in self.people:
            await person.leave()
        await self.hekje.stop()


OpenSchool = Callable[..., Awaitable[School]]


@pytest.fixture
async def open_school(tmp_path: Path) -> AsyncIterator[OpenSchool]:
    """Starts a server on an empty store of one's own choice, with settings of one's own."""
    schools: list[School] = []

    async def start(store: Store | None = None, *, worker: bool = False, **settings: Any) -> School:
        given = {f"HEKJE_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {
            "HEKJE_DATA": str(tmp_path / "data"),
            "HEKJE_PORT": "0",
            "HEKJE_RATE": "0",
            **given,
        }
        store = store or await open_sqlite(tmp_path / "data" / "hekje.db")
        await move_in(store, REGENBOOG, DE_IEP)
        school = School(Hekje(read(environment, tmp_path), store))
        schools.append(school)
        await school.hekje.start(worker=worker)
        return school

    yield start
    for school in schools:
        await school.close()


@pytest.fixture
async def school(open_school: OpenSchool) -> School:
    """The usual one: SQLite, no worker, no rate limit."""
    return await open_school()
