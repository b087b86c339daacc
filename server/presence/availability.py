"""When a teacher is available, until when or why not and when next: from a week, a calendar, an instant.

No clock and no storage. Local times become instants first, each as RFC 5545 reads it: a time that
the clocks skip with the offset before the jump, a time that comes twice as the first. What follows
compares instants only, so that a run may begin before a change of the clocks and end after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush, merge
from typing import Any, Literal
from zoneinfo import ZoneInfo

Reason = Literal["chat_off", "school_closed", "away", "outside_hours"]
Block = tuple[int, int]
"""Minutes of a day, from the first (included) to the second (excluded, at most 1440)."""
Span = tuple[datetime, datetime]
"""From the first instant (included) to the second (excluded), in UTC."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
FARTHEST_SHIFT = 2 * DAY
"""A block may lie this much later than its date says: Samoa once skipped a whole day."""
TWO_WEEKS = 14 * DAY
"""Beyond the last day off each weekday comes twice: the clocks may leave a block empty once."""
LAST_DAY = date.max - TWO_WEEKS - FARTHEST_SHIFT
"""Instants are computed up to here, some days before the last that Python knows."""


@dataclass(frozen=True, slots=True)
class Digest:
    """When the bundled e-mail goes out: minutes of the day, and weekdays (Monday is 0)."""

    at: int
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one teacher has set at one school."""

    chat: bool
    hours: tuple[tuple[Block, ...], ...]
    """Blocks of each weekday, Monday first."""
    away: tuple[tuple[date, date], ...]
    """First and last dates."""
    digest: Digest | None

    @property
    def ever(self) -> bool:
        """Whether there is any hour at all."""
        return any(start < end for blocks in self.hours for start, end in blocks)

    def is_away(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A school's time zone, and the dates on which it is closed."""

    zone: ZoneInfo
    closed: frozenset[date]
    last_closed: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "last_closed", max(self.closed, default=date.min))

    def date_at(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def instant(self, day: date, minutes: int) -> datetime:
        """The instant of a local time, in UTC; 1440 minutes is the midnight that ends the day."""
        if minutes == 24 * 60:
            day, minutes = day + DAY, 0
        local = datetime.combine(day, time(*divmod(minutes, 60)), self.zone)
        return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class State:
    """Available until then (None: without end), or not, why, and when next (None: never)."""

    available: bool
    until: datetime | None = None
    reason: Reason | None = None
    next: datetime | None = None


def read_agenda(
    chat: bool,
    hours: Mapping[str, Sequence[Sequence[str]]],
    away: Iterable[tuple[date, date]],
    digest: tuple[str, Iterable[str]] | None,
) -> Agenda:
    """What a teacher has set, from clock times `HH:MM` by weekday and a digest's time and days."""
    return Agenda(
        chat=chat,
        hours=tuple(
            tuple((minutes(start), minutes(end)) for start, end in hours.get(day, ()))
            for day in WEEKDAYS
        ),
        away=tuple(away),
        digest=digest and Digest(minutes(digest[0]), frozenset(map(WEEKDAYS.index, digest[1]))),
    )


def minutes(clock: str) -> int:
    """Of a time of day, `00:00` to `24:00`."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


DEFAULT_WEEK: Mapping[str, tuple[tuple[str, str], ...]] = dict.fromkeys(
    WEEKDAYS[:5], (("08:00", "16:30"),)
)
DEFAULT_DIGEST = ("16:45", WEEKDAYS[:5])
DEFAULT = read_agenda(True, DEFAULT_WEEK, (), DEFAULT_DIGEST)
"""What holds until a teacher has set anything."""


def state(agenda: Agenda, calendar: Calendar, at: datetime) -> State:
    """How one teacher stands at an instant."""
    return team_state((agenda,), calendar, at)


def team_state(agendas: Sequence[Agenda], calendar: Calendar, at: datetime) -> State:
    """How a team stands: there while any is, until the last of the runs that join each other."""
    last = _last_day(agendas, calendar, at)
    each = [_spans(agenda, calendar, at, last) for agenda in agendas if agenda.chat]
    first = next(_joined(merge(*each)), None)
    if first is not None and first[0] <= at:
        # a run that lasts a whole ordinary week, with nothing off any more, has no end
        endless = first[1] > calendar.instant(last - 2 * DAY, 0)
        return State(True, until=None if endless else first[1])
    today = calendar.date_at(at)
    reasons = {reason_on(agenda, calendar, today) for agenda in agendas}
    shared: Reason = reasons.pop() if len(reasons) == 1 else "outside_hours"
    return State(False, reason=shared, next=first[0] if first else None)


def chat_is_closed(agendas: Sequence[Agenda]) -> bool:
    """No teacher of a team that has any wants messages."""
    return bool(agendas) and not any(agenda.chat for agenda in agendas)


def next_digest(agenda: Agenda, calendar: Calendar, at: datetime) -> datetime | None:
    """The first digest moment after an instant; None without a digest."""
    if agenda.digest is None:
        return None
    for day in _days(agenda, calendar, at, _last_day((agenda,), calendar, at)):
        if day.weekday() in agenda.digest.days:
            moment = calendar.instant(day, agenda.digest.at)
            if moment > at:
                return moment
    return None


def blocks_on(agenda: Agenda, calendar: Calendar, day: date) -> tuple[Block, ...]:
    """When a teacher is there on a date, as they have set it."""
    return () if _off(agenda, calendar, day) else agenda.hours[day.weekday()]


def reason_on(agenda: Agenda, calendar: Calendar, day: date) -> Reason:
    """Why a teacher is not there on a date, or in the rest of it."""
    return _off(agenda, calendar, day) or "outside_hours"


def _off(agenda: Agenda, calendar: Calendar, day: date) -> Reason | None:
    if not agenda.chat:
        return "chat_off"
    if day in calendar.closed:
        return "school_closed"
    return "away" if agenda.is_away(day) else None


# --- Runs ----------------------------------------------------------------------------------


def _spans(agenda: Agenda, calendar: Calendar, at: datetime, last: date) -> Iterator[Span]:
    """Blocks that end after `at`, as instants, by their start.

    The clocks can put a block after those of the next date, so each waits until no other can
    come before it.
    """
    waiting: list[Span] = []
    for day in _days(agenda, calendar, at, last) if agenda.ever else ():
        for start, end in agenda.hours[day.weekday()]:
            span = calendar.instant(day, start), calendar.instant(day, end)
            if span[0] < span[1] and span[1] > at:
                heappush(waiting, span)
        settled = calendar.instant(day, 0)
        while waiting and waiting[0][0] < settled:
            yield heappop(waiting)
    yield from sorted(waiting)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Runs: those that touch or overlap are one."""
    run: Span | None = None
    for span in spans:
        if run is not None and span[0] <= run[1]:
            run = run[0], max(run[1], span[1])
        else:
            if run is not None:
                yield run
            run = span
    if run is not None:
        yield run


# --- Days ----------------------------------------------------------------------------------


def _days(agenda: Agenda, calendar: Calendar, at: datetime, last: date) -> Iterator[date]:
    """Dates that are neither closed nor away, from just before `at` to `last`."""
    day = calendar.date_at(at) - FARTHEST_SHIFT
    while day <= last:
        back = max((end for start, end in agenda.away if start <= day <= end), default=None)
        if back is not None:
            day = min(back, last)
        elif day not in calendar.closed:
            yield day
        day += DAY


def _last_day(agendas: Iterable[Agenda], calendar: Calendar, at: datetime) -> date:
    """Two weeks after the last day off: whatever has not happened by then never does."""
    off = [calendar.date_at(at), calendar.last_closed]
    off += [end for agenda in agendas for _, end in agenda.away]
    return min(max(off), LAST_DAY) + TWO_WEEKS


# --- Worked cases --------------------------------------------------------------------------


def answer_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """The `expect` of an object in the form of `cases/availability.json`."""
    from server.presence.notices import reach  # which rests on this module

    calendar = Calendar(
        ZoneInfo(case["timezone"]), frozenset(map(date.fromisoformat, case["closed"]))
    )
    at = datetime.fromisoformat(case["at"])
    given = _agenda_of_case(case["availability"])
    found, way = state(given, calendar, at), reach(given, calendar, at)

    def local(instant: datetime | None) -> str | None:
        if instant is None:
            return None
        return instant.astimezone(calendar.zone).isoformat(timespec="seconds")

    return {
        "available": found.available,
        "until": local(found.until),
        "reason": found.reason,
        "next": local(found.next),
        "notice": "push" if way.push else "email" if way.email_at else "none",
        "due": None if way.push else local(way.email_at),
    }


def _agenda_of_case(given: Mapping[str, Any] | None) -> Agenda:
    """None: nothing was set."""
    if given is None:
        return DEFAULT
    digest = given["digest"]
    return read_agenda(
        given["chat"],
        given["hours"],
        [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in given["away"]],
        digest and (digest["at"], digest["days"]),
    )
