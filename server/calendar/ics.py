"""Whole days from an iCalendar file (RFC 5545): one day or several, once or repeated.

Only events are read, and of those only what says when they are and what they are called: a file
may hold descriptions, guests and time zones of its own making, which are nobody's business here
and could keep a server busy. Times are in the zone that they name, or else the school's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur
from icalendar.error import BrokenCalendarProperty

from server.calendar.offer import Offer, Unreadable, school_years
from server.presence.closed_days import DAY, LONGEST_PERIOD, Edition, Period, called

_READ = {
    "UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
    "STATUS",
}  # fmt: skip
_REPEATS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"}
"""A rule that says anything else is not about days, or nobody's calendar."""
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"(?:[+-]?[1-4]|-1)?(MO|TU|WE|TH|FR|SA|SU)")
"""Every month has four of each."""

MOST_EVENTS = 3_000
MOST_REPEATED = 100
"""Events that repeat; what is beyond these is skipped, and said to be."""
MOST_TIMES = 1_000
_OLDEST = date(2000, 1, 1)
_LATE = time(23, 59)


class _Odd(Exception):
    """An event that closes no whole day, or that cannot be understood."""


@dataclass(slots=True)
class _Reader:
    zone: ZoneInfo
    first: date
    last: date
    moved: set[tuple[str, date]] = field(default_factory=set)
    """Times of repeated events that have an event of their own, by `UID`."""
    repeated: int = 0

    def periods(self, event: Event) -> Iterator[Period]:
        """Those that are not over before the first day, nor begin after the last."""
        period = self._period(event)
        days = [period.first]
        if event.get("RRULE") is not None or event.get("RDATE") is not None:
            days = self._repeats(event, period)
        for day in days:
            try:
                end = day + timedelta(days=len(period) - 1)
            except OverflowError:
                continue
            if end >= self.first and day <= self.last:
                yield Period(day, end, period.name)

    def day_of(self, value: Any) -> date:
        """The date that a date or an instant has at the school."""
        return self._local(value).date() if isinstance(value, datetime) else _checked(value)

    def _period(self, event: Event) -> Period:
        start, end, length = (
            _part(event.get(name), "dt") for name in ("DTSTART", "DTEND", "DURATION")
        )
        try:
            if end is None and isinstance(length, timedelta) and isinstance(start, date):
                end = start + length
            first, last = self._whole_days(start, end)
        except OverflowError as error:
            raise _Odd from error
        period = Period(_checked(first), _checked(last), called(str(event.get("SUMMARY", ""))))
        if not 0 < len(period) <= LONGEST_PERIOD:
            raise _Odd
        return period

    def _whole_days(self, start: Any, end: Any) -> tuple[date, date]:
        """First and last; the end of an event is the first moment after it."""
        if isinstance(start, datetime) and isinstance(end, datetime):
            begins, ends = self._local(start), self._local(end)
            first = begins.date() + (DAY if begins.time() > time() else timedelta())
            return first, ends.date() - (timedelta() if ends.time() >= _LATE else DAY)
        if isinstance(start, datetime) or not isinstance(start, date):
            raise _Odd
        if end is None or isinstance(end, datetime) or not isinstance(end, date):
            return start, start
        return start, max(start, end - DAY)

    def _local(self, moment: datetime) -> datetime:
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(
                self.zone
            )
        except (OverflowError, ValueError) as error:
            raise _Odd from error

    def _repeats(self, event: Event, period: Period) -> list[date]:
        """First days, as far as the last day that is asked for, by a rule that is about days."""
        self.repeated += 1
        if self.repeated > MOST_REPEATED:
            raise _Odd
        days = {period.first, *self._listed(event, "RDATE")}
        if event.get("RRULE") is not None:
            days |= set(self._by_rule(event["RRULE"], period.first))
        days -= set(self._listed(event, "EXDATE"))
        uid = str(event.get("UID", ""))
        return sorted(day for day in days if (uid, day) not in self.moved)

    def _by_rule(self, rule: Any, first: date) -> Iterator[date]:
        if not isinstance(rule, vRecur) or not _comes_back(rule, first):
            raise _Odd
        # without a count of its own the iteration ends after the last day
        until, count = self.last, rule.get("COUNT", [MOST_TIMES])[0]
        if "UNTIL" in rule:
            until = min(until, self.day_of(rule["UNTIL"][0]))
        parts = {name: rule[name] for name in rule if name not in ("UNTIL", "COUNT")}
        bounded: Any = vRecur({**parts, "UNTIL": datetime.combine(until, time())})
        try:
            times = rrulestr(bounded.to_ical().decode(), dtstart=datetime.combine(first, time()))
            yield from (at.date() for at in islice(times, max(0, min(count, MOST_TIMES))))
        except (ValueError, TypeError, OverflowError) as error:
            raise _Odd from error

    def _listed(self, event: Event, name: str) -> Iterator[date]:
        given = event.get(name)
        for some in given if isinstance(given, list) else [given]:
            for one in islice(_part(some, "dts") or (), MOST_TIMES):
                value = one.dt[0] if isinstance(one.dt, tuple) else one.dt
                yield self.day_of(value)


def read_ics(text: str, name: str, zone: ZoneInfo, today: date) -> Offer:
    """What a file has for this school year and the next; raises `Unreadable`."""
    years = school_years(today)
    reader = _Reader(zone, years[0][1], years[-1][2])
    events = _events(text)
    skipped, found = 0, set[Period]()
    for event in events:
        with suppress(_Odd):  # it is looked at again below
            moved = _part(event.get("RECURRENCE-ID"), "dt")
            if moved is not None:
                reader.moved.add((str(event.get("UID", "")), reader.day_of(moved)))
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            found |= set(reader.periods(event))
        except _Odd:
            skipped += 1
    if not found:
        raise Unreadable("no_whole_days" if events else "no_events")
    in_order = sorted(found, key=lambda period: (period.first, period.last, period.name))
    return Offer("file", (Edition(f"file {called(name)}", tuple(in_order)),), skipped=skipped)


def _events(text: str) -> list[Event]:
    kept = "\r\n".join(["BEGIN:VCALENDAR", *_lines_of_events(text.splitlines()), "END:VCALENDAR"])
    try:
        calendar = Calendar.from_ical(kept)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("not_icalendar") from error
    return [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]


def _lines_of_events(lines: Iterable[str]) -> Iterator[str]:
    """Of each event what is read of it; a line that begins with a space continues the last."""
    open_components: list[str] = []
    events, keeps = 0, False
    for line in lines:
        if line[:1] in (" ", "\t"):
            if keeps:
                yield line
            continue
        keeps = False
        name, _, value = line.partition(":")
        name = name.partition(";")[0].strip().upper()
        inside = open_components[-1:] == ["VEVENT"]
        if name == "BEGIN":
            open_components.append(value.strip().upper())
            if open_components[-1] == "VEVENT":
                events += 1
                if events > MOST_EVENTS:
                    raise Unreadable("too_many_events")
                yield "BEGIN:VEVENT"
        elif name == "END":
            if open_components:
                open_components.pop()
            if inside:
                yield "END:VEVENT"
        elif inside and name in _READ:
            keeps = True
            yield line


def _comes_back(rule: vRecur, first: date) -> bool:
    """Whether a rule is about days, and has its first day again and again.

    One that never comes true would be looked for until the year 9999.
    """
    if not set(rule) <= _REPEATS or str(rule.get("FREQ", [""])[0]).upper() not in _FREQUENCIES:
        return False
    weekdays = [_WEEKDAY.fullmatch(str(one).upper()) for one in rule.get("BYDAY", [])]
    return (
        all(weekdays)
        and _has(rule.get("BYMONTH"), first.month)
        and _has(rule.get("BYMONTHDAY"), first.day)
        and _has([one[1] for one in weekdays if one], _WEEKDAYS[first.weekday()])
    )


def _has(values: Sequence[Any] | None, own: object) -> bool:
    return not values or own in values


def _part(value: Any, name: str) -> Any:
    """None where there is no such thing, or several."""
    try:
        return getattr(value, name, None)
    except BrokenCalendarProperty as error:
        raise _Odd from error


def _checked(day: Any) -> date:
    """A date that can be reckoned with."""
    if isinstance(day, datetime) or not isinstance(day, date) or day < _OLDEST:
        raise _Odd
    return day
