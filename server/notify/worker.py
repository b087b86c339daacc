"""The worker: deals with notices, deliveries and mail that are due, at once when rung, else each second.

It asks the database by what is due next and keeps no timer for anybody: waiting costs the same
however many people there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from server.bell import Bell
from server.clock import now
from server.notify.deliveries import Deliveries
from server.notify.letters import Letters
from server.notify.notices import Notices
from server.notify.outbox import Outbox
from server.notify.pace import Pace
from server.notify.pushes import Looking, NobodyLooks, NoPush, Push
from server.notify.reading import Reading
from server.notify.transport import Transport
from storage.store import Store
from storage.writes import Unavailable

log = logging.getLogger("hekje.mail")

LOOK_SECONDS = 1.0

Look = Callable[[], Awaitable[int]]


async def run(
    store: Store,
    transport: Transport,
    letters: Letters,
    *,
    stop: asyncio.Event,
    clock: Callable[[], datetime] = now,
    push: Push | None = None,
    looking: Looking | None = None,
    bell: Bell | None = None,
    pace: Pace | None = None,
) -> None:
    """Work until `stop` is set; what is being sent then is finished first."""
    reading, bell = Reading(store), bell or Bell()
    looking, push = looking or NobodyLooks(), push or NoPush()
    pace = pace or Pace()
    notices = Notices(store, reading, clock, looking, push, pace)
    deliveries = Deliveries(store, reading, letters.host, clock, push, looking)
    outbox = Outbox(store, transport, letters, clock, reading)
    try:
        async with asyncio.TaskGroup() as senders:

            async def push_due() -> int:
                return await deliveries.hand_out(senders, stop)

            async def mail_due() -> int:
                return len(await outbox.hand_out(senders, stop))

            senders.create_task(_ring_at(stop, bell))
            # each by itself: a slow mail server or device holds up nothing but its own kind
            for look in (notices.spread, push_due, deliveries.mail, mail_due):
                senders.create_task(_look_and_wait(look, bell, stop, pace.between))
    finally:
        await transport.close()


async def _look_and_wait(look: Look, bell: Bell, stop: asyncio.Event, between: float) -> None:
    """What one look finds makes work for another: it rings for all.

    However often it is rung, `between` seconds pass: messages come first, and come together.
    """
    rung = bell.listen()
    while not stop.is_set():
        rung.clear()
        if await _look(look):
            bell.ring()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), between)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), LOOK_SECONDS)


async def _ring_at(stop: asyncio.Event, bell: Bell) -> None:
    await stop.wait()
    bell.ring()


async def _look(look: Look) -> int:
    try:
        return await look()
    except Unavailable as error:
        log.warning("the database is unavailable: %s", error)
    except Exception:
        # a worker that stops would hold up every message; nothing here has seen an address
        log.exception("looking for what is due went wrong")
    return 0
