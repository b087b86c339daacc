"""The national school holidays, out of a file as the government makes it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from server.calendar.government import read_school_holidays
from server.calendar.offer import Unreadable
from server.presence.closed_days import Edition
from storage.schema import Region
from tests.calendar.make import (
    AUTUMN,
    MAY,
    SPRING,
    TODAY,
    government,
    holiday,
    instant,
    period,
    region,
    school_year,
)


@pytest.mark.parametrize(
    ("of", "autumn", "spring"),
    [
        ("noord", AUTUMN, SPRING),
        ("zuid", (date(2026, 10, 10), date(2026, 10, 18)), None),
        ("midden", None, None),
    ],
)
def test_a_region_has_its_own_holidays_and_those_of_the_whole_country(
    of: Region, autumn: tuple[date, date] | None, spring: tuple[date, date] | None
) -> None:
    offer = read_school_holidays(government(), of, TODAY)
    named = (("Herfstvakantie", autumn), ("Voorjaarsvakantie", spring), ("Meivakantie", MAY))
    expected = tuple(period(*days, name) for name, days in named if days)
    assert offer.editions == (Edition("school_holidays 2026-2027", expected),)


def test_instants_are_dates_in_the_netherlands_summer_and_winter() -> None:
    assert instant(AUTUMN[0]) == "2026-10-16T22:00:00.000Z"
    assert instant(date(2026, 10, 26)) == "2026-10-25T23:00:00.000Z"
    (edition,) = read_school_holidays(government(), "noord", TODAY).editions
    assert (edition.periods[0].first, edition.periods[0].last) == AUTUMN


def test_dates_without_an_hour_are_taken_as_they_are() -> None:
    days = {"region": "noord", "startdate": " 2027-01-04 ", "enddate": "2027-01-08T00:00:00"}
    text = json.dumps(school_year("2026-2027", holiday("Vrij", days)))
    (edition,) = read_school_holidays(text, "noord", TODAY).editions
    assert edition.periods == (period(date(2027, 1, 4), date(2027, 1, 8), "Vrij"),)


def test_it_says_which_dates_are_only_advised() -> None:
    notes = read_school_holidays(government(), "noord", TODAY).notes
    assert notes == {"Herfstvakantie": "advised", "Voorjaarsvakantie": "advised"}


def test_a_file_of_one_year_is_read_as_well_as_a_list() -> None:
    whole = read_school_holidays(government(), "noord", TODAY)
    one = json.dumps(json.loads(government())[0])
    assert read_school_holidays(one, "noord", TODAY) == whole


def test_without_a_region_or_with_nothing_to_come_it_says_so() -> None:
    with pytest.raises(Unreadable, match="region_missing"):
        read_school_holidays(government(), None, TODAY)
    with pytest.raises(Unreadable, match="no_holidays"):
        read_school_holidays(government(), "noord", date(2028, 1, 1))


DAYS = region("noord", *AUTUMN)
BACKWARDS = region("noord", AUTUMN[1], AUTUMN[0])


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"content": None}],
        [{"content": [{"schoolyear": "x"}]}],
        [school_year("2026-2027", holiday("Vrij", {**DAYS, "startdate": "morgen"}))],
        [school_year("2026-2027", holiday("Vrij", {**DAYS, "enddate": None}))],
        [school_year("2026-2027", holiday("Vrij", BACKWARDS))],
        [school_year("2026-2027", holiday("Vrij", {**DAYS, "enddate": "9999-12-31T23:59:59Z"}))],
        [school_year("2026-2027", holiday("Vrij", {**DAYS, "startdate": "0001-01-01T00:00:00Z"}))],
    ],
)
def test_what_is_no_such_file_is_refused(wrong: list[Any]) -> None:
    with pytest.raises(Unreadable, match=r"not_holidays|no_holidays"):
        read_school_holidays(json.dumps(wrong), "noord", TODAY)
    whole = json.dumps([school_year("2026-2027", holiday("Vrij", DAYS, region("noord", *MAY)))])
    assert read_school_holidays(whole, "noord", TODAY).names == ("Vrij",)


def test_a_file_that_is_deep_or_broken_is_refused() -> None:
    for text in ("[" * 100_000, "[{", "{}", "[1]", '{"content": "x"}'):
        with pytest.raises(Unreadable, match="not_holidays"):
            read_school_holidays(text, "noord", TODAY)
