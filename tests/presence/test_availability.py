"""When juf Anna and meester Bram are there: the corners that a worked case has no room for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.presence.availability import (
    DEFAULT,
    WEEKDAYS,
    Agenda,
    Calendar,
    State,
    chat_is_closed,
    next_digest,
    read_agenda,
    state,
    team_state,
)
from server.presence.notices import Reach, reach

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TERM = Calendar(AMSTERDAM, frozenset())
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)
ALWAYS = read_agenda(True, {key: [["00:00", "24:00"]] for key in WEEKDAYS}, (), None)
CHAT_OFF = replace(DEFAULT, chat=False)


def away(first: str, last: str) -> Agenda:
    return replace(DEFAULT, away=((date.fromisoformat(first), date.fromisoformat(last)),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def test_who_has_set_nothing_is_there_on_school_days_and_reads_a_digest_after_them() -> None:
    assert state(DEFAULT, TERM, MONDAY) == State(True, until=at("2026-11-23T16:30"))
    friday = at("2026-11-27T16:30")
    assert state(DEFAULT, TERM, friday).next == at("2026-11-30T08:00")
    assert next_digest(DEFAULT, TERM, friday) == at("2026-11-27T16:45")


def test_who_is_always_there_has_no_end_until_something_ends_it() -> None:
    assert state(ALWAYS, TERM, MONDAY) == State(True, until=None)
    closing = Calendar(AMSTERDAM, frozenset({date(2027, 5, 5)}))
    assert state(ALWAYS, closing, MONDAY).until == at("2027-05-05T00:00")
    assert state(ALWAYS, closing, at("2027-05-06T00:00")) == State(True, until=None)
    day, night = (
        read_agenda(True, {key: [hours] for key in WEEKDAYS}, (), None)
        for hours in (["06:00", "18:00"], ["00:00", "06:00"])
    )
    late = read_agenda(True, {key: [["18:00", "24:00"]] for key in WEEKDAYS}, (), None)
    gone = replace(DEFAULT, away=((date(2028, 1, 1), date(2028, 1, 2)),))
    assert team_state([day, night, late, gone], TERM, MONDAY) == State(True, until=None)


def test_the_summer_and_a_year_away_are_looked_past() -> None:
    summer = frozenset(date(2026, 7, 4) + timedelta(days=number) for number in range(58))
    calendar = Calendar(AMSTERDAM, summer)
    assert state(DEFAULT, calendar, at("2026-07-03T17:00")).next == at("2026-08-31T08:00")
    year = away("2026-11-01", "2028-10-31")
    assert state(year, TERM, MONDAY) == State(False, reason="away", next=at("2028-11-01T08:00"))
    assert next_digest(year, TERM, MONDAY) == at("2028-11-01T16:45")
    for_good = away("2026-11-01", "9999-12-31")
    assert state(for_good, TERM, MONDAY) == State(False, reason="away")
    assert next_digest(for_good, TERM, MONDAY) is None


def test_a_day_off_in_the_middle_ends_a_run() -> None:
    calendar = Calendar(AMSTERDAM, frozenset({date(2026, 11, 25)}))
    assert state(ALWAYS, calendar, MONDAY).until == at("2026-11-25T00:00")
    closed = state(ALWAYS, calendar, at("2026-11-25T12:00"))
    assert closed == State(False, reason="school_closed", next=at("2026-11-26T00:00"))
    holiday = replace(ALWAYS, away=((date(2026, 11, 24), date(2026, 11, 24)),))
    assert state(holiday, TERM, MONDAY).until == at("2026-11-24T00:00")


def test_a_team_is_there_until_the_last_of_runs_that_join() -> None:
    early, afternoon, evening = (
        read_agenda(True, {"mon": [hours]}, (), None)
        for hours in (["08:00", "12:00"], ["12:00", "15:00"], ["15:30", "17:00"])
    )
    team = [evening, afternoon, early]
    assert team_state(team, TERM, MONDAY).until == at("2026-11-23T15:00")
    break_ = team_state(team, TERM, at("2026-11-23T15:10"))
    assert break_ == State(False, reason="outside_hours", next=at("2026-11-23T15:30"))


def test_a_team_has_the_reason_that_its_teachers_share() -> None:
    gone = away("2026-11-23", "2026-11-24")
    tonight = at("2026-11-23T21:00")
    assert team_state([gone, gone], TERM, MONDAY).reason == "away"
    mixed = team_state([gone, CHAT_OFF], TERM, MONDAY)
    assert mixed == State(False, reason="outside_hours", next=at("2026-11-25T08:00"))
    assert team_state([CHAT_OFF, CHAT_OFF], TERM, MONDAY) == State(False, reason="chat_off")
    assert team_state([gone, DEFAULT], TERM, tonight).reason == "outside_hours"
    assert team_state([], TERM, MONDAY) == State(False, reason="outside_hours")


def test_chat_is_closed_when_no_teacher_of_some_wants_messages() -> None:
    assert chat_is_closed([CHAT_OFF, CHAT_OFF])
    assert not chat_is_closed([CHAT_OFF, DEFAULT])
    assert not chat_is_closed([]), "nobody is there yet who could have switched it off"


def test_a_colleague_with_chat_off_neither_opens_nor_closes_the_team() -> None:
    assert team_state([CHAT_OFF, DEFAULT], TERM, MONDAY).until == at("2026-11-23T16:30")


def test_who_is_there_gets_a_push_and_the_digest_if_no_device_took_it() -> None:
    assert reach(DEFAULT, TERM, MONDAY) == Reach(push=True, email_at=at("2026-11-23T16:45"))
    tonight = at("2026-11-23T21:00")
    assert reach(DEFAULT, TERM, tonight) == Reach(push=False, email_at=at("2026-11-24T16:45"))


def test_who_has_it_open_needs_no_push() -> None:
    seen = reach(DEFAULT, TERM, MONDAY, looking=True)
    assert seen == Reach(push=False, email_at=at("2026-11-23T16:45"))
    assert reach(DEFAULT, TERM, MONDAY).push, "it would have come"


def test_without_a_digest_nothing_comes_at_night() -> None:
    silent = replace(DEFAULT, digest=None)
    assert reach(silent, TERM, at("2026-11-23T21:00")) == Reach(push=False, email_at=None)
    assert reach(silent, TERM, MONDAY) == Reach(push=True, email_at=None)


def test_an_instant_is_the_same_in_every_zone() -> None:
    assert state(DEFAULT, TERM, MONDAY.astimezone(UTC)) == state(DEFAULT, TERM, MONDAY)
