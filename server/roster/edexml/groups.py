"""Which groups are classes, who is in them, and who teaches them.

A class is a `groep`, or a `samengestelde_groep` that is one by its name (two
or more grades: `3/4`) or because somebody teaches it while nobody teaches the
groups of its pupils apart. Any other one, such as for gym or for children who
need more, is not a child's own class and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.roster import fields
from server.roster.edexml.xml import Document, Item
from server.roster.picture import Faults
from server.school.picture import RosterClass, RosterTeam

_GRADE = r"[1-8]\s?[a-z]?"
_COMBINATION = re.compile(
    rf"combi(natie)?[\s-]*(groep|klas)?(\b.*)?"
    rf"|((stam)?groep|gr\.?|klas)?\s*{_GRADE}(\s*([/+&,–-]|en)\s*((stam)?groep|gr\.?|klas)?\s*{_GRADE})+"
    rf"(\s*\(.*\))?",
    re.IGNORECASE,
)

Group = tuple[str, str]
"""`groep` or `samengestelde_groep`, and its key: either may have the key of the other."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The classes with somebody in them."""

    classes: tuple[RosterClass, ...]
    class_of: dict[str, str]
    """Each pupil's class, by key and SIS id."""
    teams: tuple[RosterTeam, ...]


def read_groups(document: Document, faults: Faults) -> Groups:
    school = _School(document)
    _check_references(document, faults)
    placed = {
        key: group
        for key, pupil in document.pupils.items()
        if (group := _class_of(key, pupil, school, faults))
    }
    taken = dict.fromkeys(placed.values())
    _remark_on_the_rest(school, set(taken), faults)
    return Groups(
        tuple(RosterClass(_sis_id(group), _name(school.items[group], faults)) for group in taken),
        {key: _sis_id(group) for key, group in placed.items()},
        tuple(dict.fromkeys(_teams(school, placed, set(taken)))),
    )


class _School:
    """Groups, their pupils and their teachers, each found from the other."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.items: dict[Group, Item] = {
            **{("groep", key): item for key, item in document.groups.items()},
            **{("samengestelde_groep", key): item for key, item in document.combinations.items()},
        }
        self.pupils = self._members(document.pupils)
        self.teachers = self._members(document.teachers)
        self.combinations = {
            group for group in self.items if group[0] != "groep" and self._is_class(group)
        }

    def _members(self, people: dict[str, Item]) -> dict[Group, set[str]]:
        members: dict[Group, set[str]] = {group: set() for group in self.items}
        for key, person in people.items():
            for group in groups_of(person):
                members.get(group, set()).add(key)
        return members

    def is_named_class(self, group: Group) -> bool:
        return bool(_COMBINATION.fullmatch(self.items[group].row["naam"]))

    def _is_class(self, group: Group) -> bool:
        if self.is_named_class(group):
            return True
        taught_by = self.teachers[group]
        apart = (
            self.teachers.get(own, set()) - taught_by
            for pupil in self.pupils[group]
            for own in groups_of(self.document.pupils[pupil], "groep")
        )
        return bool(taught_by) and not any(apart)


def groups_of(item: Item, *kinds: str) -> Iterator[Group]:
    for kind in kinds or ("groep", "samengestelde_groep"):
        for key in item.groups.get(kind, ()):
            yield kind, key


def _check_references(document: Document, faults: Faults) -> None:
    known = {"groep": document.groups, "samengestelde_groep": document.combinations}
    for person in (*document.pupils.values(), *document.teachers.values()):
        for kind, key in groups_of(person):
            if key not in known[kind]:
                row = person.row
                faults.mismatch(row.file, row.line, "unknown_group", kind=kind, id=key)


def _class_of(key: str, pupil: Item, school: _School, faults: Faults) -> Group | None:
    """The combination that is a class, or else the pupil's own group."""
    own = [group for group in groups_of(pupil, "groep") if group in school.items]
    combined = [g for g in groups_of(pupil, "samengestelde_groep") if g in school.items]
    classes = [group for group in combined if group in school.combinations]
    named = [group for group in classes if school.is_named_class(group)]
    found = named or classes or own or combined
    if len(found) > 1:
        one, other = (school.items[group].row["naam"] for group in found[:2])
        faults.add(pupil.row.file, pupil.row.line, "two_classes", id=key, one=one, other=other)
    elif not found and not any(pupil.groups.values()):
        faults.mismatch(pupil.row.file, pupil.row.line, "pupil_in_no_class", id=key)
    return found[0] if found else None


def _teams(school: _School, placed: dict[str, Group], taken: set[Group]) -> Iterator[RosterTeam]:
    """Who teaches a group that has wholly gone into a combination is in the team of that."""
    for group in school.items:
        into = {placed[pupil] for pupil in school.pupils[group] if pupil in placed}
        stands_for = group if group in taken else into.pop() if len(into) == 1 else None
        if stands_for in taken and (group[0] == "groep" or stands_for == group):
            for teacher in sorted(school.teachers[group]):
                yield RosterTeam(_sis_id(stands_for), teacher)


def _remark_on_the_rest(school: _School, taken: set[Group], faults: Faults) -> None:
    for group, item in school.items.items():
        if group in taken:
            continue
        if not school.pupils[group]:
            faults.remark("group_empty", name=item.row["naam"])
        elif group[0] != "groep":
            faults.remark("group_not_a_class", name=item.row["naam"])


def _name(item: Item, faults: Faults) -> str:
    name = fields.name(item.row, "naam", faults)
    if not name:
        faults.add(item.row.file, item.row.line, "class_nameless")
    return name


def _sis_id(group: Group) -> str:
    kind, key = group
    return key if kind == "groep" else f"samengesteld:{key}"
