"""Differences in sentences that somebody of the office can check, in Dutch and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.roster.sentences import say
from server.school.differences import Change, Differences
from server.school.picture import RosterPupil

_SHOWN = "name", "given_name", "family_name", "email", "apart", "relation", "may_contact"


def describe(differences: Differences, locale: str = "nl", at_most: int | None = 50) -> list[str]:
    """Lines of text: what comes, changes and goes, by name.

    Of each kind at most so many come and change by name; who goes is always named.
    """
    year = differences.picture.year
    starts, ends = _day(year.starts, locale), _day(year.ends, locale)
    lines = [say("year", locale, name=year.name, starts=starts, ends=ends)]
    if not differences:
        return [*lines, say("nothing", locale)]
    teller = _Teller(differences, locale)
    for section in teller.classes(), teller.pupils(), teller.guardians(), teller.teachers():
        lines += section.lines(locale, at_most)
    return lines


def shortened(lines: Sequence[str], locale: str, at_most: int | None = 50) -> list[str]:
    """The first lines, and how many there are more."""
    if at_most is None or len(lines) <= at_most:
        return list(lines)
    return [*lines[:at_most], say("more", locale, count=len(lines) - at_most)]


def doubts(differences: Differences, locale: str) -> list[str]:
    """Why this has to be confirmed, and how; nothing where it need not be."""
    lines = [
        say(f"confirm_{doubt.of}", locale, lost=doubt.lost, total=doubt.total, **_ages(differences, locale))
        for doubt in differences.doubts
    ]  # fmt: skip
    return [*lines, say("confirm", locale)] if lines else []


def _ages(differences: Differences, locale: str) -> dict[str, str]:
    made_at, known = differences.picture.made_at, differences.older_than
    ages = {"made_at": made_at, "known": known}
    return {name: f"{at:{say('day', locale)} %H:%M} UTC" for name, at in ages.items() if at}


def _day(day: date, locale: str) -> str:
    return day.strftime(say("day", locale))


@dataclass(slots=True)
class _Section:
    """What is told of one kind, by SIS id."""

    what: str
    comes: dict[str, str] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    goes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def change(self, sis_id: str, said: Iterable[str]) -> None:
        """Also something that happens to somebody's places and ties is a change."""
        if sis_id not in self.comes and sis_id not in self.goes:
            for sentence in said:
                self.changes.setdefault(sis_id, []).append(sentence)

    def lines(self, locale: str, at_most: int | None) -> Iterator[str]:
        changes = [f"{self.names[id]}: {'; '.join(said)}" for id, said in self.changes.items()]
        kinds = {
            "comes": (list(self.comes.values()), at_most),
            "changes": (sorted(changes), at_most),
            "goes": (sorted(self.goes.values()), None),
        }
        counts = {name: len(told) for name, (told, _) in kinds.items()}
        yield say("counts", locale, what=say(self.what, locale), **counts)
        for name, (told, most) in kinds.items():
            named = [f"{say(name, locale)}: {line}" for line in told]
            yield from (f"  {line}" for line in shortened(named, locale, most))


class _Teller:
    """Tells of everybody by name and SIS id, since two may have the same name."""

    def __init__(self, differences: Differences, locale: str) -> None:
        self._all, self._locale = differences, locale
        current, picture = differences.current, differences.picture
        kinds: dict[str, tuple[Mapping[str, Any], Iterable[Any]]] = {
            "class": (current.classes, picture.classes),
            "pupil": (current.pupils, picture.pupils),
            "guardian": (current.guardians, picture.guardians),
            "teacher": (current.teachers, picture.teachers),
        }
        self._names: dict[str, dict[str, str]] = {
            kind: {
                **{id: one.name for id, one in known.items()},
                **{one.sis_id: _name_of(one) for one in listed},
            }
            for kind, (known, listed) in kinds.items()
        }
        self._sis_ids = {
            one.id: sis_id for known, _ in kinds.values() for sis_id, one in known.items()
        }

    def classes(self) -> _Section:
        return self._section("classes", "class", self._all.classes)

    def pupils(self) -> _Section:
        comes = {pupil.sis_id: self._class(pupil) for pupil in self._all.placements.comes}
        leaves = self._by("pupil_id", self._all.placements.goes)
        goes = {
            pupil: [self._names["class"][self._sis_ids[place.class_id]] for place in places]
            for pupil, places in leaves.items()
        }
        section = self._section("pupils", "pupil", self._all.pupils)
        for pupil, name in comes.items():
            if pupil in section.comes:
                section.comes[pupil] += f", {name}"
        for new in self._all.pupils.comes:
            if new.apart:
                section.comes[new.sis_id] += f" ({self._say('apart')})"
        for pupil, names in goes.items():
            if pupil in section.goes:
                section.goes[pupil] += f", {', '.join(names)}"
        for pupil in dict.fromkeys([*comes, *goes]):
            section.change(pupil, [self._moved(comes.get(pupil), goes.get(pupil, []))])
        return section

    def guardians(self) -> _Section:
        section = self._section("guardians", "guardian", self._all.guardians)
        said: dict[str, list[str]] = {}
        for tie in self._all.guardianships.comes:
            child = self._names["pupil"][tie.pupil]
            silent = "" if tie.may_contact else f" ({self._say('silent')})"
            if tie.guardian in section.comes:
                section.comes[tie.guardian] += f", {self._say('beside', who=child)}{silent}"
            said.setdefault(tie.guardian, []).append(self._say("tied", who=child) + silent)
        for guardian, ties in self._by("guardian_id", self._all.guardianships.goes).items():
            for link in ties:
                child = self._names["pupil"][self._sis_ids[link.pupil_id]]
                if guardian in section.goes:
                    section.goes[guardian] += f", {self._say('beside', who=child)}"
                said.setdefault(guardian, []).append(self._say("untied", who=child))
        for change in self._all.guardianships.changes:
            child = self._names["pupil"][self._sis_ids[change.before.pupil_id]]
            for what in self._changed(change):
                sentence = self._say("with", who=child, what=what)
                said.setdefault(self._sis_ids[change.before.guardian_id], []).append(sentence)
        for guardian, sentences in said.items():
            section.change(guardian, sentences)
        return section

    def teachers(self) -> _Section:
        section = self._section("teachers", "teacher", self._all.teachers)
        for team in self._all.teams.comes:
            name = self._names["class"][team.class_sis_id]
            if team.teacher in section.comes:
                section.comes[team.teacher] += f", {name}"
            section.change(team.teacher, [self._say("joins", after=name)])
        for teacher, members in self._by("teacher_id", self._all.teams.goes).items():
            for member in members:
                name = self._names["class"][self._sis_ids[member.class_id]]
                if teacher in section.goes:
                    section.goes[teacher] += f", {name}"
                section.change(teacher, [self._say("leaves", before=name)])
        return section

    def _section(self, what: str, kind: str, part: Any) -> _Section:
        names = {id: f"{name} ({id})" for id, name in self._names[kind].items()}
        section = _Section(what, names=names)
        section.comes = {one.sis_id: names[one.sis_id] for one in part.comes}
        section.goes = {one.sis_id: f"{one.name} ({one.sis_id})" for one in part.goes}
        for change in part.changes:
            section.change(change.before.sis_id, self._changed(change))
        return section

    def _class(self, pupil: RosterPupil) -> str:
        return self._names["class"][pupil.class_sis_id]

    def _moved(self, after: str | None, before: list[str]) -> str:
        if after and before:
            return self._say("moves", before=", ".join(before), after=after)
        if after:
            return self._say("placed", after=after)
        return self._say("displaced", before=", ".join(before))

    def _by(self, field_name: str, ties: Iterable[Any]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for tie in ties:
            found.setdefault(self._sis_ids[getattr(tie, field_name)], []).append(tie)
        return found

    def _changed(self, change: Change[Any]) -> Iterator[str]:
        before, after = change.before, change.after
        if getattr(before, "gone", False):
            yield self._say("back")
        for name in _SHOWN:
            was, will = getattr(before, name, None), getattr(after, name, None)
            derived = isinstance(getattr(type(before), name, None), property)
            if was != will and not derived:
                yield self._say(
                    "from_to",
                    what=self._say(name),
                    before=self._value(was),
                    after=self._value(will),
                )

    def _value(self, value: object) -> str:
        if value is None or value == "":
            return self._say("none")
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        return str(value)

    def _say(self, name: str, /, **values: object) -> str:
        return say(name, self._locale, **values)


def _name_of(one: Any) -> str:
    return str(getattr(one, "name", "")) or f"{one.given_name} {one.family_name}".strip()
