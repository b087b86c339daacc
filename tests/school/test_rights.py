"""Who sits in a conversation, and when nothing more can be written there."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import UTC, date, datetime
from itertools import product

import pytest
from msgspec.structs import replace

from server.school.rights import (
    Circle,
    Contact,
    Seat,
    current_year,
    is_listed,
    is_read_only,
    past_years,
    seat_of,
    year_of,
)
from storage import ids
from storage.schema import (
    Conversation,
    Guardian,
    Placement,
    Pupil,
    RoleName,
    School,
    SchoolClass,
    SchoolYear,
    Teacher,
)
from tests.cast import REGENBOOG as CAST
from tests.cast import guardianship

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
YEAR = SchoolYear("2026-2027", date(2026, 8, 1), date(2027, 7, 31))
SCHOOL = School(id=CAST.school_id, name="De Regenboog", years=(YEAR,))
PUPIL = Pupil(
    id=CAST.sami, school_id=CAST.school_id, sis_id="sami", given_name="Sami", family_name="Amrani"
)
CLASS = SchoolClass(
    id=CAST.groep_3b, school_id=CAST.school_id, sis_id="3B", year="2026-2027", name="3B"
)


def contact(name: str) -> Contact:
    guardian = Guardian(
        id=getattr(CAST, name),
        school_id=CAST.school_id,
        sis_id=name,
        given_name=name.title(),
        family_name="Amrani",
    )
    return Contact(guardian, guardianship(CAST, "sami", name))


CIRCLE = Circle(
    school=SCHOOL,
    school_class=CLASS,
    pupil=PUPIL,
    placed=True,
    contacts=(contact("fatima"), contact("youssef")),
    teacher_ids=frozenset({CAST.anna, CAST.bram}),
)
ALONE = Conversation(
    id="regenboog.alone",
    school_id=CAST.school_id,
    class_id=CAST.groep_3b,
    pupil_id=CAST.sami,
    guardian_ids=(CAST.fatima,),
    opened_by=(CAST.fatima,),
    last_seq=3,
    rev=3,
    order=ids.NEVER,
    bucket=0,
    changed_at=NOW,
)
JOINT = replace(ALONE, guardian_ids=(CAST.fatima, CAST.youssef))
APART = changed(CIRCLE, pupil=replace(PUPIL, apart=True))

PEOPLE: dict[str, RoleName] = {
    "fatima": "guardian",
    "youssef": "guardian",
    "joost": "guardian",
    "anna": "teacher",
    "bram": "teacher",
    "carla": "teacher",
    "dewit": "office",
}


def seat(conversation: Conversation, circle: Circle, *names: str) -> Seat | None:
    people = [(getattr(CAST, name), PEOPLE[name], name.title()) for name in names]
    return seat_of(conversation, circle, people, TODAY)


@pytest.mark.parametrize(("name", "role"), list(PEOPLE.items()))
def test_the_named_guardians_and_the_team_sit_in_it_and_nobody_else(
    name: str, role: RoleName
) -> None:
    for conversation in (ALONE, JOINT):
        named = getattr(CAST, name) in conversation.guardian_ids
        taken = seat(conversation, CIRCLE, name)
        assert (taken is not None) == (named or name in ("anna", "bram"))
        if taken:
            assert (taken.person_id, taken.role, taken.of_team) == (
                getattr(CAST, name),
                role,
                role == "teacher",
            )


def test_an_id_alone_opens_nothing_in_another_role() -> None:
    """An office or a teacher whose id were that of a named guardian is no guardian."""
    tries: list[tuple[str, RoleName]] = [
        (CAST.fatima, "teacher"),
        (CAST.fatima, "office"),
        (CAST.anna, "guardian"),
        (CAST.anna, "office"),
    ]
    for person_id, role in tries:
        assert seat_of(ALONE, CIRCLE, [(person_id, role, "")], TODAY) is None


def test_before_the_first_message_only_its_openers_sit_in_it() -> None:
    empty = replace(JOINT, last_seq=0, rev=0, opened_by=(CAST.fatima, CAST.bram))
    seated = {name for name in PEOPLE if seat(empty, CIRCLE, name)}
    assert seated == {"fatima", "bram"}
    assert {name for name in PEOPLE if seat(JOINT, CIRCLE, name)} == seated | {"youssef", "anna"}


@pytest.mark.parametrize("names", [("anna", "fatima"), ("fatima", "anna")])
def test_a_teacher_named_as_guardian_is_there_as_guardian_only(names: tuple[str, str]) -> None:
    taken = seat(ALONE, CIRCLE, *names)
    assert taken is not None
    assert (taken.person_id, taken.role) == (CAST.fatima, "guardian")
    without_fatima = changed(CIRCLE, contacts=(contact("youssef"),))
    assert seat(ALONE, without_fatima, *names) is None
    assert seat(ALONE, without_fatima, "anna") is not None


def test_whoever_was_named_as_guardian_takes_no_other_place() -> None:
    """Fatima is no longer in the roster, so her account speaks for juf Anna alone."""
    anna: tuple[str, RoleName, str] = (CAST.anna, "teacher", "Anna")
    assert seat_of(ALONE, CIRCLE, [anna], TODAY, named=True) is None
    assert seat_of(ALONE, CIRCLE, [anna], TODAY, named=False) is not None


def test_who_may_not_be_contacted_is_listed_to_nobody() -> None:
    without_youssef = changed(CIRCLE, contacts=(contact("fatima"),))
    taken = seat(JOINT, without_youssef, "anna")
    assert taken is not None
    assert taken.guardian_ids == (CAST.fatima,)
    assert seat(JOINT, without_youssef, "youssef") is None


def test_a_conversation_becomes_read_only_for_each_reason_alone() -> None:
    nobody_left = changed(CIRCLE, contacts=(contact("youssef"),))
    assert not is_read_only(ALONE, CIRCLE, TODAY)
    assert not is_read_only(JOINT, CIRCLE, TODAY)
    assert not is_read_only(ALONE, APART, TODAY)
    assert is_read_only(JOINT, APART, TODAY)
    assert is_read_only(ALONE, changed(CIRCLE, placed=False), TODAY)
    assert is_read_only(ALONE, nobody_left, TODAY)
    assert not is_read_only(ALONE, CIRCLE, date(2027, 7, 31))
    assert is_read_only(ALONE, CIRCLE, date(2027, 8, 1))


@pytest.mark.parametrize(("roster", "office"), list(product((False, True), (None, False, True))))
def test_guardians_live_apart_when_the_office_or_the_roster_says_so(
    roster: bool, office: bool | None
) -> None:
    pupil = replace(PUPIL, apart=roster, apart_by_office=office)
    assert pupil.guardians_apart == (roster or office is True)


def test_apart_one_guardian_is_shown_nothing_of_the_other() -> None:
    assert APART.contacts_shown_to(CAST.fatima) == (contact("fatima"),)
    renamed = Contact(
        replace(contact("youssef").guardian, given_name="Joe"), contact("youssef").guardianship
    )
    for changed_there in ((contact("fatima"), renamed), (contact("fatima"),)):
        other = changed(APART, contacts=changed_there)
        assert other.outline(CAST.fatima) == APART.outline(CAST.fatima)
        assert other.outline() != APART.outline()
        together = changed(CIRCLE, contacts=changed_there)
        assert together.outline(CAST.fatima) != CIRCLE.outline(CAST.fatima)


def test_a_year_counts_until_it_has_ended_and_a_later_one_is_there() -> None:
    next_year = SchoolYear("2027-2028", date(2027, 8, 20), date(2028, 7, 31))
    last_day, day_after = YEAR.ends, date(2027, 8, 1)
    assert past_years([YEAR, next_year], last_day) == frozenset()
    assert past_years([YEAR, next_year], day_after) == {"2026-2027"}
    assert past_years([YEAR], day_after) == frozenset()
    assert past_years([next_year, YEAR], date(2030, 1, 1)) == {"2026-2027"}
    assert past_years([], day_after) == frozenset()


def test_a_pupil_is_of_the_first_year_that_counts() -> None:
    this, later = (
        Placement(id=year, school_id="", class_id="", pupil_id=CAST.sami, year=year)
        for year in ("2026-2027", "2027-2028")
    )
    assert year_of([later, this], frozenset()) == "2026-2027"
    assert year_of([later, this], frozenset({"2026-2027"})) == "2027-2028"
    assert year_of([this], frozenset({"2026-2027"})) is None


def test_a_teacher_is_listed_while_a_roster_that_counts_has_them() -> None:
    anna = Teacher(
        id=CAST.anna, school_id=CAST.school_id, sis_id="anna", given_name="Anna", family_name=""
    )
    past = frozenset({"2026-2027"})
    assert is_listed(anna, past)
    assert not is_listed(replace(anna, gone=True), frozenset())
    of_then = replace(anna, years=("2026-2027",))
    assert is_listed(of_then, frozenset())
    assert not is_listed(of_then, past)
    assert is_listed(replace(anna, years=("2026-2027", "2027-2028")), past)


def test_guardians_apart_by_one_child_are_apart_by_another() -> None:
    by_sibling = changed(CIRCLE, apart_elsewhere=True)
    assert not is_read_only(JOINT, CIRCLE, TODAY)
    assert is_read_only(JOINT, by_sibling, TODAY)
    assert by_sibling.contacts_shown_to(CAST.fatima) == (contact("fatima"),)


def test_in_the_summer_the_year_that_begins_next_is_the_current_one() -> None:
    next_year = SchoolYear("2027-2028", date(2027, 8, 20), date(2028, 7, 31))
    school = replace(SCHOOL, years=(next_year, YEAR))
    assert current_year(school, TODAY) == YEAR
    assert current_year(school, date(2027, 8, 5)) == next_year
    assert current_year(school, date(2030, 1, 1)) == next_year
    assert current_year(replace(SCHOOL, years=()), TODAY) is None
