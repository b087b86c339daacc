"""The people as an administration exports them: a OneRoster 1.1 folder, read by the importer."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from server.demo.adults import Adult
from server.demo.days import Year
from server.demo.names import SCHOOL
from server.demo.people import Child, People
from server.demo.staff import TEACHERS, TEAMS
from server.roster.read import read_roster
from server.school.picture import Picture

Rows = Iterable[Sequence[str]]

_USER = (
    "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,agentSourcedIds,"
    "metadata.may_contact,metadata.apart,metadata.relation"
)
_HEADS = {
    "academicSessions.csv": "sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs.csv": "sourcedId,name,type",
    "classes.csv": "sourcedId,title,classType,schoolSourcedId,termSourcedIds",
    "users.csv": _USER,
    "enrollments.csv": "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary",
}


def picture(people: People, year: Year, locale: str) -> Picture:
    with TemporaryDirectory(prefix="hekje-demo-") as folder:
        _write(Path(folder), people, year)
        return read_roster(Path(folder), locale=locale, today=year.today)


def _write(folder: Path, people: People, year: Year) -> None:
    starts, ends = year.starts.isoformat(), year.ends.isoformat()
    tables: dict[str, Rows] = {
        "academicSessions.csv": [
            ("year", "Schooljaar", "schoolYear", starts, ends, "", str(year.ends.year)),
            ("term", "Heel het jaar", "term", starts, ends, "year", str(year.ends.year)),
        ],
        "orgs.csv": [("school", SCHOOL, "school")],
        "classes.csv": [(f"groep {name}", name, "homeroom", "school", "term") for name in TEAMS],
        "users.csv": [
            *map(_pupil, people.children),
            *map(_guardian, people.guardians),
            *map(_teacher, TEACHERS.values()),
        ],
        "enrollments.csv": _enrolments(people),
    }
    manifest = [("oneroster.version", "1.1"), *((f"file.{name[:-4]}", "bulk") for name in tables)]
    _table(folder / "manifest.csv", "propertyName,value", manifest)
    for name, rows in tables.items():
        _table(folder / name, _HEADS[name], rows)


def _table(path: Path, head: str, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head.split(","), *rows])


def _pupil(child: Child) -> Sequence[str]:
    guardians, apart = ",".join(child.guardians), "true" if child.apart else "false"
    names = child.given_name, child.family_name
    head = child.sis_id, "true", "school", "student", child.sis_id
    return (*head, *names, "", guardians, "", apart, "")


def _guardian(adult: Adult) -> Sequence[str]:
    may_contact = "true" if adult.may_contact else "false"
    return (*_grown(adult, "parent"), "", may_contact, "", adult.relation)


def _teacher(adult: Adult) -> Sequence[str]:
    return (*_grown(adult, "teacher"), "", "", "", "")


def _grown(adult: Adult, role: str) -> Sequence[str]:
    names = adult.given_name, adult.family_name
    return (adult.sis_id, "true", "school", role, adult.sis_id, *names, adult.email)


def _enrolments(people: People) -> Rows:
    for child in people.children:
        yield _enrolment(child.sis_id, child.school_class, "student")
    for name, team in TEAMS.items():
        for teacher in team:
            yield _enrolment(teacher, name, "teacher")


def _enrolment(sis_id: str, school_class: str, role: str) -> Sequence[str]:
    return (f"{sis_id} in {school_class}", f"groep {school_class}", "school", sis_id, role, "")
