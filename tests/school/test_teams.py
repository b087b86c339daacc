"""What the office may do with a team: only what the roster does not say, within the school year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from server.decision import Conflict, Invalid, NotFound, ReadOnly
from server.school.teams import add_substitute, remove_substitute
from storage import ids
from storage.schema import School, SchoolClass, SchoolYear, Substitute, Teacher
from storage.writes import Delete, Insert, Replace, Write
from tests.cast import REGENBOOG as CAST

TODAY = date(2026, 11, 24)
YEAR = SchoolYear("2026-2027", date(2026, 8, 1), date(2027, 7, 31))
SCHOOL = School(id=CAST.school_id, name="De Regenboog", years=(YEAR,))
CLASS = SchoolClass(
    id=CAST.groep_3b, school_id=CAST.school_id, sis_id="3B", year="2026-2027", name="3B"
)
CARLA = Teacher(
    id=CAST.carla, school_id=CAST.school_id, sis_id="carla", given_name="Carla", family_name="Bos"
)
UNTIL = date(2026, 12, 7)
STANDING = Substitute(
    id=ids.pair(CAST.groep_3b, CAST.carla),
    school_id=CAST.school_id,
    class_id=CAST.groep_3b,
    teacher_id=CAST.carla,
    until=UNTIL,
)


def add(
    until: date = UNTIL,
    known: Substitute | None = None,
    today: date = TODAY,
    *,
    of_roster: bool = False,
) -> tuple[Write, ...]:
    return add_substitute(SCHOOL, CLASS, CARLA, known, until, today, of_roster=of_roster)


def test_carla_comes_into_the_team_and_the_school_changes_with_it() -> None:
    assert add() == (Insert(STANDING), Replace(SCHOOL))


def test_another_date_takes_the_place_of_the_first_and_the_same_changes_nothing() -> None:
    later = UNTIL + timedelta(days=7)
    changed = replace(STANDING, until=later)
    assert add(later, STANDING) == (Replace(changed), Replace(SCHOOL))
    assert add(UNTIL, STANDING) == ()


def test_a_substitution_lies_ahead_and_within_the_year() -> None:
    for until in (TODAY, TODAY - timedelta(days=1), date(2027, 8, 2)):
        with pytest.raises(Invalid):
            add(until)
    for until in (TODAY + timedelta(days=1), date(2027, 8, 1)):
        assert add(until)


def test_nobody_is_added_to_the_class_of_a_year_that_is_over() -> None:
    with pytest.raises(ReadOnly):
        add(date(2027, 9, 1), today=date(2027, 8, 1))


def test_whom_the_roster_put_in_the_team_is_the_rosters_to_change() -> None:
    with pytest.raises(Conflict):
        add(of_roster=True)
    with pytest.raises(Conflict):
        remove_substitute(SCHOOL, None, of_roster=True)
    assert remove_substitute(SCHOOL, STANDING, of_roster=True)


def test_a_substitute_goes_at_once_and_who_is_none_cannot() -> None:
    assert remove_substitute(SCHOOL, STANDING, of_roster=False) == (
        Delete(STANDING),
        Replace(SCHOOL),
    )
    with pytest.raises(NotFound):
        remove_substitute(SCHOOL, None, of_roster=False)
