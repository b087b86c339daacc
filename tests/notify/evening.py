"""An evening of juf Anna's: messages by the rules, a worker that looks when told, phones that ring."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from server.circles import circle_of
from server.notify.deliveries import Deliveries
from server.notify.notices import Notices
from server.notify.outbox import send_due
from server.notify.pushes import PushNote
from server.notify.reading import Reading
from server.notify.transport import Transport
from server.school.conversations import send_message
from server.school.rights import Seat
from storage import ids
from storage.schema import (
    BUCKETS,
    DELIVERIES_DUE,
    Availability,
    Conversation,
    Delivery,
    Participation,
    School,
)
from storage.store import Store
from storage.writes import Insert, Replace
from tests.cast import REGENBOOG
from tests.notify.mailbag import LETTERS, Clock

MONDAY_NIGHT = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)
"""21:05 at the school."""
DIGEST = datetime(2026, 11, 24, 15, 45, tzinfo=UTC)
"""The first digest after that, by the default: Tuesday 16:45 at the school."""
IN_HOURS = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Phones:
    """Takes pushes for those who have a phone."""

    owners: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    """Whose phone takes nothing."""
    taken: list[tuple[str, PushNote]] = field(default_factory=list)
    asked: int = 0

    async def reaches(self, account_id: str) -> bool:
        return account_id in self.owners | self.broken

    async def send(self, account_id: str, note: PushNote) -> bool:
        self.asked += 1
        if account_id not in self.owners:
            return False
        self.taken.append((account_id, note))
        return True

    @property
    def rang(self) -> list[str]:
        return [account_id for account_id, _ in self.taken]


@dataclass
class Screens:
    """What people have open in front of them."""

    open: set[tuple[str, str]] = field(default_factory=set)

    async def has_open(self, account_id: str, conversation_id: str) -> bool:
        return (account_id, conversation_id) in self.open


@dataclass
class Evening:
    """One school's messages, and one worker."""

    store: Store
    clock: Clock
    transport: Transport | None = None
    phones: Phones = field(default_factory=Phones)
    screens: Screens = field(default_factory=Screens)
    keys: int = 0

    def __post_init__(self) -> None:
        reading = Reading(self.store)
        self.notices = Notices(self.store, reading, self.clock, self.screens, self.phones)
        self.deliveries = Deliveries(
            self.store, reading, "localhost", self.clock, self.phones, self.screens
        )

    async def conversation(self, pupil: str, *guardians: str) -> Conversation:
        guardian_ids = tuple(getattr(REGENBOOG, name) for name in guardians)
        pupil_id = getattr(REGENBOOG, pupil)
        id = ids.of_conversation(REGENBOOG.groep_3b, pupil_id, guardian_ids)
        conversation = Conversation(
            id=id,
            school_id=REGENBOOG.school_id,
            class_id=REGENBOOG.groep_3b,
            pupil_id=pupil_id,
            guardian_ids=guardian_ids,
            opened_by=guardian_ids,
            order=ids.order(self.clock(), id),
            bucket=ids.bucket(REGENBOOG.school_id),
            changed_at=self.clock(),
        )
        ties = [
            Participation(
                id=ids.pair(id, guardian_id),
                school_id=REGENBOOG.school_id,
                guardian_id=guardian_id,
                conversation_id=id,
            )
            for guardian_id in guardian_ids
        ]
        await self.store.commit([Insert(conversation), *map(Insert, ties)])
        return conversation

    async def write(self, conversation: Conversation, name: str, text: str = "Sami is ziek") -> str:
        """The id of the message, committed with its notice."""
        now = await self.store.get(Conversation, conversation.id)
        assert now
        role: Any = "guardian" if getattr(REGENBOOG, name) in now.guardian_ids else "teacher"
        circle = await circle_of(Reading(self.store).at(self.clock()), now.class_id, now.pupil_id)
        assert circle
        seat = Seat(now, circle, getattr(REGENBOOG, name), role, name, read_only=False)
        self.keys += 1
        outcome = send_message(seat, f"key{self.keys}", text, None, self.clock())
        await self.store.commit(outcome.writes)
        assert outcome.message
        return outcome.message.id

    async def read(self, conversation: Conversation, name: str) -> None:
        now = await self.store.get(Conversation, conversation.id)
        assert now
        positions = {**now.positions, getattr(REGENBOOG, name): now.last_seq}
        await self.store.commit([Replace(replace(now, positions=positions))])

    async def sets(self, name: str, **changes: Any) -> None:
        """What a teacher sets, on top of what it was, or of an empty week without a digest."""
        id = getattr(REGENBOOG, name)
        before = await self.store.get(Availability, id)
        empty = Availability(id=id, school_id=REGENBOOG.school_id, chat=True, hours={}, digest=None)
        wanted = replace(before or empty, **changes)
        await self.store.commit([Replace(wanted) if before else Insert(wanted)])
        await self.roster_changes()

    async def roster_changes(self, **changes: Any) -> None:
        school = await self.store.get(School, REGENBOOG.school_id)
        assert school
        await self.store.commit([Replace(replace(school, **changes))])

    async def works(self, at: datetime | None = None) -> None:
        """One look of a worker at everything, as often as there is something to do."""
        self.clock.at = at or self.clock.at
        while await self.notices.spread():
            pass
        async with asyncio.TaskGroup() as senders:
            await self.deliveries.hand_out(senders, asyncio.Event())
        while await self.deliveries.mail():
            pass
        if self.transport is not None:
            await send_due(self.store, self.transport, LETTERS, clock=self.clock)

    async def passes(self, until: datetime, step: timedelta = timedelta(minutes=5)) -> None:
        """Time goes by, and the worker looks all along, now to begin with."""
        await self.works()
        while self.clock.at < until:
            await self.works(min(until, self.clock.at + step))

    async def waiting(self) -> list[Delivery]:
        found: list[Delivery] = []
        for road in ("email", "push"):
            for bucket in range(BUCKETS):
                found += await self.store.find(DELIVERIES_DUE, road, bucket, limit=500)
        return found
