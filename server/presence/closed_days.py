"""The days on which a school is closed: by the office's own word, or as a calendar from elsewhere has them.

A calendar from elsewhere comes in editions (the holidays of one school year, the public holidays
of another, a file). What an edition closed, its next one may open again; what the office closed
itself stays closed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from server.decision import Conflict, Invalid
from server.presence.setting import check_dates, retime
from storage import ids
from storage.schema import Region, School, SchoolCalendar
from storage.writes import Insert, Replace, Write

DAY = timedelta(days=1)
MOST_CLOSED = 2_000
"""Days that a calendar holds: some twenty years of holidays."""
LONGEST_PERIOD = 366
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date
    name: str = ""

    def __len__(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def days(self) -> Iterator[date]:
        return (self.first + n * DAY for n in range(len(self)))


@dataclass(frozen=True, slots=True)
class Edition:
    """What a calendar from elsewhere has for one year, or one file of it."""

    source: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What taking over some editions comes to."""

    comes: tuple[Period, ...]
    goes: tuple[Period, ...]
    stays: tuple[Period, ...]
    """What the editions have and is closed already."""
    named: tuple[Period, ...]
    """Days that stay, and are called something else from then on."""


def called(name: str) -> str:
    """A name on one line, as far as it can be shown; files have strange whitespace around theirs."""
    words = " ".join(name[: 4 * LONGEST_NAME].split())
    shown = "".join(char for char in words if char.isprintable())
    return unicodedata.normalize("NFC", shown)[:LONGEST_NAME].strip()


def periods(names: Mapping[date, str], days: Iterable[date]) -> tuple[Period, ...]:
    """These days as runs of the same name, in their order."""
    found: list[Period] = []
    for day in sorted(set(days)):
        name = names.get(day, "")
        run = found[-1] if found else None
        if run is not None and run.last + DAY == day and run.name == name:
            found[-1] = Period(run.first, day, name)
        else:
            found.append(Period(day, day, name))
    return tuple(found)


def revision(record: SchoolCalendar | None) -> int:
    """Counts the changes of a calendar; whoever changes what they saw says which they saw."""
    return 0 if record is None else record.version


# --- The office's own word -----------------------------------------------------------------


def set_closed(
    school: School,
    before: SchoolCalendar | None,
    closed: Iterable[date],
    *,
    names: Sequence[Period] | None = None,
    seen: int | None = None,
) -> SchoolCalendar:
    """These dates and no others. Without `names` a day that stays closed keeps its own."""
    _check_seen(before, seen)
    stood = before or empty(school)
    dates = tuple(sorted(set(closed)))
    check_days("closed", dates)
    kept = stood.names if names is None else _named(names, dates)
    return replace(
        stood,
        closed=dates,
        names={day: name for day, name in kept.items() if day in set(dates)},
        imported=_only(stood.imported, set(dates)),
    )


def _named(names: Sequence[Period], closed: Collection[date]) -> dict[date, str]:
    found: dict[date, str] = {}
    for number, period in enumerate(names):
        check_period(f"names[{number}]", period)
        found.update(dict.fromkeys(period.days(), called(period.name)))
    known = set(closed)
    return {day: name for day, name in found.items() if name and day in known}


def _only(imported: Mapping[str, Iterable[date]], days: set[date]) -> dict[str, tuple[date, ...]]:
    """A day that the office opens belongs to no edition any more."""
    found = {source: tuple(day for day in had if day in days) for source, had in imported.items()}
    return {source: had for source, had in found.items() if had}


# --- A calendar from elsewhere -------------------------------------------------------------


def take_over(
    school: School,
    before: SchoolCalendar | None,
    editions: Sequence[Edition],
    today: date,
    *,
    left_out: Mapping[str, Sequence[str]] = {},
    region: Region | None = None,
    seen: int | None = None,
) -> tuple[SchoolCalendar, Differences]:
    """What each edition has now, in place of what it last had; what has passed stays as it was."""
    _check_seen(before, seen)
    stood = before or empty(school)
    found = _Days(
        closed=set(stood.closed),
        names=dict(stood.names),
        imported={source: set(days) for source, days in stood.imported.items()},
    )
    for edition in editions:
        found.take(edition, today)
    after = replace(
        stood,
        closed=tuple(sorted(found.closed)),
        names={d: name for d, name in sorted(found.names.items()) if d in found.closed and name},
        imported={source: tuple(sorted(days)) for source, days in found.imported.items() if days},
        left_out={**stood.left_out, **{kind: tuple(some) for kind, some in left_out.items()}},
        region=region or stood.region,
    )
    check_days("editions", after.closed)
    return after, _differences(stood, after, found.offered)


@dataclass(slots=True)
class _Days:
    """A calendar while editions are taken over."""

    closed: set[date]
    names: dict[date, str]
    imported: dict[str, set[date]]
    offered: set[date] = field(default_factory=set)

    def take(self, edition: Edition, today: date) -> None:
        has, had = _days_of(edition), self.imported.get(edition.source, set())
        others = {
            day
            for source, days in self.imported.items()
            if source != edition.source
            for day in days
        }
        gone = {day for day in had - set(has) if day >= today}
        # a day that was closed already, and by no edition, is the office's own
        claimed = {day for day in has if day in had or day in others or day not in self.closed}
        self.imported[edition.source] = claimed | (had - gone)
        self.closed = (self.closed | set(has)) - (gone - others)
        for day, name in has.items():
            if not self.names.get(day) or day in had - others:
                self.names[day] = name
        self.offered |= set(has)


def _days_of(edition: Edition) -> dict[date, str]:
    """Where periods overlap, a day is called after the longest."""
    found: dict[date, str] = {}
    for period in sorted(edition.periods, key=len):
        check_period("editions", period)
        found.update(dict.fromkeys(period.days(), called(period.name)))
    return found


def _differences(
    stood: SchoolCalendar, after: SchoolCalendar, offered: Iterable[date]
) -> Differences:
    was, will = set(stood.closed), set(after.closed)
    both = was & will
    renamed = {day for day in both if stood.names.get(day, "") != after.names.get(day, "")}
    return Differences(
        comes=periods(after.names, will - was),
        goes=periods(stood.names, was - will),
        stays=periods(after.names, both & set(offered)),
        named=periods(after.names, renamed),
    )


# --- Both ----------------------------------------------------------------------------------


def written(
    school: School, before: SchoolCalendar | None, after: SchoolCalendar, now: datetime
) -> tuple[Write, ...]:
    """Nothing when all is as it was; what waits for teachers moves with the days."""
    stood = before or empty(school)
    if after == stood:
        return ()
    notices = (Insert(retime(school.id, now)),) if after.closed != stood.closed else ()
    return (Insert(after) if before is None else Replace(after)), Replace(school), *notices


def empty(school: School) -> SchoolCalendar:
    return SchoolCalendar(id=ids.of_calendar(school.id), school_id=school.id)


def check_period(field: str, period: Period) -> None:
    check_dates(field, (period.first, period.last))
    if period.first > period.last:
        raise Invalid(field, "away_order")
    if len(period) > LONGEST_PERIOD:
        raise Invalid(field, "too_many_days")


def check_days(field: str, days: Collection[date]) -> None:
    check_dates(field, days)
    if len(days) > MOST_CLOSED:
        raise Invalid(field, "too_many_days")


def _check_seen(before: SchoolCalendar | None, seen: int | None) -> None:
    """Nobody takes away what a colleague has just put there."""
    if seen is not None and seen != revision(before):
        raise Conflict("calendar_changed", rev=revision(before))
