"""Rosters of the cast as the student administration would give them, of this year or the next.

Also imported by another process: `python -m tests.stories.pictures KIND ADDRESS SCHOOL YEAR CHANGE…`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from server.clock import date_at, now
from server.roster.current import import_roster
from server.school.picture import (
    Picture,
    RosterClass,
    RosterGuardian,
    RosterGuardianship,
    RosterPupil,
    RosterTeacher,
    RosterTeam,
)
from storage.schema import SchoolYear
from storage.store import Store
from tests.cast import GUARDIANS, PUPILS, TEACHERS
from tests.storage.places import Place

THIS, NEXT = "2026-2027", "2027-2028"
CLASSES = {"sami": "3B", "lotte": "3B", "noor": "4A"}
TIES = ("sami", "fatima"), ("sami", "youssef"), ("lotte", "joost")
TEAMS = ("3B", "anna"), ("3B", "bram"), ("4A", "carla")
DAYS_LEFT = 3
"""Until this year's last day; the next one begins with the day after."""


def year(name: str) -> SchoolYear:
    last = date_at(now(), "Europe/Amsterdam") + timedelta(days=DAYS_LEFT)
    if name == THIS:
        return SchoolYear(THIS, last - timedelta(days=300), last)
    return SchoolYear(NEXT, last + timedelta(days=1), last + timedelta(days=360))


def picture(name: str, *changes: str) -> Picture:
    """The whole cast, in next year's classes `3B-next` and `4A-next`, but for the changes.

    These are `leaves:NAME`, `moves:PUPIL:CLASS`, `silent:PUPIL:GUARDIAN`,
    `untied:PUPIL:GUARDIAN` and `apart:PUPIL`.
    """
    said = {tuple(change.split(":")) for change in changes}
    gone = {words[1] for words in said if words[0] == "leaves"}
    moved = {words[1]: words[2] for words in said if words[0] == "moves"}
    ties = [
        RosterGuardianship(pupil, guardian, may_contact=("silent", pupil, guardian) not in said)
        for pupil, guardian in TIES
        if not gone & {pupil, guardian} and ("untied", pupil, guardian) not in said
    ]
    tied = {tie.guardian for tie in ties}
    later = "-next" if name == NEXT else ""
    return Picture(
        year=year(name),
        classes=tuple(RosterClass(one + later, one) for one in ("3B", "4A")),
        pupils=tuple(
            RosterPupil(
                key, *_named(full), moved.get(key, CLASSES[key]) + later, ("apart", key) in said
            )
            for key, full in PUPILS.items()
            if key not in gone
        ),
        guardians=tuple(
            RosterGuardian(key, *_named(full), f"{key}@regenboog.example")
            for key, full in GUARDIANS.items()
            if key in tied
        ),
        guardianships=tuple(ties),
        teachers=tuple(
            RosterTeacher(key, *_named(full)) for key, full in TEACHERS.items() if key not in gone
        ),
        teams=tuple(
            RosterTeam(one + later, teacher) for one, teacher in TEAMS if teacher not in gone
        ),
    )


def _named(full: str) -> tuple[str, str]:
    given, family = full.split(" ", 1)
    return given, family


async def take(store: Store, school_id: str, name: str, *changes: str) -> None:
    await import_roster(store, school_id, picture(name, *changes), now=now(), confirm=True)


async def main(kind: str, address: str, school_id: str, name: str, *changes: str) -> None:
    store = await Place(kind, address).open()
    await take(store, school_id, name, *changes)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
