"""The rules of availability once more, told minute by minute: slow, and too simple to be wrong.

A clock on the wall is watched for three weeks of minutes; what it never showed is counted on from
the last minute that it did. Nothing here knows how `zoneinfo` reads a local time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from server.presence.availability import Agenda

MINUTE = timedelta(minutes=1)
DAYS = 10
"""Watched before and after the day in question."""


@dataclass(frozen=True)
class Wall:
    """Minutes of UTC since `begin`, and what the clock on the wall showed at each."""

    begin: datetime
    shown: tuple[datetime, ...]
    first: dict[datetime, int]
    """Local time → the first minute that it was shown."""

    def minute_of(self, day: date, minutes: int) -> int:
        local = datetime(day.year, day.month, day.day) + minutes * MINUTE  # noqa: DTZ001
        skipped = 0
        while local not in self.first:
            local, skipped = local - MINUTE, skipped + 1
        return self.first[local] + skipped


@cache
def wall(zone: str, day: date) -> Wall:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=DAYS)
    clock = ZoneInfo(zone)
    shown = tuple(
        (begin + number * MINUTE).astimezone(clock).replace(tzinfo=None, fold=0)
        for number in range(2 * DAYS * 24 * 60)
    )
    first: dict[datetime, int] = {}
    for number, local in enumerate(shown):
        first.setdefault(local, number)
    return Wall(begin, shown, first)


def there(agenda: Agenda, closed: frozenset[date], zone: str, day: date) -> bytearray:
    """For each minute that the wall was watched, whether the teacher was there."""
    watched = wall(zone, day)
    marks = bytearray(len(watched.shown))
    for number in range(-DAYS + 2, DAYS - 2):
        date_ = day + timedelta(days=number)
        if not agenda.chat or date_ in closed or agenda.is_away(date_):
            continue
        for start, end in agenda.hours[date_.weekday()]:
            for minute in range(watched.minute_of(date_, start), watched.minute_of(date_, end)):
                marks[minute] = 1
    return marks
