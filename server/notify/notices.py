"""Takes the notices that are due and makes a delivery for each person who must hear of them.

A batch of notices is deleted in the commit that makes their deliveries, so that of any number of
workers one makes them, and a kill loses none.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from server.clock import TICK, now
from server.notify.cases import case_of, cases_of
from server.notify.pace import Pace
from server.notify.pushes import Looking, NobodyLooks, NoPush, Push
from server.notify.reading import Reading
from server.notify.roads import email_of, way_of
from server.presence.setting import retime
from server.turn import Turn
from storage import ids
from storage.schema import (
    BUCKETS,
    DELIVERIES_OF_PERSON,
    NOTICES_DUE,
    ROLES_OF_SCHOOL,
    Conversation,
    Delivery,
    Notice,
)
from storage.store import Store
from storage.writes import Delete, Duplicate, Insert, Replace, Stale, Unavailable, Write

log = logging.getLogger("hekje.notices")

AT_ONCE = 50
"""Notices in one commit, if each makes a few deliveries."""
MOST_WRITES = 50
"""Writes after which a commit is full: messages wait for the same database."""
PUT_OFF = timedelta(minutes=10)
"""How long a notice waits that something unforeseen went wrong with."""
MOST_RETIMED = 1_000
"""Deliveries of one person that changed settings move; others move when they come due."""
MOST_TEACHERS = 1_000


@dataclass(slots=True)
class Notices:
    """The notices of one database."""

    store: Store
    reading: Reading
    clock: Callable[[], datetime] = now
    looking: Looking = field(default_factory=NobodyLooks)
    push: Push = field(default_factory=NoPush)
    pace: Pace = field(default_factory=Pace)
    chance: random.Random = field(default_factory=random.Random)

    async def spread(self) -> int:
        """Deal with what is due, once around; returns how many notices that were.

        Each worker goes around in an order of its own. What another one was faster with is left
        to it, or to the next look. Raises `Unavailable`.
        """
        done = 0
        for bucket in self.chance.sample(range(BUCKETS), BUCKETS):
            due = await self.store.find(
                NOTICES_DUE, bucket, before=self.clock() + TICK, limit=AT_ONCE
            )
            if due:
                done += await self._take(due)
        return done

    async def _take(self, due: Sequence[Notice]) -> int:
        taken, waiting = 0, list(due)
        while waiting:
            with self.pace.measured():
                taken += await self._take_some(waiting)
            await self.pace.breathe()
        return taken

    async def _take_some(self, waiting: list[Notice]) -> int:
        """The first of them, in one commit; returns how many, or 0 where another was faster.

        Who is to be retimed is so once: no commit is taken that moves a delivery twice.
        """
        turn = self.reading.at(self.clock())
        writes: list[Write] = []
        retimed: set[str | None] = {None}
        taken = 0
        while waiting and len(writes) < MOST_WRITES:
            notice = waiting.pop(0)
            again = notice.message_id is None and notice.retimed in retimed
            writes += [Delete(notice)] if again else await self._deal_with(turn, notice)
            retimed.add(notice.retimed)
            taken += 1
            await asyncio.sleep(0)  # nobody's message waits for all of them
        try:
            await self.store.commit(writes)
        except (Stale, Duplicate):
            return 0
        return taken

    async def _deal_with(self, turn: Turn, notice: Notice) -> list[Write]:
        """Nothing that goes wrong with one notice keeps another waiting."""
        try:
            if notice.message_id is not None:
                made: list[Write] = [
                    Insert(one) for one in await self._deliveries(turn, notice.message_id)
                ]
            else:
                made = await _retimed(turn, notice)
        except Unavailable:
            raise
        except Exception:
            log.exception("notice %s went wrong", notice.id)
            return [Replace(replace(notice, due_at=turn.now + PUT_OFF))]
        return [Delete(notice), *made]

    async def _deliveries(self, turn: Turn, message_id: str) -> list[Delivery]:
        made = []
        for case in await cases_of(turn, message_id):
            way = await way_of(turn, case, self.looking, self.push)
            if way is not None:
                person_id = case.person.person_id
                made.append(
                    Delivery(
                        id=ids.pair(message_id, person_id),
                        school_id=case.message.school_id,
                        person_id=person_id,
                        message_id=message_id,
                        road=way.road,
                        bucket=ids.bucket(person_id),
                        due_at=way.due_at,
                    )
                )
        return made


async def _retimed(turn: Turn, notice: Notice) -> list[Write]:
    """What waits for a person, moved to when their settings of today say.

    A push that was held is looked at again now. A school's notice becomes one for each of its
    teachers.
    """
    if notice.retimed == notice.school_id:
        roles = await turn.store.find(
            ROLES_OF_SCHOOL, notice.school_id, "teacher", limit=MOST_TEACHERS
        )
        # each with an id that none of a teacher's own has
        return [
            Insert(replace(retime(role.id, turn.now), id=ids.pair(notice.id, role.id)))
            for role in roles
        ]
    person_id = notice.retimed or ""
    known: dict[str, Conversation | None] = {}
    held = await turn.store.find(
        DELIVERIES_OF_PERSON, person_id, "push", after=turn.now, limit=MOST_RETIMED
    )
    moved: list[Write] = [Replace(replace(delivery, due_at=turn.now)) for delivery in held]
    waiting = await turn.store.find(DELIVERIES_OF_PERSON, person_id, "email", limit=MOST_RETIMED)
    for delivery in waiting:
        case = await case_of(turn, person_id, delivery.message_id, known)
        if case is None or not case.person.of_team:
            continue
        way = await email_of(turn, case)
        if way is not None and way.due_at != delivery.due_at:
            moved.append(Replace(replace(delivery, due_at=way.due_at)))
    return moved
