"""What holds for every agenda, calendar and instant; and that a naive model says the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.presence.availability import (
    Agenda,
    Calendar,
    Digest,
    State,
    chat_is_closed,
    next_digest,
    state,
    team_state,
)
from server.presence.notices import reach
from server.presence.outlook import Outlook
from tests.presence.agendas import CHANGES, agendas, calendars
from tests.presence.naive import DAYS, MINUTE, there, wall

OFTEN = settings(max_examples=80, deadline=None)


@st.composite
def moments(draw: st.DrawFn) -> tuple[Agenda, Calendar, datetime, str, date]:
    zone, day = draw(st.sampled_from(CHANGES))
    begin = wall(zone, day).begin + timedelta(days=DAYS)
    at = begin + draw(st.integers(-2 * 24 * 60, 3 * 24 * 60)) * MINUTE
    return draw(agendas(day)), draw(calendars(zone, day)), at, zone, day


@OFTEN
@given(moments())
def test_it_says_what_one_sees_who_watches_the_clock(
    moment: tuple[Agenda, Calendar, datetime, str, date],
) -> None:
    agenda, calendar, at, zone, day = moment
    _agrees(state(agenda, calendar, at), there(agenda, calendar.closed, zone, day), at, zone, day)


@OFTEN
@given(moments(), st.data())
def test_a_team_is_there_while_anybody_of_it_is(
    moment: tuple[Agenda, Calendar, datetime, str, date], data: st.DataObject
) -> None:
    agenda, calendar, at, zone, day = moment
    team = [agenda, *data.draw(st.lists(agendas(day), max_size=2))]
    each = [there(one, calendar.closed, zone, day) for one in team]
    anybody = bytearray(max(marks) for marks in zip(*each, strict=True))
    found = team_state(team, calendar, at)
    _agrees(found, anybody, at, zone, day)
    reasons = {state(one, calendar, at).reason for one in team}
    if not found.available:
        assert found.reason == (reasons.pop() if len(reasons) == 1 else "outside_hours")
    assert chat_is_closed(team) == (not any(one.chat for one in team))


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_every_ten_minutes_of_a_day_when_clocks_change(zone: str, day: date) -> None:
    """A teacher of the night, whose blocks lie on both sides of every change and touch at midnight."""
    night = ((0, 60), (90, 150), (150, 165), (195, 240), (1320, 1395), (1410, 1440))
    agenda = Agenda(True, (night,) * 7, (), Digest(150, frozenset(range(7))))
    closed = frozenset({day + timedelta(days=2)})
    calendar = Calendar(ZoneInfo(zone), closed)
    marks = there(agenda, closed, zone, day)
    begin = wall(zone, day).begin + timedelta(days=DAYS - 1)
    slots = set()
    for number in range(0, 3 * 24 * 60, 10):
        at = begin + number * MINUTE
        _agrees(state(agenda, calendar, at), marks, at, zone, day)
        slots.add(next_digest(agenda, calendar, at))
    watched = wall(zone, day)
    days = [calendar.date_at(begin) + timedelta(days=n) for n in range(-1, 6)]
    moments_ = {watched.begin + watched.minute_of(d, 150) * MINUTE for d in days if d not in closed}
    last = max(slot for slot in slots if slot)
    assert slots == {one for one in moments_ if begin < one <= last}, "each slot exactly once"


@OFTEN
@given(moments())
def test_a_digest_comes_after_the_message_on_a_day_that_counts(
    moment: tuple[Agenda, Calendar, datetime, str, date],
) -> None:
    agenda, calendar, at, zone, day = moment
    due = next_digest(agenda, calendar, at)
    assert (due is None) == (agenda.digest is None)
    if due is None or agenda.digest is None:
        return
    assert due > at
    watched = wall(zone, day)
    allowed = [
        one
        for one in (day + timedelta(days=number) for number in range(-DAYS + 2, DAYS - 2))
        if one not in calendar.closed
        and not agenda.is_away(one)
        and one.weekday() in agenda.digest.days
    ]
    slots = [watched.begin + watched.minute_of(one, agenda.digest.at) * MINUTE for one in allowed]
    later = min((slot for slot in slots if slot > at), default=None)
    assert due == later if later else due.date() >= day + timedelta(days=DAYS - 4)


@OFTEN
@given(moments())
def test_the_answers_never_contradict_each_other(
    moment: tuple[Agenda, Calendar, datetime, str, date],
) -> None:
    agenda, calendar, at, _, _ = moment
    found, way = state(agenda, calendar, at), reach(agenda, calendar, at)
    assert way.push == found.available
    assert way.email_at == next_digest(agenda, calendar, at)
    if found.available:
        assert found.reason is None
        assert found.next is None
        if found.until:
            assert found.until > at
            assert not state(agenda, calendar, found.until).available
            assert state(agenda, calendar, found.until - MINUTE).until == found.until
    else:
        assert found.reason
        assert found.until is None
        if found.next:
            assert found.next > at
            assert state(agenda, calendar, found.next).available
            assert not state(agenda, calendar, found.next - MINUTE).available
        else:
            assert found.reason == "chat_off" or not agenda.ever


@OFTEN
@given(moments(), st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=12))
def test_what_is_remembered_is_what_would_be_worked_out(
    moment: tuple[Agenda, Calendar, datetime, str, date], minutes: list[int]
) -> None:
    agenda, calendar, at, _, _ = moment
    outlook = Outlook(agenda, calendar)
    for instant in [at + n * MINUTE for n in minutes]:
        assert outlook.is_there(instant) == state(agenda, calendar, instant).available
        assert outlook.next_digest(instant) == next_digest(agenda, calendar, instant)


def _agrees(found: State, marks: bytearray, at: datetime, zone: str, day: date) -> None:
    """`until` and `next` are where the marks turn, if they do as long as the clock was watched."""
    begin = wall(zone, day).begin
    minute = (at - begin) // MINUTE
    seen_until = begin + (DAYS * 2 - 4) * 24 * 60 * MINUTE
    assert found.available == bool(marks[minute])
    turn = marks.find(not marks[minute], minute)
    turned = None if turn < 0 else begin + turn * MINUTE
    told = found.until if found.available else found.next
    if turned is not None and turned < seen_until:
        assert told == turned
    else:
        assert told is None or told >= seen_until
