"""What the school has, and how a picture of the year differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from server.school.picture import (
    Picture,
    RosterClass,
    RosterGuardian,
    RosterGuardianship,
    RosterPupil,
    RosterTeacher,
    RosterTeam,
)
from storage.schema import (
    Guardian,
    Guardianship,
    Placement,
    Pupil,
    Record,
    School,
    SchoolClass,
    Teacher,
    TeamMember,
)

CONFIRM_ONE_IN = 20
"""More than 5 % of the guardians' ties or of the pupils at once is more often a wrong file than a
wave of moves."""
CONFIRM_ONE_IN_NEXT_YEAR = 4
"""The highest group leaves with each summer: one in eight, or two where a school is small."""

New = TypeVar("New")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class CurrentRoster:
    """What the school has: everybody by SIS id, and the ties of one school year."""

    school: School
    classes: Mapping[str, SchoolClass]
    pupils: Mapping[str, Pupil]
    guardians: Mapping[str, Guardian]
    teachers: Mapping[str, Teacher]
    placements: tuple[Placement, ...]
    guardianships: tuple[Guardianship, ...]
    """Of all years: they belong to the people, not to a year."""
    teams: tuple[TeamMember, ...]
    elsewhere: frozenset[str] = frozenset()
    """Ids of pupils who have a place in another year that has not ended."""
    past: frozenset[str] = frozenset()
    """The names of the years that have ended by the day of the import."""


@dataclass(frozen=True, slots=True)
class Change(Generic[R]):
    """A record as it is and as it will be."""

    before: R
    after: R


@dataclass(frozen=True, slots=True)
class Part(Generic[New, R]):
    """The differences in one kind of record."""

    comes: tuple[New, ...] = ()
    changes: tuple[Change[R], ...] = ()
    goes: tuple[R, ...] = ()
    kept: tuple[R, ...] = ()
    """Records as they will be in which nothing changes but the years they are of."""

    def __bool__(self) -> bool:
        return bool(self.comes or self.changes or self.goes or self.kept)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sign that a file is empty, half or old, or has lost a column."""

    of: Literal["ties", "pupils", "teachers", "contact", "apart", "older"]
    lost: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Differences:
    """What an import would do. `bool` tells whether it would do anything at all."""

    current: CurrentRoster
    picture: Picture
    classes: Part[RosterClass, SchoolClass]
    pupils: Part[RosterPupil, Pupil]
    guardians: Part[RosterGuardian, Guardian]
    teachers: Part[RosterTeacher, Teacher]
    placements: Part[RosterPupil, Placement]
    guardianships: Part[RosterGuardianship, Guardianship]
    teams: Part[RosterTeam, TeamMember]
    ties: int = 0
    """Of guardians with pupils: in this year or, before its first picture, in the last one."""
    ties_lost: int = 0
    """How many of these go, or may no longer be used."""

    def __bool__(self) -> bool:
        return self.new_year or any(self.parts)

    @property
    def parts(self) -> tuple[Part[Any, Any], ...]:
        people = self.pupils, self.guardians, self.teachers
        return self.classes, *people, self.placements, self.guardianships, self.teams

    @property
    def new_year(self) -> bool:
        return self.picture.year not in self.current.school.years

    @property
    def teachers_lost(self) -> tuple[int, int]:
        """How many of the teachers in the teams of this year will be in none, and of how many."""
        stay = {self.current.teachers[team.teacher].id for team in self._known_teams()}
        teaching = {member.teacher_id for member in self.current.teams}
        return len(teaching - stay), len(teaching)

    def _known_teams(self) -> Iterator[RosterTeam]:
        return (team for team in self.picture.teams if team.teacher in self.current.teachers)

    @property
    def older_than(self) -> datetime | None:
        """When an export that was imported before was made, where these files are older."""
        made_at = self.picture.made_at
        known = self.current.school.rosters.get(self.picture.year.name)
        return known if made_at and known and made_at < known else None

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Why somebody has to look at this first. Teachers change more, so of them it takes half."""
        if not self:
            return ()
        there = sum(not pupil.gone for pupil in self.current.pupils.values())
        teachers, teaching = self.teachers_lost
        too_much = {
            Doubt("ties", self.ties_lost, self.ties): self._one_in,
            Doubt("pupils", len(self.pupils.goes), there): CONFIRM_ONE_IN,
            Doubt("teachers", teachers, teaching): 2,
        }
        found = [doubt for doubt, one_in in too_much.items() if doubt.lost * one_in > doubt.total]
        found += self._uncovered()
        return (*found, Doubt("older")) if self.older_than else tuple(found)

    def _uncovered(self) -> Iterator[Doubt]:
        """Who would be let through, not because somebody says so but because a column is gone."""
        ties, pupils = self.guardianships.changes, self.pupils.changes
        contact = sum(c.after.may_contact and not c.before.may_contact for c in ties)
        apart = sum(c.before.guardians_apart and not c.after.guardians_apart for c in pupils)
        if contact and "contact" in self.picture.silent_on:
            yield Doubt("contact", contact)
        if apart and "apart" in self.picture.silent_on:
            yield Doubt("apart", apart)

    @property
    def needs_confirmation(self) -> bool:
        return bool(self.doubts)

    @property
    def _one_in(self) -> int:
        """By the picture of a year to come nobody is locked out yet, but will be."""
        names = {year.name for year in self.current.school.years}
        to_come = self.picture.year.name not in names and names - self.current.past
        return CONFIRM_ONE_IN_NEXT_YEAR if to_come else CONFIRM_ONE_IN
