"""Who everybody is, and who cares for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from server.roster import fields
from server.roster.oneroster.enrolled import Enrolled
from server.roster.oneroster.export import USERS, Table
from server.roster.oneroster.roles import GUARDIAN, PUPIL, STAFF, Roles
from server.roster.picture import Faults
from server.roster.tables import Row
from server.school.picture import (
    RosterGuardian,
    RosterGuardianship,
    RosterPupil,
    RosterTeacher,
)


@dataclass(frozen=True, slots=True)
class People:
    """Who is in the picture: guardians only with a child in it."""

    pupils: tuple[RosterPupil, ...]
    guardians: tuple[RosterGuardian, ...]
    guardianships: tuple[RosterGuardianship, ...]
    teachers: tuple[RosterTeacher, ...]


def read_people(users: Table, roles: Roles, enrolled: Enrolled, faults: Faults) -> People:
    pairs = _pairs(users, roles, faults)
    apart = _apart(pairs, users, roles, faults)
    pupils = tuple(_pupils(users, roles, enrolled, apart, faults))
    if not pupils:
        faults.mismatch(USERS, 0, "no_pupils")
    listed = {pupil.sis_id for pupil in pupils}
    guardianships = tuple(
        _guardianship(pupil, guardian, users.rows[guardian], roles[guardian], faults)
        for pupil, guardian in pairs
        if pupil in listed
    )
    tied = {tie.guardian for tie in guardianships}
    return People(
        pupils,
        tuple(_guardians(users, roles, tied, faults)),
        guardianships,
        tuple(_teachers(users, roles, enrolled, faults)),
    )


def _names(row: Row, faults: Faults) -> tuple[str, str]:
    """What somebody is called: where an export has preferred names, those."""
    given, middle, family = (
        fields.name(row, preferred if row[preferred] else column, faults)
        for preferred, column in (
            ("preferredGivenName", "givenName"),
            ("preferredMiddleName", "middleName"),
            ("preferredFamilyName", "familyName"),
        )
    )
    return fields.person(row, given, middle, family, faults)


def _pupils(
    users: Table, roles: Roles, enrolled: Enrolled, apart: Set[str], faults: Faults
) -> Iterator[RosterPupil]:
    for id, row in _of(users, roles, PUPIL):
        given, family = _names(row, faults)
        _must_be_about_guardians(row, roles[id], faults)
        class_id = enrolled.class_of.get(id)
        if class_id:
            yield RosterPupil(id, given, family, class_id, id in apart)
        elif id in enrolled.elsewhere:
            faults.remark("pupil_left_out", id=id)
        else:
            faults.mismatch(USERS, row.line, "pupil_in_no_class", id=id)


def _must_be_about_guardians(row: Row, roles: frozenset[str], faults: Faults) -> None:
    """Which of a pupil's guardians is meant, nobody can tell."""
    if not roles & GUARDIAN and not fields.truth(row, "metadata.may_contact", True, faults):
        faults.add(USERS, row.line, "contact_of_pupil", column="metadata.may_contact")


def _apart(
    pairs: Iterable[tuple[str, str]], users: Table, roles: Roles, faults: Faults
) -> frozenset[str]:
    """The pupils whose own row says so, or that of a guardian: who lives apart, does from each."""
    said = {
        id
        for id, row in _of(users, roles, PUPIL | GUARDIAN)
        if fields.truth(row, "metadata.apart", False, faults)
    }
    of_guardians = (pupil for pupil, guardian in pairs if guardian in said)
    return frozenset(said).union(of_guardians)


def _pairs(users: Table, roles: Roles, faults: Faults) -> tuple[tuple[str, str], ...]:
    """Pupil and guardian, each pair once, whichever of the two rows names the other."""
    pairs: dict[tuple[str, str], None] = {}
    for pupil, row in _of(users, roles, PUPIL):
        for guardian in _agents(row, users, roles, GUARDIAN, faults):
            pairs[pupil, guardian] = None
    for guardian, row in _of(users, roles, GUARDIAN):
        for pupil in _agents(row, users, roles, PUPIL, faults):
            pairs[pupil, guardian] = None
    return tuple(pairs)


def _agents(
    row: Row, users: Table, roles: Roles, wanted: frozenset[str], faults: Faults
) -> Iterator[str]:
    for id in fields.sis_ids(row, "agentSourceIds", "agentSourcedIds"):
        if roles.get(id, frozenset()) & wanted:
            yield id
        elif id in users.rows and roles[id]:
            sentence = "agent_no_guardian" if wanted == GUARDIAN else "agent_no_pupil"
            faults.add(USERS, row.line, sentence, id=id, is_a=fields.listed(roles[id]))
        elif id not in users.rows and id not in users.left_out:
            faults.mismatch(USERS, row.line, "unknown_reference", id=id, named=USERS)


def _guardianship(
    pupil: str, guardian: str, row: Row, roles: frozenset[str], faults: Faults
) -> RosterGuardianship:
    """Access that is curtailed in the administration is no access here either."""
    return RosterGuardianship(
        pupil,
        guardian,
        relation=fields.name(row, "metadata.relation", faults) or min(roles & GUARDIAN),
        may_contact=fields.truth(row, "metadata.may_contact", True, faults)
        and fields.truth(row, "enabledUser", True, faults),
    )


def _guardians(
    users: Table, roles: Roles, tied: set[str], faults: Faults
) -> Iterator[RosterGuardian]:
    for id, row in _of(users, roles, GUARDIAN):
        given, family = _names(row, faults)
        email = fields.address(row, "email", faults)
        if id in tied:
            yield RosterGuardian(id, given, family, email)
        else:
            faults.remark("guardian_left_out", id=id)


def _teachers(
    users: Table, roles: Roles, enrolled: Enrolled, faults: Faults
) -> Iterator[RosterTeacher]:
    teaching = {team.teacher for team in enrolled.teams}
    for id, row in _of(users, roles, STAFF):
        if "teacher" not in roles[id] and id not in teaching:
            continue
        given, family = _names(row, faults)
        email = fields.address(row, "email", faults)
        if fields.truth(row, "enabledUser", True, faults):
            yield RosterTeacher(id, given, family, email)
        else:
            faults.remark("teacher_left_out", id=id)


def _of(users: Table, roles: Roles, wanted: frozenset[str]) -> Iterator[tuple[str, Row]]:
    return ((id, row) for id, row in users.rows.items() if roles[id] & wanted)
