"""Public holidays come from a library that is kept up to date, by the names people know."""

from __future__ import annotations

from datetime import date

from server.calendar.public import public_holidays
from tests.calendar.make import TODAY


def test_two_school_years_are_offered_each_as_an_edition() -> None:
    offer = public_holidays("nl", TODAY)
    assert [edition.source for edition in offer.editions] == [
        "public_holidays 2026-2027",
        "public_holidays 2027-2028",
    ]
    for edition, year in zip(offer.editions, (2026, 2027), strict=True):
        days = [period.first for period in edition.periods]
        assert days == sorted(days)
        assert all(date(year, 8, 1) <= day <= date(year + 1, 7, 31) for day in days)
        assert "Eerste kerstdag" in [period.name for period in edition.periods]


def test_a_day_on_which_not_every_school_is_closed_is_noted() -> None:
    assert public_holidays("nl", TODAY).notes == {"Bevrijdingsdag": "optional"}


def test_an_english_school_reads_them_in_english() -> None:
    assert "Christmas Day" in public_holidays("en", TODAY).names
