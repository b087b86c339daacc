"""From what the school has and a picture of the year to what must be written.

People are the same when their SIS ids are, and never because of a name or an
address. Who is no longer in the picture is marked as gone and loses the ties
that rights are made of; nothing they wrote is touched, and other years stay.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from server.school.differences import Change, CurrentRoster, Differences, Part
from server.school.picture import (
    Picture,
    RosterClass,
    RosterGuardian,
    RosterPupil,
    RosterTeacher,
    RosterTeam,
)
from server.school.ties import Ties, by_ends
from storage import ids
from storage.schema import (
    Guardian,
    Guardianship,
    Placement,
    Pupil,
    Record,
    School,
    SchoolClass,
    SchoolYear,
    Teacher,
    TeamMember,
)
from storage.writes import Delete, Insert, Replace, Write

New = TypeVar("New")
R = TypeVar("R", bound=Record)
A = TypeVar("A", Guardian, Teacher)
Link = TypeVar("Link", Placement, TeamMember)


def compare(current: CurrentRoster, picture: Picture) -> Differences:
    ties = Ties(current, picture)
    guardianships = ties.compared()
    cared_for = ties.guardians_left(guardianships)
    return Differences(
        current=current,
        picture=picture,
        classes=_matched(picture.classes, current.classes, _class),
        pupils=_people(picture.pupils, current.pupils, partial(_pupil, current), current.elsewhere),
        guardians=_people(picture.guardians, current.guardians, _adult, cared_for),
        teachers=_teachers(current, picture),
        placements=_placements(current, picture),
        guardianships=guardianships,
        teams=_teams(current, picture),
        ties=len(ties.held()),
        ties_lost=ties.lost(),
    )


def writes(
    differences: Differences, school: School, fresh: Callable[[str], str]
) -> Iterator[Write]:
    """Everything for one commit, the School first; `fresh` makes an id within a school."""
    if not differences:
        return
    picture = differences.picture
    years, rosters = _years(school, picture.year), school.rosters
    if picture.made_at:
        rosters = {**rosters, picture.year.name: picture.made_at}
    yield Replace(msgspec.structs.replace(school, years=years, rosters=rosters))
    known = _Ids(differences.current, school.id, fresh)
    yield from map(Insert, _new_records(differences, school.id, known))
    for part in differences.parts:
        for change in part.changes:
            yield Replace(change.after)
        yield from map(Replace, part.kept)
    for person in (
        *differences.pupils.goes,
        *differences.guardians.goes,
        *differences.teachers.goes,
    ):
        yield Replace(msgspec.structs.replace(person, gone=True))
    for place in (*differences.placements.goes, *differences.teams.goes):
        yield Delete(place)
    for tie in differences.guardianships.goes:
        yield Replace(tie) if tie.years else Delete(tie)


# --- What differs ----------------------------------------------------------------------------


def _matched(
    listed: Iterable[New], current: Mapping[str, R], become: Callable[[New, R], R]
) -> Part[New, R]:
    """Who is new, and whose record is no longer right."""
    comes: list[New] = []
    changes: list[Change[R]] = []
    for one in listed:
        before = current.get(one.sis_id)  # type: ignore[attr-defined]
        if before is None:
            comes.append(one)
            continue
        after = become(one, before)
        if after != before:
            changes.append(Change(before, after))
    return Part(tuple(comes), tuple(changes))


def _people(
    listed: tuple[New, ...],
    current: Mapping[str, R],
    become: Callable[[New, R], R],
    stays: Container[str],
) -> Part[New, R]:
    """Whoever is gone and listed again changes back; who is kept by another year stays."""
    part = _matched(listed, current, become)
    there = {one.sis_id for one in listed}  # type: ignore[attr-defined]
    goes = (
        person
        for sis_id, person in current.items()
        if sis_id not in there and person.id not in stays and not person.gone  # type: ignore[attr-defined]
    )
    return Part(part.comes, part.changes, tuple(goes))


def _teachers(current: CurrentRoster, picture: Picture) -> Part[RosterTeacher, Teacher]:
    """A teacher is of the years whose rosters list them, with a class or without."""
    year = picture.year.name
    listed = {one.sis_id for one in picture.teachers}

    def become(one: RosterTeacher, before: Teacher) -> Teacher:
        years = tuple(sorted({*_years_of(before, current), year}))
        return msgspec.structs.replace(_adult(one, before), years=years)

    part = _matched(picture.teachers, current.teachers, become)
    changes = [c for c in part.changes if _as_shown(c.before) != _as_shown(c.after)]
    kept = [c.after for c in part.changes if _as_shown(c.before) == _as_shown(c.after)]
    goes: list[Teacher] = []
    for sis_id, before in current.teachers.items():
        if sis_id in listed or before.gone or before.from_outside:
            continue
        left = _years_of(before, current) - {year}
        after = msgspec.structs.replace(before, years=tuple(sorted(left)))
        if not left:
            goes.append(after)
        elif after != before:
            kept.append(after)
    return Part(part.comes, tuple(changes), tuple(goes), tuple(kept))


def _years_of(teacher: Teacher, current: CurrentRoster) -> set[str]:
    """The years that count in which they are listed; one without any is listed in all."""
    every = {year.name for year in current.school.years}
    listed = set() if teacher.gone else set(teacher.years) or every
    return listed - current.past


def _as_shown(teacher: Teacher) -> Teacher:
    return msgspec.structs.replace(teacher, years=())


def _placements(current: CurrentRoster, picture: Picture) -> Part[RosterPupil, Placement]:
    """A class no longer in the picture keeps its record, for what was written there, and nobody."""
    standing = by_ends(current.placements, current.pupils, current.classes)
    wanted = {(pupil.sis_id, pupil.class_sis_id): pupil for pupil in picture.pupils}
    return _ties(wanted, standing)


def _teams(current: CurrentRoster, picture: Picture) -> Part[RosterTeam, TeamMember]:
    standing = by_ends(current.teams, current.classes, current.teachers)
    wanted = {(team.class_sis_id, team.teacher): team for team in picture.teams}
    return _ties(wanted, standing)


def _ties(
    wanted: Mapping[tuple[str, str], New], standing: Mapping[tuple[str, str], Link]
) -> Part[New, Link]:
    return Part(
        comes=tuple(tie for ends, tie in wanted.items() if ends not in standing),
        goes=tuple(tie for ends, tie in standing.items() if ends not in wanted),
    )


def _class(one: RosterClass, before: SchoolClass) -> SchoolClass:
    return msgspec.structs.replace(before, **_class_fields(one))


def _pupil(current: CurrentRoster, one: RosterPupil, before: Pupil) -> Pupil:
    """While a pupil stands in two rosters, neither can take back that guardians live apart."""
    apart = one.apart or (before.apart and before.id in current.elsewhere)
    fields = {**_pupil_fields(one), "apart": apart}
    return msgspec.structs.replace(before, **fields, gone=False)


def _adult(one: RosterGuardian | RosterTeacher, before: A) -> A:
    return msgspec.structs.replace(before, **_adult_fields(one), gone=False)


def _class_fields(one: RosterClass) -> dict[str, Any]:
    return {"name": one.name}


def _pupil_fields(one: RosterPupil) -> dict[str, Any]:
    """What the office has said about guardians living apart is not the roster's to change."""
    return {"given_name": one.given_name, "family_name": one.family_name, "apart": one.apart}


def _adult_fields(one: RosterGuardian | RosterTeacher) -> dict[str, Any]:
    """The address to invite at; the one of an account is its owner's."""
    return {"given_name": one.given_name, "family_name": one.family_name, "email": one.email}


# --- What is written -------------------------------------------------------------------------


class _Ids:
    """The record ids of what has one already, and new ones, by SIS id."""

    def __init__(self, current: CurrentRoster, school: str, fresh: Callable[[str], str]) -> None:
        self._school, self._fresh = school, fresh
        self.classes = _ids_of(current.classes)
        self.pupils = _ids_of(current.pupils)
        self.guardians = _ids_of(current.guardians)
        self.teachers = _ids_of(current.teachers)

    def new(self, known: dict[str, str], sis_id: str) -> dict[str, Any]:
        """How every new record of this school with a SIS id begins."""
        known[sis_id] = self._fresh(self._school)
        return {"id": known[sis_id], "school_id": self._school, "sis_id": sis_id}


def _ids_of(current: Mapping[str, R]) -> dict[str, str]:
    return {sis_id: record.id for sis_id, record in current.items()}


def _new_records(differences: Differences, school: str, known: _Ids) -> Iterator[Record]:
    year = differences.picture.year.name
    for one in differences.classes.comes:
        yield SchoolClass(**known.new(known.classes, one.sis_id), year=year, **_class_fields(one))
    for pupil in differences.pupils.comes:
        yield Pupil(**known.new(known.pupils, pupil.sis_id), **_pupil_fields(pupil))
    for guardian in differences.guardians.comes:
        yield Guardian(**known.new(known.guardians, guardian.sis_id), **_adult_fields(guardian))
    for teacher in differences.teachers.comes:
        yield Teacher(
            **known.new(known.teachers, teacher.sis_id), **_adult_fields(teacher), years=(year,)
        )
    yield from _new_ties(differences, school, known)


def _new_ties(differences: Differences, school: str, known: _Ids) -> Iterator[Record]:
    year = differences.picture.year.name
    for placed in differences.placements.comes:
        pupil, in_class = known.pupils[placed.sis_id], known.classes[placed.class_sis_id]
        yield Placement(
            id=ids.pair(pupil, in_class),
            school_id=school,
            class_id=in_class,
            pupil_id=pupil,
            year=year,
        )
    for tie in differences.guardianships.comes:
        pupil, guardian = known.pupils[tie.pupil], known.guardians[tie.guardian]
        yield Guardianship(
            id=ids.pair(pupil, guardian),
            school_id=school,
            pupil_id=pupil,
            guardian_id=guardian,
            relation=tie.relation,
            may_contact=tie.may_contact,
            years={year: tie.may_contact},
        )
    for team in differences.teams.comes:
        in_class, teacher = known.classes[team.class_sis_id], known.teachers[team.teacher]
        yield TeamMember(
            id=ids.pair(in_class, teacher),
            school_id=school,
            class_id=in_class,
            teacher_id=teacher,
        )


def _years(school: School, year: SchoolYear) -> tuple[SchoolYear, ...]:
    others = [known for known in school.years if known.name != year.name]
    return tuple(sorted((*others, year), key=lambda known: known.starts))
