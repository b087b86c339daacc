"""The tables of one export, with the rows that count and the ids of those that don't."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.roster.fields import moment, sis_id
from server.roster.files import Given, read_files
from server.roster.picture import Faults
from server.roster.tables import Row, read_table
from server.school.picture import Caution

MANIFEST = "manifest.csv"
SESSIONS = "academicSessions.csv"
ORGS = "orgs.csv"
CLASSES = "classes.csv"
USERS = "users.csv"
ROLES = "roles.csv"
ENROLLMENTS = "enrollments.csv"

_COLUMNS = {
    SESSIONS: ("sourcedId", "type", "startDate", "endDate"),
    ORGS: ("sourcedId", "type"),
    CLASSES: ("sourcedId", "title", "classType", "schoolSourcedId", "termSourcedIds"),
    USERS: ("sourcedId", "givenName", "familyName", "email"),
    ENROLLMENTS: ("sourcedId", "classSourcedId", "userSourcedId", "role"),
}
"""What both versions need; 1.1 says in `users.csv` what somebody is, 1.2 in a file of its own."""
_COLUMNS_OF_ROLES = "sourcedId", "userSourcedId", "role"
_FURTHER = {
    "categories.csv", "classresources.csv", "courseresources.csv", "courses.csv", "demographics.csv",
    "lineitemlearningobjectiveids.csv", "lineitems.csv", "lineitemscorescales.csv", "resources.csv",
    "resultlearningobjectiveids.csv", "results.csv", "resultscorescales.csv", "scorescales.csv",
    "userprofiles.csv", "userresources.csv",
}  # fmt: skip
"""Belong to an export and are not opened: Hekje has no use for what is in them."""
_CAUTIONS: dict[Caution, set[str]] = {
    "contact": {"metadata.may_contact", "enableduser"},
    "apart": {"metadata.apart"},
}
"""The columns of the users that access hangs on; an export may do without them from the start."""
ONEROSTER = {name.lower() for name in (MANIFEST, *_COLUMNS, ROLES)}
"""The names that give an export away."""
_VERSION = re.compile(r"1\.([12])(\.\d+)?")
_STATUS = {"": True, "active": True, "tobedeleted": False, "inactive": False}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file by their `sourcedId`."""

    rows: dict[str, Row]
    left_out: dict[str, Row]
    """What the export marks as deleted: to refer to it is no fault, and brings nothing."""


@dataclass(frozen=True, slots=True)
class Export:
    """Every table that Hekje reads, checked row by row and not yet against each other."""

    sessions: Table
    orgs: Table
    classes: Table
    users: Table
    enrollments: Table
    roles: Table | None
    """Of 1.2 only."""
    made_at: datetime | None
    """The last change that any row tells of."""
    silent_on: frozenset[Caution]
    """What no column of the users is about."""


def read_export(given: Sequence[Given], faults: Faults) -> Export:
    """Every required table, as far as it can be read."""
    files = read_files(_wanted(given, faults), faults)
    manifest = _read(MANIFEST, ("propertyName", "value"), files, faults)
    properties = {row["propertyName"].lower(): row for row in manifest}
    version = _version(properties, files, faults)
    columns = dict(_COLUMNS)
    if version == 2:
        columns[ROLES] = _COLUMNS_OF_ROLES
    else:
        columns[USERS] += ("role",)
    _check_manifest(properties, columns, faults)
    rows = {name: _read(name, wanted, files, faults) for name, wanted in columns.items()}
    _check_ties(rows[USERS], faults)
    tables = {name: _table(found, faults) for name, found in rows.items()}
    return Export(
        sessions=tables[SESSIONS],
        orgs=tables[ORGS],
        classes=tables[CLASSES],
        users=tables[USERS],
        enrollments=tables[ENROLLMENTS],
        roles=tables.get(ROLES),
        made_at=_last_change(rows),
        silent_on=_silent_on(rows[USERS]),
    )


def _wanted(given: Sequence[Given], faults: Faults) -> list[Given]:
    wanted = [file for file in given if file.name.lower() in ONEROSTER]
    for file in given:
        if file.alone and file.name.lower() not in ONEROSTER | _FURTHER:
            faults.add(file.name, 0, "not_roster")
    return wanted


def _read(
    name: str, columns: tuple[str, ...], files: Mapping[str, bytes], faults: Faults
) -> list[Row]:
    content = files.get(name.lower())
    if content is None:
        if not faults.about(name):  # one that could not be read is there
            faults.add(name, 0, "file_missing")
        faults.partial = True
        return []
    return read_table(name, content, columns, faults)


def _version(properties: Mapping[str, Row], files: Mapping[str, bytes], faults: Faults) -> int:
    """Which 1.x it is. Where the manifest is silent, the files that are there tell."""
    row = properties.get("oneroster.version")
    if row is not None:
        version = _VERSION.fullmatch(row["value"])
        if version:
            return int(version[1])
        faults.add(MANIFEST, row.line, "version_unknown", version=row["value"])
    else:
        faults.mismatch(MANIFEST, 0, "version_missing")
    return 2 if ROLES in files or faults.about(ROLES) else 1


def _check_manifest(
    properties: Mapping[str, Row], names: Mapping[str, object], faults: Faults
) -> None:
    """Only a whole export is a picture of a school year."""
    for name in names:
        row = properties.get(f"file.{name.removesuffix('.csv').lower()}")
        if row and row["value"].lower() == "delta":
            faults.add(MANIFEST, row.line, "delta", name=name)
        elif row and row["value"].lower() != "bulk":
            faults.add(MANIFEST, row.line, "not_bulk", name=name, value=row["value"])


def _check_ties(users: list[Row], faults: Faults) -> None:
    if users and not {"agentsourceids", "agentsourcedids"} & users[0].fields.keys():
        faults.add(USERS, 1, "agents_missing")


def _silent_on(users: list[Row]) -> frozenset[Caution]:
    columns = users[0].fields.keys() if users else set()
    return frozenset(what for what, wanted in _CAUTIONS.items() if not wanted <= columns)


def _table(rows: list[Row], faults: Faults) -> Table:
    table = Table({}, {})
    for row in rows:
        id = sis_id(row, "sourcedId", faults)
        if id is None:
            faults.partial = True
            continue
        first = table.rows.get(id) or table.left_out.get(id)
        if first:
            faults.add(row.file, row.line, "id_again", column="sourcedId", id=id, line=first.line)
            continue
        counts = _STATUS.get(row["status"].lower())
        if counts is None:
            faults.add(row.file, row.line, "status_unknown", status=row["status"])
            faults.partial = True
        (table.rows if counts else table.left_out)[id] = row
    return table


def _last_change(tables: Mapping[str, list[Row]]) -> datetime | None:
    told = {row["dateLastModified"] for rows in tables.values() for row in rows}
    return max(filter(None, map(moment, told - {""})), default=None)
