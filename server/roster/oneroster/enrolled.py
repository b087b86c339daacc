"""Who is in which class: pupils in one, teachers in any number of teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server.roster import fields
from server.roster.oneroster.export import CLASSES, ENROLLMENTS, USERS, Export, Table
from server.roster.oneroster.roles import PUPIL, STAFF, Roles
from server.roster.picture import Faults
from server.roster.tables import Row
from server.school.picture import RosterClass, RosterTeam

_ROLES = {"student", "teacher", "aide", "administrator", "proctor"}


@dataclass(slots=True)
class Enrolled:
    """The enrolments that hold."""

    class_of: dict[str, str] = field(default_factory=dict)
    """A pupil's class, both by SIS id."""
    elsewhere: set[str] = field(default_factory=set)
    """Pupils whose only places have ended, have not begun, or are marked as deleted."""
    teaching: dict[tuple[str, str], RosterTeam] = field(default_factory=dict)

    @property
    def teams(self) -> tuple[RosterTeam, ...]:
        return tuple(self.teaching.values())


def read_enrolments(
    export: Export,
    classes: Mapping[str, RosterClass],
    roles: Roles,
    day: date | None,
    faults: Faults,
) -> Enrolled:
    enrolled = Enrolled()
    for row in export.enrollments.left_out.values():
        enrolled.elsewhere.add(row["userSourcedId"])
    for row in export.enrollments.rows.values():
        user = _referred(row, "userSourcedId", export.users, USERS, faults)
        class_row = _referred(row, "classSourcedId", export.classes, CLASSES, faults)
        holds = fields.holds(row, day, faults)
        if not user or not class_row or row["classSourcedId"] not in classes:
            continue
        if holds:
            _enrol(row, user, roles, classes, enrolled, faults)
        else:
            enrolled.elsewhere.add(row["userSourcedId"])
    return enrolled


def _referred(row: Row, column: str, table: Table, file: str, faults: Faults) -> Row | None:
    """The row it refers to, or nothing where that has been left out."""
    id = row[column]
    if id not in table.rows and id not in table.left_out:
        faults.mismatch(ENROLLMENTS, row.line, "unknown_reference", id=id, named=file)
    return table.rows.get(id)


def _enrol(
    row: Row,
    user: Row,
    roles: Roles,
    classes: Mapping[str, RosterClass],
    enrolled: Enrolled,
    faults: Faults,
) -> None:
    role, id, class_id = row["role"].lower(), row["userSourcedId"], row["classSourcedId"]
    if role not in _ROLES and not role.startswith("ext:"):
        faults.add(ENROLLMENTS, row.line, "role_unknown", role=row["role"])
    elif role == "student" and roles[id] & PUPIL:
        other = enrolled.class_of.setdefault(id, class_id)
        if other != class_id:
            names = classes[other].name, classes[class_id].name
            faults.add(ENROLLMENTS, row.line, "two_classes", id=id, one=names[0], other=names[1])
    elif role == "teacher" and roles[id] & STAFF:
        if fields.truth(user, "enabledUser", True, faults):
            enrolled.teaching.setdefault((class_id, id), RosterTeam(class_id, id))
    elif role in ("student", "teacher") and roles[id]:
        is_a = fields.listed(roles[id])
        faults.add(ENROLLMENTS, row.line, "enrolled_as", id=id, role=role, is_a=is_a)
