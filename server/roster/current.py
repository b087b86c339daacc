"""A picture into the store: what differs from what is there, in one commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import TypeVar

from server.clock import date_at
from server.roster.describe import doubts
from server.roster.picture import Faults
from server.school.differences import CurrentRoster, Differences
from server.school.picture import Picture
from server.school.roster import compare, writes
from storage import ids
from storage.schema import (
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    GUARDIANSHIPS_OF_SCHOOL,
    PLACEMENTS_OF_SCHOOL,
    PUPILS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    TEAMS_OF_SCHOOL,
    Guardian,
    Index,
    Pupil,
    Record,
    School,
    SchoolClass,
    SchoolYear,
    Teacher,
)
from storage.store import Store
from storage.writes import Duplicate, Stale

PAGE = 10_000
"""Records per look: each look costs a database more than the records in it."""
ATTEMPTS = 20
"""An activation, too, replaces the School: on the evening after the invitations many do."""

R = TypeVar("R", bound=Record)
Known = TypeVar("Known", SchoolClass, Pupil, Guardian, Teacher)


class UnknownSchool(Exception):
    """There is no school with this id."""


class NeedsConfirmation(Exception):
    """So much is lost, or let through, that somebody has to look first; nothing was changed."""

    def __init__(self, differences: Differences) -> None:
        self.differences = differences
        super().__init__("\n".join(doubts(differences, differences.current.school.locale)))


async def import_roster(
    store: Store,
    school_id: str,
    picture: Picture,
    *,
    now: datetime,
    dry_run: bool = False,
    confirm: bool = False,
) -> Differences:
    """Make the school as the picture has it, entirely or not at all; returns what it took.

    Raises `UnknownSchool`, `NeedsConfirmation`, `FaultyRoster` for a year that
    has ended, and `Stale` when the school never holds still.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            current = await load(store, school_id, picture.year, now=now)
            differences = compare(current, picture)
            if dry_run or not differences:
                return differences
            if differences.needs_confirmation and not confirm:
                raise NeedsConfirmation(differences)
            await store.commit(list(writes(differences, current.school, ids.fresh)))
        except (Stale, Duplicate):
            if attempt == ATTEMPTS:
                raise
        else:
            return differences
    raise AssertionError("unreachable")


async def load(store: Store, school_id: str, year: SchoolYear, *, now: datetime) -> CurrentRoster:
    """The roster as it is, from one moment: `Stale` if it changed while it was read."""
    school = await store.get(School, school_id)
    if school is None:
        raise UnknownSchool(school_id)
    today = date_at(now, school.timezone)
    _refuse_ended(year, today, school.locale)
    classes = await _by_sis_id(store, CLASSES_OF_SCHOOL, school_id, year.name)
    of_year = {one.id for one in classes.values()}
    teams = [member async for member in _all(store, TEAMS_OF_SCHOOL, school_id)]
    others = [known for known in school.years if known.name != year.name]
    current = CurrentRoster(
        school=school,
        classes=classes,
        pupils=await _by_sis_id(store, PUPILS_OF_SCHOOL, school_id),
        guardians=await _by_sis_id(store, GUARDIANS_OF_SCHOOL, school_id),
        teachers=await _by_sis_id(store, TEACHERS_OF_SCHOOL, school_id),
        placements=tuple(
            [
                placement
                async for placement in _all(store, PLACEMENTS_OF_SCHOOL, school_id, year.name)
            ]
        ),
        guardianships=tuple(
            [link async for link in _all(store, GUARDIANSHIPS_OF_SCHOOL, school_id)]
        ),
        teams=tuple(member for member in teams if member.class_id in of_year),
        elsewhere=await _placed(store, school_id, [one for one in others if one.ends >= today]),
        past=frozenset(one.name for one in others if one.ends < today),
    )
    await _unchanged(store, school)
    return current


async def _unchanged(store: Store, school: School) -> None:
    again = await store.get(School, school.id)
    if again is None or again.version != school.version:
        raise Stale("the roster has changed while it was read")


async def _placed(store: Store, school_id: str, years: list[SchoolYear]) -> frozenset[str]:
    """The ids of the pupils who have a place in one of these years."""
    placed: set[str] = set()
    for year in years:
        async for placement in _all(store, PLACEMENTS_OF_SCHOOL, school_id, year.name):
            placed.add(placement.pupil_id)
    return frozenset(placed)


async def _by_sis_id(store: Store, index: Index[Known], *equal: str) -> dict[str, Known]:
    return {record.sis_id: record async for record in _all(store, index, *equal)}


async def _all(store: Store, index: Index[R], *equal: str) -> AsyncIterator[R]:
    """Every record under the first fields of an index, a page at a time."""
    last = ""
    while True:
        page = await store.find(index, *equal, after=last, limit=PAGE)
        for record in page:
            yield record
        if len(page) < PAGE:
            return
        last = getattr(page[-1], index.fields[len(equal)])


def _refuse_ended(year: SchoolYear, today: date, locale: str) -> None:
    """An old file in the wrong hands would otherwise take everybody's rights of today."""
    if year.ends < today:
        faults = Faults(locale)
        faults.add("", 0, "year_ended", year=year.name, ends=year.ends)
        faults.stop()
