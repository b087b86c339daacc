"""Deals with deliveries that are due: decides again, then pushes, or bundles into one e-mail.

An e-mail takes the place of what it bundles in one commit, its Message-ID with it: of any number
of workers one makes it, and the outbox sends it. A push is turned into the e-mail that stands in
for it before it goes out, so that it goes out at most once and a kill loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from server.clock import TICK, now
from server.notify.bundles import MOST_BUNDLED, bundle
from server.notify.cases import Case, case_of
from server.notify.pushes import Looking, NobodyLooks, NoPush, Push, PushNote
from server.notify.reading import Reading
from server.notify.roads import Way, email_after_push, way_of
from storage import ids
from storage.schema import (
    BUCKETS,
    DELIVERIES_DUE,
    DELIVERIES_OF_PERSON,
    NOTICES_DUE,
    Account,
    Delivery,
)
from storage.store import Store
from storage.writes import Delete, Duplicate, Replace, Stale, Unavailable, Write

log = logging.getLogger("hekje.notices")

AT_ONCE = 50
"""Deliveries looked up per bucket and round."""
PEOPLE = 8
"""Whose e-mails are made at the same time: a database joins what is committed together."""
PUSHERS = 60
"""Pushes on their way at the same time, of one worker: several times as many as one host may hold up."""
PUT_OFF = timedelta(minutes=10)
"""How long a delivery waits that something unforeseen went wrong with."""


@dataclass(slots=True)
class Deliveries:
    """The deliveries of one database."""

    store: Store
    reading: Reading
    host: str
    """For Message-IDs: where the links of this server lead."""
    clock: Callable[[], datetime] = now
    push: Push = field(default_factory=NoPush)
    looking: Looking = field(default_factory=NobodyLooks)
    chance: random.Random = field(default_factory=random.Random)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PUSHERS))

    async def mail(self) -> int:
        """Make the e-mails that are due; returns for how many people there was something to do.

        Raises `Unavailable`.
        """
        due = await self._due("email")
        people = {delivery.person_id: delivery for delivery in due}
        for delivery in await self._early(due):
            people.pop(delivery.person_id, None)
        return sum(await _several(PEOPLE, self._mail, list(people.values())))

    async def _early(self, due: Sequence[Delivery]) -> list[Delivery]:
        """Those that would miss something: what was written before they were due is not spread yet."""
        oldest: dict[int, datetime] = {}
        for bucket in {ids.bucket(delivery.school_id) for delivery in due}:
            for notice in await self.store.find(NOTICES_DUE, bucket, limit=1):
                oldest[bucket] = notice.due_at
        return [
            delivery
            for delivery in due
            if oldest.get(ids.bucket(delivery.school_id), delivery.due_at) < delivery.due_at
        ]

    async def hand_out(self, senders: asyncio.TaskGroup, stop: asyncio.Event) -> int:
        """Give the pushes that are due to senders as they come free; returns how many.

        A device that is slow holds up one of the senders.
        """
        given = 0
        for delivery in await self._due("push"):
            await self._free.acquire()
            if stop.is_set():
                self._free.release()
                break
            senders.create_task(self._send(delivery))
            given += 1
        return given

    async def _due(self, road: str) -> list[Delivery]:
        """In another order for each worker, so that they don't all reach for the same one."""
        due: list[Delivery] = []
        for bucket in range(BUCKETS):
            due += await self.store.find(
                DELIVERIES_DUE, road, bucket, before=self.clock() + TICK, limit=AT_ONCE
            )
        self.chance.shuffle(due)
        return due

    async def _commit(self, writes: list[Write]) -> bool:
        """False when another worker was faster, or something has just changed."""
        try:
            await self.store.commit(writes)
        except (Stale, Duplicate):
            return False
        return True

    async def _put_off(self, delivery: Delivery) -> None:
        with suppress(Unavailable):
            await self._commit([Replace(replace(delivery, due_at=self.clock() + PUT_OFF))])

    # --- E-mail ----------------------------------------------------------------------------

    async def _mail(self, one: Delivery) -> bool:
        turn = self.reading.at(self.clock())
        try:
            waiting = await self.store.find(
                DELIVERIES_OF_PERSON, one.person_id, "email", limit=MOST_BUNDLED
            )
            writes = await bundle(turn, one.person_id, waiting, self.host)
        except Unavailable:
            raise
        except Exception:
            log.exception("delivery %s went wrong", one.id)
            await self._put_off(one)
            return False
        return bool(writes) and await self._commit(writes)

    # --- Push ------------------------------------------------------------------------------

    async def _send(self, delivery: Delivery) -> None:
        """What goes wrong with one push holds up no other; one that is not begun is begun again."""
        try:
            await self._decide(delivery)
        except Unavailable as error:
            log.warning("delivery %s waits for the database: %s", delivery.id, error)
        except Exception:
            log.exception("delivery %s went wrong", delivery.id)
            await self._put_off(delivery)
        finally:
            self._free.release()

    async def _decide(self, delivery: Delivery) -> None:
        turn = self.reading.at(self.clock())
        case = await case_of(turn, delivery.person_id, delivery.message_id, {})
        way = await way_of(turn, case, self.looking, self.push) if case else None
        if case is None or way is None:
            await self._commit([Delete(delivery)])
        elif way.road == "email" or way.due_at > turn.now:
            moved = replace(delivery, road=way.road, due_at=way.due_at)
            await self._commit([Replace(moved)])
        else:
            await self._push(delivery, case, await email_after_push(turn, case))

    async def _push(self, delivery: Delivery, case: Case, instead: Way | None) -> None:
        """At most once: what it leaves behind, should this process end now, is an e-mail or nothing."""
        if instead is None:
            if await self._commit([Delete(delivery)]):
                await self._hand_over(case)
            return
        waiting = replace(delivery, road="email", due_at=instead.due_at)
        if await self._commit([Replace(waiting)]) and await self._hand_over(case):
            await self._commit([Delete(replace(waiting, version=delivery.version + 1))])

    async def _hand_over(self, case: Case) -> bool:
        account = await self.store.get(Account, case.person.account_id)
        if account is None:
            return False
        id = case.conversation.id
        try:
            return await self.push.send(account.id, PushNote(id, tag=id, locale=account.locale))
        except Exception as error:  # noqa: BLE001 - it goes by e-mail then
            log.error("a push went wrong: %s", type(error).__name__)
            return False


T = TypeVar("T")
R = TypeVar("R")


async def _several(most: int, work: Callable[[T], Awaitable[R]], items: Sequence[T]) -> list[R]:
    """Carry out `work` for each, at most so many at the same time; raises what went wrong first."""
    waiting, results = iter(items), list[R]()

    async def one_by_one() -> None:
        for item in waiting:
            results.append(await work(item))

    ended = await asyncio.gather(
        *(one_by_one() for _ in range(min(most, len(items)))), return_exceptions=True
    )
    for error in ended:
        if error is not None:
            raise error
    return results
