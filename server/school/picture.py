"""What the student administration says of one school year, whatever file it came in.

Everybody and everything is known by its SIS id here, and by nothing else. A
picture is complete: who is not in it has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.schema import SchoolYear

Caution = Literal["contact", "apart"]
"""What keeps people from each other: no contact with a guardian, guardians who live apart."""


@dataclass(frozen=True, slots=True)
class RosterClass:
    """A class, or a combination of two grades: one class either way."""

    sis_id: str
    name: str


@dataclass(frozen=True, slots=True)
class RosterPupil:
    """A child in the one class that is its own this year."""

    sis_id: str
    given_name: str
    family_name: str
    class_sis_id: str
    apart: bool = False


@dataclass(frozen=True, slots=True)
class RosterGuardian:
    """A parent or carer of a pupil in the picture."""

    sis_id: str
    given_name: str
    family_name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RosterGuardianship:
    """Guardian and pupil by their SIS ids."""

    pupil: str
    guardian: str
    relation: str = "guardian"
    may_contact: bool = True


@dataclass(frozen=True, slots=True)
class RosterTeacher:
    """Anybody who is in a team, or is a teacher without one."""

    sis_id: str
    given_name: str
    family_name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RosterTeam:
    """One teacher in one class's team, by their SIS ids."""

    class_sis_id: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One school year as the student administration has it.

    Whoever makes one has checked it: ids are unique in their kind, what they
    refer to is there, and there are classes and pupils. `remarks` are
    sentences for the office about what was left out.
    """

    year: SchoolYear
    classes: tuple[RosterClass, ...]
    pupils: tuple[RosterPupil, ...]
    guardians: tuple[RosterGuardian, ...]
    guardianships: tuple[RosterGuardianship, ...]
    teachers: tuple[RosterTeacher, ...]
    teams: tuple[RosterTeam, ...]
    made_at: datetime | None = None
    """When the student administration made it, where it says so."""
    silent_on: frozenset[Caution] = frozenset()
    """What its files have no column for: they do not say that it is over."""
    remarks: tuple[str, ...] = ()
