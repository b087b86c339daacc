"""Who everybody is, and who cares for whom."""

from __future__ import annotations

from collections.abc import Iterator
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
    pupils = tuple(_pupils(users, roles, enrolled, faults))
    if not pupils:
        faults.mismatch(USERS, 0, "no_pupils")
    listed = {pupil.sis_id for pupil in pupils}
    guardianships = tuple(_guardianships(users, roles, listed, faults))
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
    users: Table, roles: Roles, enrolled: Enrolled, faults: Faults
) -> Iterator[RosterPupil]:
    for id, row in _of(users, roles, PUPIL):
        given, family = _names(row, faults)
        apart = fields.truth(row, "metadata.apart", False, faults)
        class_id = enrolled.class_of.get(id)
        if class_id:
            yield RosterPupil(id, given, family, class_id, apart)
        elif id in enrolled.elsewhere:
            faults.remark("pupil_left_out", id=id)
        else:
            faults.mismatch(USERS, row.line, "pupil_in_no_class", id=id)


def _guardianships(
    users: Table, roles: Roles, pupils: set[str], faults: Faults
) -> Iterator[RosterGuardianship]:
    """Each pair once, whichever of the two rows names the other."""
    pairs: dict[tuple[str, str], None] = {}
    for pupil, row in _of(users, roles, PUPIL):
        for guardian in _agents(row, users, roles, GUARDIAN, faults):
            pairs[pupil, guardian] = None
    for guardian, row in _of(users, roles, GUARDIAN):
        for pupil in _agents(row, users, roles, PUPIL, faults):
            pairs[pupil, guardian] = None
    for pupil, guardian in pairs:
        if pupil in pupils:
            yield _guardianship(pupil, guardian, users.rows[guardian], roles[guardian], faults)


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
