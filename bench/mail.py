"""How much mail one worker sends: `python -m bench.mail [--mails N]`.

N invitations wait in a database; a worker takes, writes, sends and forgets
each, as in a school. The mail server that takes them, over TCP, is a process
of its own on the other core, so that the worker's processor time is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.machine import GENERATOR_CORE, SERVER_CORE
from bench.servers import free_port
from server.clock import now
from server.notify.letters import Letters
from server.notify.outbox import send_due
from server.notify.transport import open_transport
from server.school.invitations import Invitation, invite
from storage import ids
from storage.schema import Guardian, Guardianship, Pupil, School
from storage.sqlite import open_sqlite
from storage.store import Store
from storage.writes import Insert, Write

TARGET = 100
"""Mails per second of processor time."""
LETTERS = Letters("http://localhost:8080", "Hekje <no-reply@localhost>", b"a secret to measure")
AT_ONCE = 200
"""Mails put into the database in one commit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took; times in seconds."""

    mails: int
    cpu: float
    wall: float
    grown: float
    """MB of memory at the most, beyond what the first round had needed."""

    @property
    def per_cpu_second(self) -> float:
        return self.mails / self.cpu


async def measure(folder: Path, mails: int) -> Measured:
    store = await open_sqlite(folder / "mail.db")
    await _fill(store, mails)
    try:
        async with mail_server() as port:
            return await _send_all(store, port, folder, mails)
    finally:
        await store.close()


async def _send_all(store: Store, port: int, folder: Path, mails: int) -> Measured:
    transport = open_transport(f"smtp://127.0.0.1:{port}", folder)
    sent, early = 0, 0.0
    cpu, wall = time.process_time(), time.perf_counter()
    while more := await send_due(store, transport, LETTERS):
        sent += more
        early = early or _memory()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await transport.close()
    if sent != mails:
        raise SystemExit(f"bench: {sent} of {mails} mails were sent")
    return Measured(mails, cpu, wall, _memory() - early)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _fill(store: Store, mails: int) -> None:
    """One school, and as many guardians as mails, each with an invitation that is due."""
    await store.commit(
        [
            Insert(School(id="eik", name="De Eik")),
            Insert(Pupil(id="eik.p", school_id="eik", sis_id="p", given_name="S", family_name="A")),
        ]
    )
    for first in range(0, mails, AT_ONCE):
        numbers = range(first, min(mails, first + AT_ONCE))
        await store.commit([write for number in numbers for write in _invitation(number)])


def _invitation(number: int) -> list[Write]:
    id, email = f"eik.g{number}", f"guardian{number}@eik.example"
    guardian = Guardian(
        id=id,
        school_id="eik",
        sis_id=f"g{number}",
        given_name="Fatima",
        family_name=f"van den Berg {number}",
        email=email,
    )
    tie = Guardianship(id=ids.pair("eik.p", id), school_id="eik", pupil_id="eik.p", guardian_id=id)
    invitation = Invitation("eik", id, "guardian", email, "nl")
    return [Insert(guardian), Insert(tie), *invite(invitation, [], "localhost", now())[1]]


# --- The mail server -----------------------------------------------------------------------


@asynccontextmanager
async def mail_server() -> AsyncIterator[int]:
    """One that takes all, a process of its own; its port."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.mail", "--take-mail", str(port)
    )
    try:
        await _answers(port)
        yield port
    finally:
        server.kill()
        await server.wait()


class _TakesAll:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


async def _take_mail(port: int) -> None:
    os.sched_setaffinity(0, {GENERATOR_CORE})
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_TakesAll()), "127.0.0.1", port)
    await server.serve_forever()


async def _answers(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mail", description=__doc__)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--take-mail", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take_mail:
        uvloop.run(_take_mail(options.take_mail))
        return 0
    os.sched_setaffinity(0, {SERVER_CORE})
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        seen = uvloop.run(measure(Path(folder), options.mails))
    print(
        f"{seen.mails} mails: {seen.per_cpu_second:.0f} per second of processor time, "
        f"{seen.mails / seen.wall:.0f} per second; {seen.grown:.1f} MB grown"
    )
    return 0 if seen.per_cpu_second >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
