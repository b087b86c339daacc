"""A server that can be stopped and started again, on the same port and the same database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.app import Hekje, open_store
from server.settings import read
from storage.mongo import open_mongo
from storage.sqlite import open_sqlite
from storage.store import Store
from tests.cast import DE_IEP, REGENBOOG, move_in
from tests.clients.people import Client, NodeClient, PythonClient, Tickets
from tests.servers import free_port


async def open_database(url: str) -> Store:
    if url.startswith("sqlite:"):
        return await open_sqlite(Path(url.removeprefix("sqlite:///")))
    return await open_mongo(url)


KINDS: dict[str, type[PythonClient] | type[NodeClient]] = {
    "python": PythonClient,
    "node": NodeClient,
}


@dataclass
class House:
    """`house.somebody("fatima")` comes with the client that the test is about."""

    folder: Path
    database: str
    kind: str
    hekje: Hekje | None = None
    port: int = field(default_factory=free_port)
    people: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        settings = read(
            {
                "HEKJE_DATA": str(self.folder),
                "HEKJE_DATABASE": self.database,
                "HEKJE_SECRET": "a secret of sixteen and more",
                "HEKJE_PORT": str(self.port),
                "HEKJE_RATE": "0",
            },
            self.folder,
        )
        self.hekje = Hekje(settings, await open_store(settings))
        await self.hekje.start(worker=False)

    async def fill(self) -> None:
        """The cast moves into the empty house."""
        self.folder.mkdir(exist_ok=True)
        store = await open_database(self.database)
        await move_in(store, REGENBOOG, DE_IEP)
        await store.close()

    async def close(self) -> None:
        """As on SIGTERM."""
        if self.hekje is not None:
            await self.hekje.stop()
        self.hekje = None

    def visitor(self, auth: dict[str, Any]) -> Client:
        """Somebody who has not connected yet."""
        person: Client = KINDS[self.kind](self.url, auth)
        self.people.append(person)
        return person

    async def somebody(self, name: str, *, tickets: bool = False) -> Client:
        """Connected with their token, or with a fresh ticket each time."""
        token = REGENBOOG.token(name)
        fetched = Tickets(f"{self.url}/api/ticket", token) if tickets else None
        person: Client = KINDS[self.kind](self.url, {"token": token}, fetched)
        self.people.append(person)
        await person.connect()
        return person

    async def ticket(self, name: str) -> str:
        return await Tickets(f"{self.url}/api/ticket", REGENBOOG.token(name)).fetch()
