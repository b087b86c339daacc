"""What taking over a calendar from elsewhere does to the days that a school has set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.decision import Conflict, Invalid
from server.presence.closed_days import (
    Differences,
    Edition,
    Period,
    called,
    empty,
    periods,
    set_closed,
    take_over,
)
from storage.schema import School, SchoolCalendar
from tests.calendar.make import TODAY, period

SCHOOL = School(id="regenboog", name="De Regenboog")
AUTUMN = period(date(2027, 10, 16), date(2027, 10, 24), "Herfstvakantie")
LATER = period(date(2027, 10, 23), date(2027, 10, 31), "Herfstvakantie")
KING = date(2027, 4, 27)
OWN = date(2027, 3, 5)


def holidays(*some: Period) -> Edition:
    return Edition("school_holidays 2027-2028", some)


def public(*some: Period) -> Edition:
    return Edition("public_holidays 2026-2027", some)


def took(
    before: SchoolCalendar | None, *editions: Edition, today: date = TODAY
) -> tuple[SchoolCalendar, Differences]:
    return take_over(SCHOOL, before, editions, today)


def closes(*days: date, before: SchoolCalendar | None = None) -> SchoolCalendar:
    known = before.closed if before else ()
    return set_closed(SCHOOL, before, [*known, *days])


def test_an_edition_that_moves_takes_back_what_it_had_and_no_more() -> None:
    first, found = took(closes(OWN), holidays(AUTUMN))
    assert (found.comes, found.goes, found.stays) == ((AUTUMN,), (), ())
    second, found = took(first, holidays(LATER))
    assert found.comes == (period(date(2027, 10, 25), date(2027, 10, 31), "Herfstvakantie"),)
    assert found.goes == (period(date(2027, 10, 16), date(2027, 10, 22), "Herfstvakantie"),)
    assert found.stays == (period(date(2027, 10, 23), date(2027, 10, 24), "Herfstvakantie"),)
    assert second.closed == (OWN, *LATER.days())
    third, found = took(second, holidays(LATER))
    assert third == second
    assert (found.comes, found.goes, found.stays) == ((), (), (LATER,))


def test_what_the_office_closed_stays_closed_whatever_an_edition_does() -> None:
    own = closes(AUTUMN.first)
    with_it, found = took(own, holidays(AUTUMN))
    assert found.stays == (period(AUTUMN.first, name="Herfstvakantie"),)
    without, found = took(with_it, holidays())
    assert without.closed == own.closed
    assert sum(map(len, found.goes)) == len(AUTUMN) - 1


def test_what_the_office_opened_is_offered_again_and_not_done_by_itself() -> None:
    first, _ = took(None, public(period(KING, name="Koningsdag")))
    opened = set_closed(SCHOOL, first, [])
    assert opened.imported == {}
    _, found = took(opened, public())
    assert (found.comes, found.goes) == ((), ())
    _, found = took(opened, public(period(KING, name="Koningsdag")))
    assert found.comes == (period(KING, name="Koningsdag"),)


def test_a_day_that_another_calendar_has_too_stays_closed() -> None:
    may = period(KING - timedelta(days=3), KING + timedelta(days=5), "Meivakantie")
    both, _ = took(None, holidays(may), public(period(KING, name="Koningsdag")))
    assert both.names[KING] == "Meivakantie"
    without, found = took(both, holidays())
    assert without.closed == (KING,)
    assert found.goes == (
        period(may.first, KING - timedelta(days=1), "Meivakantie"),
        period(KING + timedelta(days=1), may.last, "Meivakantie"),
    )
    assert took(without, public())[0].closed == ()


def test_what_has_passed_is_as_it_was() -> None:
    first, _ = took(None, holidays(AUTUMN))
    during = date(2027, 10, 20)
    later, found = took(first, holidays(), today=during)
    assert found.goes == (period(during, AUTUMN.last, "Herfstvakantie"),)
    assert later.closed == tuple(period(AUTUMN.first, date(2027, 10, 19)).days())


def test_days_are_called_after_the_longest_and_keep_the_name_the_office_gave() -> None:
    named = set_closed(SCHOOL, None, [KING, OWN], names=[period(KING, name="Feest op school")])
    after, found = took(named, public(period(KING, name="Koningsdag"), period(OWN, name="Vrij")))
    assert after.names == {KING: "Feest op school", OWN: "Vrij"}
    assert found.named == (period(OWN, name="Vrij"),)


def test_an_edition_may_call_its_days_something_else() -> None:
    first, _ = took(None, holidays(AUTUMN))
    renamed = period(AUTUMN.first, AUTUMN.last, "Herfst")
    second, found = took(first, holidays(renamed))
    assert (found.comes, found.goes, found.named) == ((), (), (renamed,))
    assert set(second.names.values()) == {"Herfst"}


def test_a_day_that_stays_keeps_its_name_and_one_that_goes_loses_it() -> None:
    first, _ = took(None, holidays(AUTUMN))
    some = list(AUTUMN.days())[:2]
    assert set_closed(SCHOOL, first, [*some, OWN]).names == dict.fromkeys(some, "Herfstvakantie")
    assert set_closed(SCHOOL, first, some, names=[]).names == {}


def test_nothing_is_done_on_a_calendar_that_a_colleague_has_changed() -> None:
    stored = SchoolCalendar(id="regenboog.calendar", school_id="regenboog", version=4)
    for seen in (3, 5, 0):
        with pytest.raises(Conflict, match="calendar_changed"):
            take_over(SCHOOL, stored, [holidays(AUTUMN)], TODAY, seen=seen)
        with pytest.raises(Conflict, match="calendar_changed"):
            set_closed(SCHOOL, stored, [OWN], seen=seen)
    assert take_over(SCHOOL, stored, [holidays(AUTUMN)], TODAY, seen=4)
    assert set_closed(SCHOOL, None, [OWN], seen=0).closed == (OWN,)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (period(date(2027, 1, 2), date(2027, 1, 1)), "away_order"),
        (period(date(1999, 1, 1)), "date_far"),
        (period(date(2100, 1, 1)), "date_far"),
        (period(date(2027, 1, 1), date(2028, 1, 2)), "too_many_days"),
    ],
)
def test_dates_that_cannot_be_are_refused(wrong: Period, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        took(None, holidays(wrong))
    assert took(None, holidays(period(date(2027, 1, 1), date(2028, 1, 1))))[1].comes


def test_a_calendar_has_a_size() -> None:
    years = [period(date(y, 1, 1), date(y, 12, 31)) for y in range(2027, 2033)]
    with pytest.raises(Invalid, match="too_many_days"):
        took(None, holidays(*years))
    assert took(None, holidays(*years[:5]))[1].comes


def test_a_name_is_what_can_be_shown_of_it() -> None:
    assert called("\n  Herfst\u202e\t vakantie\x00 ") == "Herfst vakantie"
    assert called("e\u0301e\u0301n") == "één"
    assert called("x" * 500) == "x" * 80


DAYS = st.dates(date(2026, 12, 1), date(2027, 2, 28))
EDITIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.frozensets(DAYS, max_size=12)), min_size=1, max_size=4
)


def edition(source: str, days: Iterable[date]) -> Edition:
    return Edition(source, periods(dict.fromkeys(days, source), days))


@given(own=st.frozensets(DAYS, max_size=8), taken=EDITIONS)
def test_a_school_is_closed_on_its_own_days_and_those_of_the_last_editions(
    own: frozenset[date], taken: list[tuple[str, frozenset[date]]]
) -> None:
    calendar = closes(*own)
    for source, days in taken:
        before = calendar
        calendar, found = took(calendar, edition(source, days))
        was, will = set(before.closed), set(calendar.closed)
        assert {day for one in found.comes for day in one.days()} == will - was
        assert {day for one in found.goes for day in one.days()} == was - will
        assert {day for one in found.stays for day in one.days()} == was & will & days
    last = dict(taken)
    assert set(calendar.closed) == own.union(*last.values())
    assert set(calendar.names) <= set(calendar.closed)
    for source in last:
        calendar, _ = took(calendar, edition(source, []))
    assert set(calendar.closed) == set(own)
    assert calendar.closed == (empty(SCHOOL).closed if not own else tuple(sorted(own)))
