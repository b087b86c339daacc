"""How long a large roster takes, and what messages notice of it: `python -m bench.roster`.

A server answers one parent and one teacher of a school that goes on, who write
as soon as they are answered. Meanwhile `hekje roster import`, a process of its
own on the same database, takes the roster of a large school; then next year's.
Prints figures, and fails on a missed target.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import socketio

from bench import seed, servers
from bench.scenes import Scene
from storage.schema import Deployment, School
from storage.store import Store
from storage.writes import Insert
from tests.roster.make import MadeSchool, large_school, write_oneroster
from tests.servers import secantus
from tests.storage.places import Place

LARGE = "large"
"""The school that the roster is of; nobody is connected there."""
GOES_ON = Scene("a class that writes", classes=1, parents=1, teachers=1, senders=1)
IMPORT_WITHIN = 30.0
ANSWERED_WITHIN = 1.0
SECRET = "a secret of this bench, long enough for it"


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in seconds."""

    what: str
    took: float
    answers: int
    slowest: float

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.took:.1f} s, meanwhile {self.answers} messages, "
            f"the slowest answered in {self.slowest * 1000:.0f} ms"
        )


async def measure(place: Place, folder: Path, made: MadeSchool) -> list[Measured]:
    """The first import, next year's, and that one again, with a server on the same database."""
    exports = {"a first roster": made, "next year's": _next_year(made)}
    for name, of_year in exports.items():
        write_oneroster(folder / name, of_year)
    store = await place.open()
    await _fill(store)
    await store.close()
    environment = _environment(place, folder)
    found: list[Measured] = []
    with _served(environment) as port:
        async with Correspondents(port) as writing:
            for what, name in (
                *zip(exports, exports, strict=True),
                ("the same again", "next year's"),
            ):
                took, answers, slowest = await writing.meanwhile(
                    _import(folder / name, environment)
                )
                found.append(Measured(f"{place.kind}, {what}", took, answers, slowest))
    return found


class Correspondents:
    """A parent and a teacher, each with one message on its way at any time."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        people = seed.guardian_id(0, 0), seed.teacher_id(0, 0)
        self._clients = {id: socketio.AsyncClient(reconnection=False) for id in people}
        self._answered: list[float] = []
        self._numbers = itertools.count()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Correspondents:
        for id, client in self._clients.items():
            token = {"token": seed.token(id)}
            await client.connect(self._url, auth=token, transports=["websocket"])
            self._tasks.append(asyncio.create_task(self._write(client)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for client in self._clients.values():
            await client.disconnect()

    async def meanwhile(self, work: asyncio.Future[None]) -> tuple[float, int, float]:
        """How long it took, how many messages were answered, and how long the slowest waited."""
        self._answered.clear()
        began = time.perf_counter()
        await work
        took = time.perf_counter() - began
        await asyncio.sleep(2 * ANSWERED_WITHIN)  # whoever still waits counts too
        for task in self._tasks:
            if task.done():
                task.result()
        return took, len(self._answered), max(self._answered)

    async def _write(self, client: socketio.AsyncClient) -> None:
        about = {"conversation_id": seed.conversation_id(0, 0)}
        while True:
            began = time.perf_counter()
            message = {**about, "key": f"{next(self._numbers)}", "text": "Tot morgen!"}
            while not (answer := await client.call("message.send", message, timeout=60))["ok"]:
                if answer["error"]["code"] != "unavailable":  # then the same key is sent again
                    raise RuntimeError(answer)
            self._answered.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)


async def _run(environment: dict[str, str], *words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", *words,
        cwd=servers.ROOT, env={**os.environ, **environment}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await process.wait() != 0:
        raise RuntimeError(f"hekje {words[0]} {words[1]} ended with {process.returncode}")


def _import(export: Path, environment: dict[str, str]) -> asyncio.Task[None]:
    words = "roster", "import", "--school", LARGE, "--confirm", str(export)
    return asyncio.create_task(_run(environment, *words))


async def _fill(store: Store) -> None:
    await seed.fill(store, GOES_ON)
    deployment = Deployment(id="deployment", epoch="bench")
    await store.commit([Insert(deployment), Insert(School(id=LARGE, name="De Reus"))])


def _next_year(made: MadeSchool) -> MadeSchool:
    """Everybody goes on in the next year's classes."""
    starts, ends = made.starts.year + 1, made.ends.year + 1
    return replace(made, starts=made.starts.replace(year=starts), ends=made.ends.replace(year=ends))


def _environment(place: Place, folder: Path) -> dict[str, str]:
    database = f"sqlite:///{place.address}" if place.kind == "sqlite" else place.address
    return {
        "HEKJE_DATA": str(folder / "data"),
        "HEKJE_DATABASE": database,
        "HEKJE_SECRET": SECRET,
        "HEKJE_RATE": "0",
    }


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[int]:
    port = servers.free_port()
    words = ["-m", "server.cli", "serve", "--no-worker", "--no-demo"]
    with servers.started(words, port, {**environment, "HEKJE_PORT": str(port)}):
        yield port


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.roster", description=__doc__)
    parser.add_argument("--pupils", type=int, default=5_000)
    parser.add_argument("--guardians", type=int, default=9_000)
    parser.add_argument("--store", choices=("sqlite", "mongo"), help="one of them alone")
    options = parser.parse_args()
    made = large_school(options.pupils, options.guardians)
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        if options.store != "mongo":
            place = Place("sqlite", str(Path(folder) / "hekje.db"))
            found += asyncio.run(measure(place, Path(folder) / "sqlite", made))
        if options.store != "sqlite":
            with secantus() as url:
                place = Place("motor", f"{url}/hekje")
                found += asyncio.run(measure(place, Path(folder) / "mongo", made))
    for measured in found:
        print(measured)
    late = [one for one in found if one.took > IMPORT_WITHIN]
    late += [one for one in found if "sqlite" in one.what and one.slowest > ANSWERED_WITHIN]
    for one in late:
        print(f"bench: missed: {one.what}", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
