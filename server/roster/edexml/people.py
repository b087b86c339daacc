"""Pupils and teachers out of an EDEXML file."""

from __future__ import annotations

from collections.abc import Set

from server.roster import fields
from server.roster.edexml.groups import Groups
from server.roster.edexml.xml import Document
from server.roster.picture import Faults
from server.roster.tables import Row
from server.school.picture import RosterPupil, RosterTeacher


def read_pupils(
    document: Document, groups: Groups, apart: Set[str], faults: Faults
) -> tuple[RosterPupil, ...]:
    if not document.pupils:
        faults.mismatch(document.file, 0, "no_pupils")
    pupils: list[RosterPupil] = []
    for key, item in document.pupils.items():
        given, family = _names(item.row, faults)
        if key in groups.class_of:
            pupils.append(RosterPupil(key, given, family, groups.class_of[key], key in apart))
    return tuple(pupils)


def read_teachers(document: Document, faults: Faults) -> tuple[RosterTeacher, ...]:
    teachers: list[RosterTeacher] = []
    for key, item in document.teachers.items():
        given, family = _names(item.row, faults)
        email = fields.address(item.row, "emailadres", faults)
        teachers.append(RosterTeacher(key, given, family, email))
    return tuple(teachers)


def _names(row: Row, faults: Faults) -> tuple[str, str]:
    """What somebody is called: by the first of these that there is, then the surname."""
    called = next((name for name in ("roepnaam", "voornamen", "voorletters-1") if row[name]), "")
    given = fields.name(row, called, faults)
    prefix = fields.name(row, "voorvoegsel", faults)
    surname = fields.name(row, "achternaam", faults)
    return fields.person(row, given, "", f"{prefix} {surname}".strip(), faults)
