"""How many digests one worker makes and sends: `python -m bench.digests [--digests N] [--idle SECONDS]`.

N teachers have unread messages and all digests are due at once; a worker bundles, writes, sends and
forgets each, on one core. The mail server that takes them, over TCP, is a process on the other.
Then nothing is due, and a worker waits for teachers in rising numbers: what that costs is printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import uvloop

from bench.evening import DUE, fill
from bench.machine import SERVER_CORE
from bench.mail import LETTERS, mail_server
from server.notify import worker
from server.notify.transport import Transport, open_transport
from storage.sqlite import open_sqlite

TARGET = 100
"""Digests per second."""
EARLY = 0.2
"""Of the digests; memory is compared with what it was when so many were out."""
CROWDS = (0, 1_000, 10_000)
"""Teachers for whom a worker waits."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took; times in seconds."""

    digests: int
    cpu: float
    wall: float
    grown: float
    """MB of memory at the end, beyond what it was at `EARLY`."""


async def measure(folder: Path, digests: int) -> Measured:
    store = await open_sqlite(folder / "digests.db")
    await fill(store, digests, spread=True)
    async with mail_server() as port:
        post = Counting(open_transport(f"smtp://127.0.0.1:{port}", folder))
        stop = asyncio.Event()
        cpu, wall = time.process_time(), time.perf_counter()
        working = asyncio.create_task(
            worker.run(store, post, LETTERS, stop=stop, clock=lambda: DUE)
        )
        await post.has_sent(int(digests * EARLY))
        early = _memory()
        await post.has_sent(digests)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        grown = _memory() - early
        stop.set()
        await working
    await store.close()
    return Measured(digests, cpu, wall, grown)


@dataclass
class Counting:
    """Counts the letters that another transport has handed over."""

    carrier: Transport
    sent: int = 0
    marks: dict[int, asyncio.Event] = field(default_factory=dict)

    async def send(self, message: EmailMessage) -> None:
        await self.carrier.send(message)
        self.sent += 1
        if self.sent in self.marks:
            self.marks[self.sent].set()

    async def close(self) -> None:
        await self.carrier.close()

    async def has_sent(self, letters: int) -> None:
        if self.sent < letters:
            await self.marks.setdefault(letters, asyncio.Event()).wait()


def _memory() -> float:
    """MB that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


# --- Waiting -------------------------------------------------------------------------------


async def wait_for(folder: Path, teachers: int, seconds: float) -> float:
    """Processor seconds per second, of a worker for whom nothing is due yet."""
    store = await open_sqlite(folder / f"waiting{teachers}.db")
    await fill(store, teachers, spread=True)
    transport = open_transport("", folder / "mail")
    stop = asyncio.Event()
    before = DUE - timedelta(hours=1)
    working = asyncio.create_task(
        worker.run(store, transport, LETTERS, stop=stop, clock=lambda: before)
    )
    await asyncio.sleep(1)
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    stop.set()
    await working
    await store.close()
    return share


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.digests", description=__doc__)
    parser.add_argument("--digests", type=int, default=10_000)
    parser.add_argument("--idle", type=float, default=20.0, metavar="SECONDS")
    options = parser.parse_args()
    os.sched_setaffinity(0, {SERVER_CORE})
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        seen = uvloop.run(measure(Path(folder), options.digests))
        print(
            f"{seen.digests} digests: {seen.digests / seen.wall:.0f} per second, "
            f"{seen.digests / seen.cpu:.0f} per second of processor time; {seen.grown:.1f} MB grown"
        )
        for teachers in CROWDS if options.idle else ():
            share = uvloop.run(wait_for(Path(folder), teachers, options.idle))
            print(f"waiting for {teachers} teachers: {share * 1000:.1f} ms of processor per second")
    return 0 if seen.digests / seen.cpu >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
