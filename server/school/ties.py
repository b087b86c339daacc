"""Which guardian belongs to which pupil, and in which school years: what a picture changes of that.

A tie is one record with the years whose rosters have it, so that the roster of
a year to come takes nothing away from the one that is going on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from server.school.differences import Change, CurrentRoster, Part
from server.school.picture import Picture, RosterGuardianship
from storage.schema import Guardianship, Placement, TeamMember

Link = TypeVar("Link", Placement, Guardianship, TeamMember)
Pair = tuple[str, str]


class Ties:
    """The ties that are there and those of a picture, by the SIS ids of pupil and guardian."""

    def __init__(self, current: CurrentRoster, picture: Picture) -> None:
        self._current = current
        self._year = picture.year.name
        self._known = [year.name for year in current.school.years]
        self._wanted = {(tie.pupil, tie.guardian): tie for tie in picture.guardianships}
        self._standing = by_ends(current.guardianships, current.pupils, current.guardians)

    def compared(self) -> Part[RosterGuardianship, Guardianship]:
        """What comes, changes and goes in the picture's year.

        A tie that goes is as it will be: with the other years it is left with, if any.
        """
        comes = tuple(tie for pair, tie in self._wanted.items() if pair not in self._standing)
        changes: list[Change[Guardianship]] = []
        goes: list[Guardianship] = []
        kept: list[Guardianship] = []
        for pair, before in self._standing.items():
            had = self._years_of(before)
            after = self._after(before, self._wanted.get(pair))
            seen_before = self._as_seen(before)
            if (self._year in had and self._year not in after.years) or not after.years:
                goes.append(after)
            elif self._year in after.years and _shown(seen_before) != _shown(after):
                changes.append(Change(seen_before, after))
            elif after != before:
                kept.append(after)
        changes.sort(key=lambda change: change.before.id)
        return Part(comes, tuple(changes), tuple(goes), tuple(kept))

    def guardians_left(self, part: Part[RosterGuardianship, Guardianship]) -> set[str]:
        """The ids of guardians to whom a tie is left in some year."""
        without = {tie.id for tie in part.goes if not tie.years}
        return {tie.guardian_id for tie in self._standing.values() if tie.id not in without}

    def held(self) -> dict[Pair, bool]:
        """The ties of the picture's year; before its first picture, of the last one."""
        year = self._year if self._year in self._known else max(self._known, default="")
        of_year = {pair: self._years_of(tie).get(year) for pair, tie in self._standing.items()}
        return {
            pair: may_contact for pair, may_contact in of_year.items() if may_contact is not None
        }

    def lost(self) -> int:
        """Of these, how many go or may no longer be used."""
        return sum(
            pair not in self._wanted or (may_contact and not self._wanted[pair].may_contact)
            for pair, may_contact in self.held().items()
        )

    def _after(self, before: Guardianship, wanted: RosterGuardianship | None) -> Guardianship:
        years = {
            year: may_contact
            for year, may_contact in self._years_of(before).items()
            if year not in self._current.past and year != self._year
        }
        if wanted is None:
            return msgspec.structs.replace(before, years=years)
        return msgspec.structs.replace(
            before,
            relation=wanted.relation,
            may_contact=wanted.may_contact,
            years={**years, self._year: wanted.may_contact},
        )

    def _years_of(self, tie: Guardianship) -> dict[str, bool]:
        return tie.years or dict.fromkeys(self._known, tie.may_contact)

    def _as_seen(self, tie: Guardianship) -> Guardianship:
        """As it was in this year, or else as it was last."""
        may_contact = self._years_of(tie).get(self._year, tie.may_contact)
        return msgspec.structs.replace(tie, may_contact=may_contact)


def _shown(tie: Guardianship) -> tuple[str, bool]:
    return tie.relation, tie.may_contact


def by_ends(
    links: Iterable[Link], first: Mapping[str, Any], second: Mapping[str, Any]
) -> dict[Pair, Link]:
    """Ties by the SIS ids of what they tie."""
    sis_ids = {one.id: one.sis_id for one in (*first.values(), *second.values())}
    found: dict[Pair, Link] = {}
    for link in links:
        one, other = _ends(link)
        found[sis_ids[one], sis_ids[other]] = link
    return found


def _ends(link: Placement | Guardianship | TeamMember) -> Pair:
    if isinstance(link, Placement):
        return link.pupil_id, link.class_id
    if isinstance(link, Guardianship):
        return link.pupil_id, link.guardian_id
    return link.class_id, link.teacher_id
