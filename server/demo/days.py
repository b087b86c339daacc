"""When the demo school is in class, and at what times of the day people write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

TIMEZONE = "Europe/Amsterdam"
_ZONE = ZoneInfo(TIMEZONE)

BEHIND, AHEAD = timedelta(days=300), timedelta(days=99)
"""A school year around today, whenever that is: long enough behind to read, and ahead to write."""

_HOLIDAYS = (
    ("Kerstvakantie", (12, 20), (12, 31)), ("Kerstvakantie", (1, 1), (1, 2)),
    ("Voorjaarsvakantie", (2, 15), (2, 21)), ("Meivakantie", (4, 24), (5, 7)),
    ("Zomervakantie", (7, 12), (8, 22)), ("Herfstvakantie", (10, 17), (10, 23)),
)  # fmt: skip
"""Roughly those of the Netherlands: the weeks whose Wednesday lies between, month and day."""
_MORNING, _AFTERNOON, _EVENING = (time(7, 5), 65), (time(15, 0), 120), (time(19, 10), 150)
_PARTS = {"morning": _MORNING, "afternoon": _AFTERNOON, "evening": _EVENING}
_DESK = ((time(7, 55), 25), (time(12, 20), 30), (time(15, 5), 80))
"""When teachers write: from then, for so many minutes."""


@dataclass(frozen=True, slots=True)
class Year:
    """The school year of a demo that is made `now`."""

    now: datetime
    starts: date
    ends: date

    @property
    def today(self) -> date:
        return self.now.astimezone(_ZONE).date()

    @property
    def begins(self) -> datetime:
        """At home time on its first day."""
        return datetime.combine(self.starts, time(15), _ZONE).astimezone(UTC)

    def closed(self) -> list[date]:
        """The days from Monday to Friday on which there is no school."""
        days = (self.starts + timedelta(days=n) for n in range((self.ends - self.starts).days + 1))
        return [day for day in days if day.weekday() < 5 and holiday_on(day)]

    def school_days(self) -> list[date]:
        """Those before yesterday: the last two are for what still waits."""
        span = (self.today - self.starts).days - 1
        days = (self.starts + timedelta(days=n) for n in range(span))
        return [day for day in days if is_school_day(day)]


def year_around(now: datetime) -> Year:
    today = now.astimezone(_ZONE).date()
    starts = today - BEHIND
    return Year(now, starts, min(today + AHEAD, date(starts.year + 1, 12, 31)))


def is_school_day(day: date) -> bool:
    return day.weekday() < 5 and not holiday_on(day)


def holiday_on(day: date) -> str | None:
    """What a day without school is called; holidays are whole weeks."""
    wednesday = day + timedelta(days=2 - day.weekday())
    for name, first, last in _HOLIDAYS:
        if first <= (wednesday.month, wednesday.day) <= last:
            return name
    return None


def at_home(chance: Random, day: date, part: str = "") -> datetime:
    """When a guardian writes on that day: before school, after it, or in the evening."""
    chosen = chance.choices((_MORNING, _AFTERNOON, _EVENING), (35, 25, 40))[0]
    return _at(chance, day, *_PARTS.get(part, chosen))


def read_on(at: datetime) -> int:
    """The weekday on which a team reads what is written then; Monday is 0."""
    local = at.astimezone(_ZONE)
    day = local.date() if local.hour < 15 else local.date() + timedelta(days=1)
    while not is_school_day(day):
        day += timedelta(days=1)
    return day.weekday()


def at_school(chance: Random, day: date) -> datetime:
    """When a teacher writes on that day."""
    return _at(chance, day, *chance.choice(_DESK))


def answer_of_team(chance: Random, after: datetime, weekdays: frozenset[int]) -> datetime:
    """The next time at a desk, today or on the next school day that is one of theirs."""
    day = after.astimezone(_ZONE).date()
    while True:
        in_class = is_school_day(day) and day.weekday() in weekdays
        for start, minutes in _DESK if in_class else ():
            at = _at(chance, day, start, minutes)
            if at > after + timedelta(minutes=8):
                return at
        day += timedelta(days=1)


def answer_from_home(chance: Random, after: datetime) -> datetime:
    """Within some hours, and not in the middle of the night."""
    at = after + timedelta(minutes=chance.randrange(6, 200), seconds=chance.randrange(60))
    local = at.astimezone(_ZONE)
    if 7 <= local.hour < 22:
        return at
    morning = local.date() if local.hour < 7 else local.date() + timedelta(days=1)
    return _at(chance, morning, *_MORNING)


def lately(chance: Random, now: datetime) -> datetime:
    """In the last day and a half, and not in the middle of the night."""
    ago = timedelta(minutes=chance.randrange(12, 36 * 60), seconds=chance.randrange(60))
    return awake(chance, now - ago)


def awake(chance: Random, at: datetime) -> datetime:
    """Then, or in the evening before when it is in the middle of the night."""
    local = at.astimezone(_ZONE)
    if 7 <= local.hour < 22:
        return at
    evening = local.date() if local.hour >= 22 else local.date() - timedelta(days=1)
    return _at(chance, evening, *_EVENING)


def soon(chance: Random, after: datetime) -> datetime:
    """The same person, going on."""
    return after + timedelta(seconds=chance.randrange(40, 280))


def _at(chance: Random, day: date, start: time, minutes: int) -> datetime:
    spread = timedelta(seconds=chance.randrange(minutes * 60))
    return (datetime.combine(day, start, _ZONE) + spread).astimezone(UTC)
