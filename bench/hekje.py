"""Hekje itself: the real server on a school that was seeded once and copied for each run."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import seed, servers
from bench.scenes import Scene, Seat, message
from storage import ids
from storage.schema import MESSAGES
from storage.sqlite import open_sqlite

DATABASE = "hekje.db"
NO_LIMITS = {"HEKJE_RATE": "0", "HEKJE_CONNECTIONS": "1000"}
"""Rate limits are counted per account, and here one account stands for many."""


@dataclass(frozen=True, slots=True)
class School:
    """A seeded folder; each run works on a copy."""

    folder: Path
    scene: Scene

    @classmethod
    def seeded(cls, folder: Path, scene: Scene, messages: int = 0) -> School:
        folder.mkdir(parents=True)
        asyncio.run(_seed(folder / DATABASE, scene, messages))
        return cls(folder, scene)

    @contextmanager
    def served(self, port: int) -> Iterator[tuple[int, Path]]:
        """The process id of a server on a fresh copy, and the copy; killed (-9) at the end."""
        copy = self.folder.with_name(f"{self.folder.name}-run")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy)
        environment = {
            **NO_LIMITS,
            "HEKJE_DATA": str(copy),
            "HEKJE_PORT": str(port),
            "HEKJE_URL": f"http://127.0.0.1:{port}",
        }
        with servers.started(["-m", "server.cli", "serve", "--no-demo"], port, environment) as pid:
            yield pid, copy

    def seats(self) -> list[Seat]:
        """Everybody, connected by their session; the first of the parents write."""
        scene = self.scene
        seats = [
            Seat(c, {"token": seed.token(seed.teacher_id(c, t))})
            for c in range(scene.classes)
            for t in range(scene.teachers)
        ]
        for number, (c, p) in enumerate(scene.people()):
            sends = message(seed.conversation_id(c, p)) if number < scene.senders else None
            seats.append(Seat(c, {"token": seed.token(seed.guardian_id(c, p))}, sends))
        return seats

    def teacher_asking(self, name: str, **request: object) -> Seat:
        """The first class's first teacher, who asks the same again and again."""
        return Seat(0, {"token": seed.token(seed.teacher_id(0, 0))}, (name, request))


def messages_kept(folder: Path, scene: Scene) -> int:
    """How many messages a database holds: what a killed server had really stored."""
    return asyncio.run(_count(folder / DATABASE, scene))


async def _seed(path: Path, scene: Scene, messages: int) -> None:
    store = await open_sqlite(path)
    try:
        await seed.fill(store, scene, messages)
    finally:
        await store.close()


async def _count(path: Path, scene: Scene) -> int:
    store = await open_sqlite(path)
    try:
        total = 0
        for c, p in scene.people():
            id = seed.conversation_id(c, p)
            first, end = ids.of_message(id, 0), ids.of_message(id, ids.LAST_SEQ)
            total += len(await store.find(MESSAGES, after=first, before=end, limit=ids.LAST_SEQ))
        return total
    finally:
        await store.close()
