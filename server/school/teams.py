"""Substitutes: whom the office puts into a class's team until a date, beside the roster."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from server.decision import Conflict, Invalid, NotFound, ReadOnly
from server.school.accounts import folded
from server.school.rights import has_ended
from storage import ids
from storage.schema import School, SchoolClass, Substitute, Teacher
from storage.writes import Delete, Insert, Replace, Write


def add_substitute(
    school: School,
    school_class: SchoolClass,
    teacher: Teacher,
    known: Substitute | None,
    until: date,
    today: date,
    *,
    of_roster: bool,
) -> tuple[Write, ...]:
    """Nothing to write where it stands already. `of_roster`: the roster has them in the team.

    Raises `ReadOnly`, `Invalid` for a date in the past or after the school
    year, and `Conflict` for a member of the team.
    """
    if has_ended(school, school_class, today):
        raise ReadOnly("class_ended")
    if until <= today:
        raise Invalid("until", "until_past")
    for year in school.years:
        if year.name == school_class.year and until > year.ends + timedelta(days=1):
            raise Invalid("until", "until_after_year")
    if of_roster:
        raise Conflict("in_team")
    if known is None:
        substitute = Substitute(
            id=ids.pair(school_class.id, teacher.id),
            school_id=school.id,
            class_id=school_class.id,
            teacher_id=teacher.id,
            until=until,
        )
        return Insert(substitute), Replace(school)
    if known.until == until:
        return ()
    return Replace(replace(known, until=until)), Replace(school)


def remove_substitute(
    school: School, known: Substitute | None, *, of_roster: bool
) -> tuple[Write, ...]:
    """Raises `Conflict` for whom the roster has in the team, `NotFound` for who is not in it."""
    if known is not None:
        return Delete(known), Replace(school)
    raise Conflict("team_in_roster") if of_roster else NotFound


def from_outside(
    school: School, id: str, name: str, email: str, waiting: Teacher | None
) -> tuple[Write, ...]:
    """A teacher whom no roster knows: the record's own id stands for that of a roster.

    The address tells who it is until there is an account; whoever is `waiting` gets the name.
    """
    given, _, family = name.partition(" ")
    teacher = Teacher(
        id=id,
        school_id=school.id,
        sis_id=id,
        given_name=given,
        family_name=family,
        email=folded(email),
        from_outside=True,
    )
    if waiting is not None:
        renamed = replace(waiting, given_name=given, family_name=family)
        return Replace(renamed), Replace(school)
    # the School is the boundary of this race: two who ask at once make one teacher
    return Insert(teacher), Replace(school)
