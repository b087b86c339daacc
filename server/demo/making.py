"""Makes the demo school, step by step; what was begun and not finished goes before it begins again."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from server.circles import circle_of
from server.clock import date_at
from server.demo.days import TIMEZONE, Year, holiday_on, year_around
from server.demo.entry import let_in
from server.demo.life import Life
from server.demo.names import CONTACT, SCHOOL, SCHOOL_ID
from server.demo.people import PUPILS_IN_A_CLASS, People, people
from server.demo.removal import remove
from server.demo.roster import picture
from server.demo.staff import HABITS, availability
from server.demo.standing import password_of, stands
from server.demo.talk import Person
from server.dispatch import Asker, Dispatch
from server.passwords import Passwords
from server.presence.closed_days import Period, set_closed, written
from server.presence.setting import set_availability
from server.roster.current import import_roster
from server.school.rights import Circle
from server.settings import Settings, signing_key
from server.turn import Turn
from storage.schema import (
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    PUPILS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    Availability,
    School,
    SchoolCalendar,
)
from storage.store import Store
from storage.writes import Insert, Replace, Write

MOST = 10_000
IN_ONE_COMMIT = 500
INVITED_AFTER = timedelta(days=3)

Say = Callable[[str], None]


class NotEmpty(Exception):
    """There is a school already; a demo is never made beside it."""


async def make(
    store: Store,
    settings: Settings,
    now: datetime,
    say: Say,
    *,
    in_a_class: int = PUPILS_IN_A_CLASS,
) -> None:
    """The demo school, unless it is there; raises `NotEmpty` beside another.

    One process at a time makes it: another on this machine waits, and finds it made.
    """
    with _alone(settings.data):
        standing = await stands(store)
        if standing == "beside":
            raise NotEmpty
        if standing == "whole":
            return
        if standing == "unfinished":
            say("a demo school was begun and not finished: it goes first")
            await remove(store, settings.data / "mail")
        await _Making(store, settings, now, year_around(now), people(in_a_class), say).run()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".making-demo").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(slots=True)
class _Making:
    store: Store
    settings: Settings
    now: datetime
    year: Year
    everybody: People
    say: Say

    async def run(self) -> None:
        self.say(f"making the demo school, {SCHOOL}: this takes some seconds")
        school = School(
            id=SCHOOL_ID,
            name=SCHOOL,
            timezone=TIMEZONE,
            contact=CONTACT,
            second_factor=(),  # the office is one click away too
            demo=True,
        )
        await self.store.commit([Insert(school)])
        self.say(f"  its {len(self.everybody.children)} pupils with their guardians and teachers")
        roster = picture(self.everybody, self.year, school.locale)
        await import_roster(self.store, school.id, roster, now=self.now)
        turn = Dispatch(self.store, self.settings, clock=lambda: self.now).turn(Asker())
        self.say("  what they have written to each other this year")
        await self._talk(turn)
        await self._settle_hours(turn)
        self.say("  their accounts")
        await self._let_in()

    async def _talk(self, turn: Turn) -> None:
        life = Life(self.everybody, self.year, await self._circles(turn), await self._people(turn))
        for writes in _joined(life.tell()):
            await self.store.commit(writes)

    async def _circles(self, turn: Turn) -> dict[str, Circle]:
        """The people around each child, by its SIS id."""
        found = await self.store.find(CLASSES_OF_SCHOOL, SCHOOL_ID, limit=MOST)
        classes = {one.name: one.id for one in found}
        pupils = await self.store.find(PUPILS_OF_SCHOOL, SCHOOL_ID, limit=MOST)
        by_sis_id = {pupil.sis_id: pupil.id for pupil in pupils}
        circles = {}
        for child in self.everybody.children:
            class_id = classes[child.school_class]
            circle = await circle_of(turn, class_id, by_sis_id[child.sis_id])
            if circle is not None:
                circles[child.sis_id] = circle
        return circles

    async def _people(self, turn: Turn) -> dict[str, Person]:
        """Everybody who writes and reads, by SIS id: those who will have an account."""
        found: dict[str, Person] = {}
        absent = self.everybody.never_came | self.everybody.without_account
        for guardian in await self.store.find(GUARDIANS_OF_SCHOOL, SCHOOL_ID, limit=MOST):
            if guardian.sis_id not in absent:
                found[guardian.sis_id] = (guardian.id, "guardian", guardian.name)
        for teacher in await self.store.find(TEACHERS_OF_SCHOOL, SCHOOL_ID, limit=MOST):
            found[teacher.sis_id] = (teacher.id, "teacher", teacher.name)
        return found

    def _calendar(self, school: School) -> SchoolCalendar:
        days = self.year.closed()
        names = [Period(day, day, holiday_on(day) or "") for day in days]
        return set_closed(school, None, days, names=names)

    async def _settle_hours(self, turn: Turn) -> None:
        """When each teacher reads messages, and when the school is closed."""
        school = await self._school()
        today = date_at(self.now, school.timezone)
        writes = list(written(school, None, self._calendar(school), self.now))
        for teacher in await self.store.find(TEACHERS_OF_SCHOOL, SCHOOL_ID, limit=MOST):
            if teacher.sis_id in HABITS:
                wanted = availability(teacher.sis_id, school.id, teacher.id, today)
                writes += set_availability(school, None, wanted, confirm=True, now=self.now)
        # nothing waits yet that would have to be timed again
        kept = [
            write for write in writes if isinstance(write.record, Availability | SchoolCalendar)
        ]
        await self.store.commit([*kept, Replace(school)])

    async def _let_in(self) -> None:
        password = await Passwords().hash(password_of(signing_key(self.settings)))
        invited = min(self.now, self.year.begins + INVITED_AFTER)
        dispatch = Dispatch(self.store, self.settings, clock=lambda: invited)
        await let_in(dispatch, await self._school(), self.everybody, password)

    async def _school(self) -> School:
        school = await self.store.get(School, SCHOOL_ID)
        if school is None:
            raise LookupError("the demo school has been taken away while it was made")
        return school


def _joined(talks: Sequence[Sequence[Write]]) -> Iterator[list[Write]]:
    """Whole conversations, some to a commit."""
    together: list[Write] = []
    for writes in talks:
        together += writes
        if len(together) >= IN_ONE_COMMIT:
            yield together
            together = []
    if together:
        yield together
