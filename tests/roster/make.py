"""Writes OneRoster 1.1 folders as an administration would: the named cast, or anybody else."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

HEADERS = {
    "academicSessions.csv": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs.csv": "name,type,identifier,parentSourcedId",
    "courses.csv": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes.csv": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods",
    "users.csv": "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password,"
    "metadata.may_contact,metadata.apart,metadata.relation",
    "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate",
}
"""Each file's columns after the three that begin every file."""
EVERY = "sourcedId,status,dateLastModified,"


def this_year() -> int:
    """When the school year of today began: an import of one that has ended is refused."""
    today = datetime.now(UTC).date()
    return today.year if today.month >= 8 else today.year - 1


@dataclass(frozen=True)
class Adult:
    """A guardian or a teacher. `sis_id` is all that tells two of them apart."""

    sis_id: str
    given_name: str
    family_name: str
    email: str = ""
    role: str = "parent"
    may_contact: str = ""
    relation: str = ""
    enabled: str = "true"
    apart: str = ""


@dataclass(frozen=True)
class Child:
    sis_id: str
    given_name: str
    family_name: str
    school_class: str
    guardians: tuple[str, ...] = ()
    apart: str = ""


@dataclass(frozen=True)
class MadeSchool:
    """One school year of one school; change it with the verbs, then write it."""

    classes: dict[str, tuple[str, ...]]
    """The SIS ids of each class's teachers, by the class's name. Its own SIS id is `class-NAME`."""
    children: tuple[Child, ...]
    guardians: tuple[Adult, ...]
    teachers: tuple[Adult, ...]
    starts: date = field(default_factory=lambda: date(this_year(), 8, 1))
    ends: date = field(default_factory=lambda: date(this_year() + 1, 7, 31))
    class_type: str = "homeroom"
    rows: dict[str, tuple[Sequence[str], ...]] = field(default_factory=dict)
    """Further rows per file, as they are."""

    @property
    def year(self) -> str:
        return f"{self.starts.year}-{self.ends.year}"

    def without(self, *sis_ids: str) -> MadeSchool:
        """These people have left; nothing refers to them any more."""
        return replace(
            self,
            classes={
                name: tuple(id for id in team if id not in sis_ids)
                for name, team in self.classes.items()
            },
            children=tuple(
                replace(child, guardians=tuple(id for id in child.guardians if id not in sis_ids))
                for child in self.children
                if child.sis_id not in sis_ids
            ),
            guardians=tuple(adult for adult in self.guardians if adult.sis_id not in sis_ids),
            teachers=tuple(adult for adult in self.teachers if adult.sis_id not in sis_ids),
        )

    def moved(self, child: str, school_class: str) -> MadeSchool:
        return self.with_child(child, school_class=school_class)

    def with_child(self, sis_id: str, **changed: Any) -> MadeSchool:
        return replace(self, children=tuple(_changed(self.children, sis_id, changed)))

    def with_guardian(self, sis_id: str, **changed: Any) -> MadeSchool:
        return replace(self, guardians=tuple(_changed(self.guardians, sis_id, changed)))

    def with_rows(self, file: str, *rows: Sequence[str]) -> MadeSchool:
        return replace(self, rows={**self.rows, file: (*self.rows.get(file, ()), *rows)})


P = TypeVar("P", Adult, Child)


def _changed(people: Iterable[P], sis_id: str, changed: dict[str, Any]) -> Iterable[P]:
    return (replace(one, **changed) if one.sis_id == sis_id else one for one in people)


def cast_school() -> MadeSchool:
    """Juf Anna and meester Bram of 3B, Sami with Fatima and Youssef, Lotte with Joost; 4A."""
    return MadeSchool(
        classes={"3B": ("anna", "bram"), "4A": ("carla",)},
        children=(
            Child("sami", "Sami", "Amrani", "3B", ("fatima", "youssef")),
            Child("lotte", "Lotte", "de Vries", "3B", ("joost",)),
            Child("noor", "Noor", "Yılmaz", "4A", ("emine",)),
        ),
        guardians=(
            Adult("fatima", "Fatima", "Amrani", "fatima@example.org", relation="moeder"),
            Adult("youssef", "Youssef", "Amrani", "youssef@example.org", relation="vader"),
            Adult("joost", "Joost", "de Vries", "joost@example.org"),
            Adult("emine", "Emine", "Yılmaz", "emine@example.org", role="guardian"),
        ),
        teachers=(
            Adult("anna", "Anna", "Jansen", "anna@school.example", role="teacher"),
            Adult("bram", "Bram", "Smit", "bram@school.example", role="teacher"),
            Adult("carla", "Carla", "Bos", "carla@school.example", role="teacher"),
        ),
    )


def small_school() -> MadeSchool:
    """The cast among 24 other families: twins, parents apart, one address for two, one without."""
    cast = cast_school()
    children, guardians = list(cast.children), list(cast.guardians)
    for n in range(1, 25):
        both = (f"v{n}", f"m{n}") if n % 4 else (f"m{n}",)
        school_class = ("3B", "4A", "5A", "6C")[n % 4]
        children.append(
            Child(f"p{n}", f"Kind{n}", f"Bakker{n}", school_class, both, "true" if n == 6 else "")
        )
        guardians += [
            Adult(id, "Jan" if id[0] == "v" else "Maria", f"Bakker{n}", f"{id}@example.org")
            for id in both
        ]
    children.append(Child("p1b", "Kind1b", "Bakker1", "3B", ("v1", "m1")))
    made = MadeSchool(
        classes={**cast.classes, "5A": ("daan", "carla"), "6C": ("eva",)},
        children=tuple(children),
        guardians=tuple(guardians),
        teachers=(
            *cast.teachers,
            Adult("daan", "Daan", "Mulder", "daan@school.example", role="teacher"),
            Adult("eva", "Eva", "Kok", "eva@school.example", role="teacher"),
        ),
    )
    made = made.with_guardian("v2", email="bakker2@example.org")
    made = made.with_guardian("m2", email="bakker2@example.org")
    made = made.with_guardian("m3", email="")
    return made.with_guardian("v5", may_contact="false")


def large_school(pupils: int = 5_000, guardians: int = 9_000) -> MadeSchool:
    """So many pupils in classes of 25 with a team of two; most have two guardians."""
    classes: dict[str, tuple[str, ...]] = {
        f"G{n}": (f"t{2 * n}", f"t{2 * n + 1}") for n in range(-(-pupils // 25))
    }
    second = guardians - pupils
    return MadeSchool(
        classes=classes,
        children=tuple(
            Child(
                f"p{n}",
                f"Kind{n}",
                f"Naam{n}",
                f"G{n // 25}",
                (f"a{n}", f"b{n}")[: 1 + (n < second)],
            )
            for n in range(pupils)
        ),
        guardians=tuple(
            Adult(f"{letter}{n}", f"Ouder{n}", f"Naam{n}", f"{letter}{n}@example.org")
            for letter, count in (("a", pupils), ("b", second))
            for n in range(count)
        ),
        teachers=tuple(
            Adult(id, "Juf", id.upper(), f"{id}@school.example", role="teacher")
            for team in classes.values()
            for id in team
        ),
    )


def write_oneroster(
    folder: Path,
    made: MadeSchool | None = None,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    headers: dict[str, str] | None = None,
) -> Path:
    """A OneRoster folder of the cast, or of somebody else; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(made or cast_school(), headers or {}).items():
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        (folder / name).write_bytes(text.getvalue().encode(encoding))
    return folder


def zip_folder(folder: Path, inside: str = "") -> Path:
    """The folder's files in a zip file beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def tables(made: MadeSchool, headers: dict[str, str]) -> dict[str, list[Sequence[str]]]:
    made_rows: dict[str, list[Sequence[str]]] = {
        "academicSessions.csv": _sessions(made),
        "orgs.csv": [("school-1", "", "", "De Regenboog", "school", "01AB", "")],
        "courses.csv": [("course-1", "", "", "year", "Onderwijs", "BAO", "", "school-1", "", "")],
        "classes.csv": [_class_row(made, name) for name in made.classes],
        "users.csv": [
            *map(_child_row, made.children),
            *map(_adult_row, (*made.guardians, *made.teachers)),
        ],
        "enrollments.csv": list(_enrollments(made)),
    }  # fmt: skip
    written = {
        name: [headers.get(name, EVERY + HEADERS[name]).split(","), *rows, *made.rows.get(name, ())]
        for name, rows in made_rows.items()
    }
    return {"manifest.csv": [*_manifest(written), *made.rows.get("manifest.csv", ())], **written}


def _manifest(written: dict[str, list[Sequence[str]]]) -> list[Sequence[str]]:
    return [
        ("propertyName", "value"),
        ("manifest.version", "1.0"),
        ("oneroster.version", "1.1"),
        *((f"file.{name.removesuffix('.csv')}", "bulk") for name in written),
        ("file.demographics", "absent"),
        ("source.systemName", "Leerlingadministratie"),
    ]


def _sessions(made: MadeSchool) -> list[Sequence[str]]:
    starts, ends, year = str(made.starts), str(made.ends), str(made.ends.year)
    return [
        ("year", "", "", f"Schooljaar {made.starts.year}", "schoolYear", starts, ends, "", year),
        ("term", "", "", "Heel het jaar", "term", starts, ends, "year", year),
    ]


def _class_row(made: MadeSchool, name: str) -> Sequence[str]:
    kind = made.class_type
    return (
        f"class-{name}",
        "",
        "",
        name,
        name[0],
        "course-1",
        name,
        kind,
        "",
        "school-1",
        "term",
        "",
        "",
        "",
    )


def _child_row(child: Child) -> Sequence[str]:
    return _user_row(
        child.sis_id, "student", child.given_name, child.family_name,
        agents=",".join(child.guardians), apart=child.apart,
    )  # fmt: skip


def _adult_row(adult: Adult) -> Sequence[str]:
    return _user_row(
        adult.sis_id, adult.role, adult.given_name, adult.family_name, email=adult.email,
        may_contact=adult.may_contact, relation=adult.relation, enabled=adult.enabled,
        apart=adult.apart,
    )  # fmt: skip


def _user_row(sis_id: str, role: str, given: str, family: str, **more: str) -> Sequence[str]:
    return (
        sis_id, "", "", more.get("enabled", "true"), "school-1", role, sis_id, "", given, family,
        "", "",
        more.get("email", ""), "", "", more.get("agents", ""), "", "",
        more.get("may_contact", ""), more.get("apart", ""), more.get("relation", ""),
    )  # fmt: skip


def _enrollments(made: MadeSchool) -> Iterable[Sequence[str]]:
    for child in made.children:
        yield enrollment(child.sis_id, child.school_class, "student")
    for name, team in made.classes.items():
        for place, teacher in enumerate(team):
            yield enrollment(teacher, name, "teacher", primary="true" if place == 0 else "false")


def enrollment(
    sis_id: str,
    school_class: str,
    role: str,
    *,
    primary: str = "",
    begins: str = "",
    ends: str = "",
) -> Sequence[str]:
    id = f"{sis_id}-in-{school_class}"
    return (id, "", "", f"class-{school_class}", "school-1", sis_id, role, primary, begins, ends)
