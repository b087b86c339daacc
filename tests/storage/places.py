"""Where a test keeps its records, in words that fit on a command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage.mongo import open_mongo
from storage.sqlite import open_sqlite
from storage.store import Store


@dataclass(frozen=True)
class Place:
    kind: str
    """`sqlite`, or the Mongo driver: `motor` or `pymongo`."""
    address: str

    @property
    def url(self) -> str:
        """As the settings name it."""
        return f"sqlite:///{self.address}" if self.kind == "sqlite" else self.address

    async def open(self) -> Store:
        if self.kind == "sqlite":
            return await open_sqlite(Path(self.address))
        return await open_mongo(self.address, "pymongo" if self.kind == "pymongo" else "motor")
