"""What everybody is: pupil, guardian, member of staff, or more than one of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from server.roster.bsn import refuse_as_ids
from server.roster.fields import holds
from server.roster.oneroster.export import ROLES, USERS, Export, Table
from server.roster.picture import Faults
from server.roster.tables import Row

PUPIL = frozenset({"student"})
GUARDIAN = frozenset({"parent", "guardian", "relative"})
STAFF = frozenset(
    {
        "teacher", "aide", "administrator", "proctor", "counselor", "principal",
        "siteadministrator", "districtadministrator", "systemadministrator",
    }
)  # fmt: skip
"""Who may stand in a team. Only who is enrolled as teacher does."""

Roles = Mapping[str, frozenset[str]]
"""The roles of each user that counts, in lower case; none where all of them have ended."""


def read_roles(export: Export, day: date | None, faults: Faults) -> Roles:
    """Raises `FaultyRoster` where pupils are known by their citizen service number."""
    if export.roles is None:
        roles = _gathered(iter(export.users.rows.items()), export.users, None, faults)
    else:
        told = _told(export.roles, export.users, faults)
        roles = _gathered(told, export.users, day, faults)
        _check_everybody_has_one(export.roles, export.users, faults)
        for id in (id for id, found in roles.items() if not found):
            faults.remark("roles_ended", id=id)
    pupils = [id for id, found in roles.items() if found & PUPIL]
    refuse_as_ids(USERS, "sourcedId", pupils, faults)
    return roles


def _gathered(
    told: Iterator[tuple[str, Row]], users: Table, day: date | None, faults: Faults
) -> Roles:
    roles: dict[str, frozenset[str]] = dict.fromkeys(users.rows, frozenset())
    for id, row in told:
        role = row["role"].lower()
        if role not in PUPIL | GUARDIAN | STAFF and not role.startswith("ext:"):
            faults.add(row.file, row.line, "role_unknown", role=row["role"])
            faults.partial = True
        elif holds(row, day, faults):
            roles[id] |= {role}
    return roles


def _told(table: Table, users: Table, faults: Faults) -> Iterator[tuple[str, Row]]:
    """Of 1.2: each row of `roles.csv` with the user it is about."""
    for row in table.rows.values():
        id = row["userSourcedId"]
        if id in users.rows:
            yield id, row
        elif id not in users.left_out:
            faults.mismatch(ROLES, row.line, "unknown_reference", id=id, named=USERS)


def _check_everybody_has_one(table: Table, users: Table, faults: Faults) -> None:
    """Half a file would otherwise make half of the people disappear."""
    every = (*table.rows.values(), *table.left_out.values())
    mentioned = {row["userSourcedId"] for row in every}
    for id, row in users.rows.items():
        if id not in mentioned:
            faults.mismatch(USERS, row.line, "role_missing", id=id)
