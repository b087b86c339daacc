"""OneRoster 1.2: what somebody is stands in a file of its own, and may be more than one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from server.school.picture import Picture
from tests.roster.make import (
    Child,
    MadeSchool,
    cast_school,
    enrollment,
    small_school,
    write_oneroster,
)
from tests.roster.make_others import role_row, write_oneroster_1_2


def read(tmp_path: Path, made: MadeSchool, *roles: Sequence[str]) -> Picture:
    return read_roster(write_oneroster_1_2(tmp_path / "export", made, *roles), locale="en")


@pytest.mark.parametrize("made", [cast_school(), small_school()], ids=["cast", "small"])
def test_both_versions_of_one_school_are_one_picture(tmp_path: Path, made: MadeSchool) -> None:
    older = read_roster(write_oneroster(tmp_path / "1.1", made), locale="en")
    assert read(tmp_path, made) == older
    assert len(older.guardianships) >= 4


def test_carla_is_a_teacher_and_the_mother_of_noor(tmp_path: Path) -> None:
    made = cast_school().with_child("noor", guardians=("emine", "carla"))
    made = replace(made, guardians=(*made.guardians, replace(made.teachers[2], role="")))
    with pytest.raises(FaultyRoster, match="carla stands here as a guardian, who is teacher"):
        read(tmp_path, replace(made, guardians=made.guardians[:-1]))
    made = replace(made, guardians=made.guardians[:-1])
    picture = read(tmp_path, made, role_row("carla", "parent"))
    assert "carla" in {teacher.sis_id for teacher in picture.teachers}
    assert ("noor", "carla") in {(tie.pupil, tie.guardian) for tie in picture.guardianships}


def test_a_role_that_has_ended_or_not_begun_does_not_count(tmp_path: Path) -> None:
    made = replace(cast_school(), starts=date(2026, 8, 1), ends=date(2027, 7, 31))
    made = replace(made, children=(*made.children, Child("nieuw", "Bo", "Vos", "3B")))
    folder = write_oneroster_1_2(tmp_path / "export", made)
    text = (folder / "roles.csv").read_text()
    begins = text.replace("nieuw,primary,student,,", "nieuw,primary,student,2027-01-11,")
    assert begins != text
    (folder / "roles.csv").write_text(begins, newline="")
    before = read_roster(folder, today=date(2026, 11, 24), locale="en")
    assert "nieuw" not in {pupil.sis_id for pupil in before.pupils}
    assert "nieuw has no role now and was left out." in before.remarks
    after = read_roster(folder, today=date(2027, 1, 11))
    assert "nieuw" in {pupil.sis_id for pupil in after.pupils}


@pytest.mark.parametrize("role", ["principal", "counselor", "siteAdministrator", "aide"])
def test_staff_without_a_team_bring_nothing(tmp_path: Path, role: str) -> None:
    boss = replace(cast_school().teachers[0], sis_id="boss", role=role)
    made = replace(cast_school(), teachers=(*cast_school().teachers, boss))
    assert "boss" not in {teacher.sis_id for teacher in read(tmp_path, made).teachers}
    made = made.with_rows("enrollments.csv", enrollment("boss", "3B", "teacher"))
    assert "boss" in {teacher.sis_id for teacher in read(tmp_path, made).teachers}


def test_a_role_of_somebodys_own_is_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, cast_school(), role_row("anna", "ext:coach")) == read(
        tmp_path, cast_school()
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("roles.csv", "sami,primary", "samo,primary", "roles.csv, line 2: “samo” is not in users"),
        ("roles.csv", "sami,primary", "samo,primary", "users.csv, line 2: There is no role for sami"),
        ("roles.csv", "primary,student", "primary,pupil", "line 2: “pupil” is not a role"),
        ("roles.csv", "userSourcedId", "user", "line 1: The column userSourcedId is missing"),
        ("manifest.csv", "roles,bulk", "roles,delta", "roles.csv holds changes only"),
        ("manifest.csv", "roles,bulk", "roles,absent", "roles.csv is “absent”, not bulk"),
    ],
)  # fmt: skip
def test_a_fault_in_the_roles_is_told(
    tmp_path: Path, file: str, old: str, new: str, reason: str
) -> None:
    folder = write_oneroster_1_2(tmp_path, cast_school())
    assert read_roster(folder).pupils
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), newline="")
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder, locale="en")
    assert reason in str(refused.value)


def test_without_the_roles_nobody_is_anything(tmp_path: Path) -> None:
    folder = write_oneroster_1_2(tmp_path, cast_school())
    (folder / "roles.csv").unlink()
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder, locale="en")
    assert str(refused.value) == "roles.csv: This file is missing."


@pytest.mark.parametrize(
    ("middle", "names"),
    [
        ("van der", ("Sami", "van der Amrani")),
        ("Mohammed", ("Sami Mohammed", "Amrani")),
        ("", ("Sami", "Amrani")),
    ],
)
def test_a_middle_name_is_read_in_both_versions(
    tmp_path: Path, middle: str, names: tuple[str, str]
) -> None:
    for folder in (
        write_oneroster(tmp_path / "1.1", cast_school()),
        write_oneroster_1_2(tmp_path / "1.2", cast_school()),
    ):
        text = (folder / "users.csv").read_text(encoding="utf-8")
        assert "Sami,Amrani,," in text
        changed = text.replace("Sami,Amrani,,", f"Sami,Amrani,{middle},")
        (folder / "users.csv").write_text(changed, encoding="utf-8", newline="")
        sami = read_roster(folder).pupils[0]
        assert (sami.given_name, sami.family_name) == names


def test_the_name_that_somebody_prefers_is_the_one_shown(tmp_path: Path) -> None:
    folder = write_oneroster_1_2(tmp_path, cast_school())
    lines = (folder / "users.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("sami,")
    lines[1] = lines[1].removesuffix(",,,") + ",Sam,,"
    (folder / "users.csv").write_text("\n".join(lines), encoding="utf-8")
    assert read_roster(folder).pupils[0].given_name == "Sam"
    assert read_roster(folder).pupils[0].family_name == "Amrani"


def test_the_last_change_tells_how_old_an_export_is(tmp_path: Path) -> None:
    folder = write_oneroster_1_2(tmp_path, cast_school())
    assert read_roster(folder).made_at is None
    text = (folder / "roles.csv").read_text()
    changed = text.replace("sami-as-student,,,", "sami-as-student,,2026-11-23T09:30:15.123Z,")
    (folder / "roles.csv").write_text(changed, newline="")
    assert str(read_roster(folder).made_at) == "2026-11-23 09:30:15+00:00"
