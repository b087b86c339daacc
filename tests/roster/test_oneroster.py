"""What Hekje reads out of the files that a student administration exports."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from server.school.picture import (
    RosterClass,
    RosterGuardian,
    RosterGuardianship,
    RosterPupil,
    RosterTeacher,
    RosterTeam,
)
from storage.schema import SchoolYear
from tests.roster.make import (
    EVERY,
    HEADERS,
    Adult,
    Child,
    MadeSchool,
    cast_school,
    enrollment,
    small_school,
    write_oneroster,
    zip_folder,
)

MET_NAMEN = "Zoë", "Çelik"


def test_a_folder_is_one_picture_of_the_school_year(tmp_path: Path) -> None:
    made = replace(cast_school(), starts=date(2026, 8, 1), ends=date(2027, 7, 31))
    picture = read_roster(write_oneroster(tmp_path / "export", made))
    assert picture.year == SchoolYear("2026-2027", date(2026, 8, 1), date(2027, 7, 31))
    assert picture.classes == (RosterClass("class-3B", "3B"), RosterClass("class-4A", "4A"))
    assert picture.pupils[0] == RosterPupil("sami", "Sami", "Amrani", "class-3B")
    assert picture.guardians[0] == RosterGuardian(
        "fatima", "Fatima", "Amrani", "fatima@example.org"
    )
    assert picture.guardianships == (
        RosterGuardianship("sami", "fatima", "moeder"),
        RosterGuardianship("sami", "youssef", "vader"),
        RosterGuardianship("lotte", "joost", "parent"),
        RosterGuardianship("noor", "emine", "guardian"),
    )
    assert picture.teachers[0] == RosterTeacher("anna", "Anna", "Jansen", "anna@school.example")
    assert picture.teams == (
        RosterTeam("class-3B", "anna"),
        RosterTeam("class-3B", "bram"),
        RosterTeam("class-4A", "carla"),
    )
    assert picture.remarks == ()


@pytest.mark.parametrize("inside", ["", "export/"])
def test_a_zip_file_and_single_files_say_the_same_as_the_folder(
    tmp_path: Path, inside: str
) -> None:
    folder = write_oneroster(tmp_path / "export", small_school())
    picture = read_roster(folder)
    assert read_roster(zip_folder(folder, inside)) == picture
    assert read_roster(*sorted(folder.iterdir())) == picture


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_zoe_keeps_her_dots_in_every_encoding(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    made = with_names(*MET_NAMEN).without("noor", "emine")
    folder = write_oneroster(tmp_path, made, encoding=encoding, delimiter=delimiter)
    pupil = read_roster(folder).pupils[0]
    assert (pupil.given_name, pupil.family_name) == MET_NAMEN


def test_headers_may_be_in_any_case_and_files_too(tmp_path: Path) -> None:
    headers = {name: (EVERY + columns).upper() for name, columns in HEADERS.items()}
    folder = write_oneroster(tmp_path / "export", headers=headers)
    (folder / "users.csv").rename(folder / "Users.CSV")
    assert len(read_roster(folder).pupils) == 3


@pytest.mark.parametrize("spelt", ["agentSourceIds", "agentSourcedIds"])
def test_both_spellings_of_the_column_of_agents_tie_guardians(tmp_path: Path, spelt: str) -> None:
    header = EVERY + HEADERS["users.csv"].replace("agentSourcedIds", spelt)
    picture = read_roster(write_oneroster(tmp_path, headers={"users.csv": header}))
    assert len(picture.guardianships) == 4


def test_a_guardian_who_names_the_child_is_tied_as_well(tmp_path: Path) -> None:
    made = cast_school().with_child("lotte", guardians=())
    made = replace(made, guardians=tuple(g for g in made.guardians if g.sis_id != "joost"))
    made = made.with_rows("users.csv", user_row("joost", "parent", agents="lotte"))
    ties = {
        (tie.pupil, tie.guardian)
        for tie in read_roster(write_oneroster(tmp_path, made)).guardianships
    }
    assert ("lotte", "joost") in ties


def test_who_may_not_be_in_touch_and_who_lives_apart_is_honoured(tmp_path: Path) -> None:
    made = cast_school().with_guardian("youssef", may_contact="nee").with_child("sami", apart="ja")
    made = made.with_guardian("joost", enabled="false")
    picture = read_roster(write_oneroster(tmp_path, made))
    may = {tie.guardian: tie.may_contact for tie in picture.guardianships}
    assert may == {"fatima": True, "youssef": False, "joost": False, "emine": True}
    assert [pupil.sis_id for pupil in picture.pupils if pupil.apart] == ["sami"]


def test_a_guardian_who_lives_apart_does_so_for_each_child(tmp_path: Path) -> None:
    made = cast_school().with_child("noor", guardians=("emine", "youssef"))
    assert not any(pupil.apart for pupil in read_roster(write_oneroster(tmp_path, made)).pupils)
    made = made.with_guardian("youssef", apart="ja")
    picture = read_roster(write_oneroster(tmp_path, made))
    assert [pupil.sis_id for pupil in picture.pupils if pupil.apart] == ["sami", "noor"]


def test_deleted_rows_bring_nobody_and_are_no_fault(tmp_path: Path) -> None:
    made = cast_school().with_child("sami", guardians=("fatima", "youssef", "oma"))
    made = made.with_rows("users.csv", user_row("oma", "relative", status="tobedeleted"))
    made = made.with_rows("users.csv", user_row("oud", "teacher", status="tobedeleted"))
    made = made.with_rows("enrollments.csv", enrollment("oud", "3B", "teacher"))
    picture = read_roster(write_oneroster(tmp_path, made))
    assert picture == read_roster(write_oneroster(tmp_path / "before"))


def test_lessons_beside_homerooms_are_not_classes(tmp_path: Path) -> None:
    made = cast_school().with_rows("classes.csv", class_row("gym", "scheduled"))
    made = made.with_rows("enrollments.csv", enrollment("sami", "gym", "student"))
    made = made.with_rows("enrollments.csv", enrollment("carla", "gym", "teacher"))
    assert read_roster(write_oneroster(tmp_path / "a", made)) == read_roster(
        write_oneroster(tmp_path / "b")
    )


def test_an_export_without_homerooms_has_its_scheduled_classes(tmp_path: Path) -> None:
    made = replace(cast_school(), class_type="scheduled")
    assert len(read_roster(write_oneroster(tmp_path, made)).classes) == 2


def test_a_combination_of_two_grades_is_one_class(tmp_path: Path) -> None:
    made = cast_school()
    made = replace(made, classes={**made.classes, "3/4": ("bram",)}).moved("noor", "3/4")
    picture = read_roster(write_oneroster(tmp_path, made))
    assert picture.pupils[2].class_sis_id == "class-3/4"


def test_only_enrolments_that_hold_today_count(tmp_path: Path) -> None:
    made = replace(cast_school(), starts=date(2026, 8, 1), ends=date(2027, 7, 31))
    lotte = Child("lotte2", "Lotte", "Smit", "3B")
    made = replace(made, children=(*made.children, lotte))
    rows = [
        enrollment("lotte2", "4A", "student", begins="2027-01-11"),
        enrollment("bram", "4A", "teacher", ends="2026-10-16"),
    ]
    made = made.with_rows("enrollments.csv", *rows)
    folder = write_oneroster(tmp_path, made)
    in_autumn = read_roster(folder, today=date(2026, 9, 1))
    assert in_autumn.pupils[3].class_sis_id == "class-3B"
    assert RosterTeam("class-4A", "bram") in in_autumn.teams
    assert RosterTeam("class-4A", "bram") not in read_roster(folder, today=date(2026, 11, 2)).teams
    with pytest.raises(FaultyRoster, match="in twee groepen: 3B en 4A"):
        read_roster(folder, today=date(2027, 2, 1))


def test_a_pupil_whose_place_has_ended_is_left_out_and_said_so(tmp_path: Path) -> None:
    made = cast_school().with_rows("users.csv", user_row("weg", "student"))
    ended = enrollment("weg", "3B", "student", ends=str(made.starts))
    folder = write_oneroster(tmp_path, made.with_rows("enrollments.csv", ended))
    picture = read_roster(folder, today=date(made.starts.year, 10, 1))
    assert "weg" not in {pupil.sis_id for pupil in picture.pupils}
    assert picture.remarks == ("Leerling weg zit nu in geen groep en is overgeslagen.",)


def test_a_citizen_service_number_is_dropped_and_said_so(tmp_path: Path) -> None:
    header = EVERY + HEADERS["users.csv"].replace("identifier", "metadata.BSN")
    picture = read_roster(write_oneroster(tmp_path, headers={"users.csv": header}))
    assert "de kolom metadata.bsn (burgerservicenummer) is niet gelezen" in picture.remarks[0]
    assert len(picture.pupils) == 3


def test_one_address_for_two_guardians_is_remarked_and_they_stay_two(tmp_path: Path) -> None:
    picture = read_roster(write_oneroster(tmp_path, small_school()))
    assert [g.sis_id for g in picture.guardians if g.email == "bakker2@example.org"] == ["v2", "m2"]
    assert "bakker2@example.org is het adres van 2 ouders of verzorgers" in " ".join(
        picture.remarks
    )
    assert "die niet uitgenodigd kunnen worden: 1." in " ".join(picture.remarks)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Za\u0301ra", "Zára"),
        ("Sa\u202emi\u2066", "Sami"),
        ("Sa\u0007mi\u200b", "Sami"),
        ("  Anna \n Maria ", "Anna Maria"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("Ismaïl", "Ismaïl"),
    ],
)
def test_names_are_on_one_line_and_show_what_they_are(
    tmp_path: Path, written: str, read: str
) -> None:
    made = with_names(written, "Amrani")
    assert read_roster(write_oneroster(tmp_path, made)).pupils[0].given_name == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Fatima@Example.ORG", "fatima@example.org"),
        ("fatima+school@example.org", "fatima+school@example.org"),
        ("fatima@bücher.example", "fatima@xn--bcher-kva.example"),
        ("", None),
    ],
)
def test_addresses_are_read_as_accounts_keep_them(
    tmp_path: Path, written: str, read: str | None
) -> None:
    made = cast_school().with_guardian("fatima", email=written)
    assert read_roster(write_oneroster(tmp_path, made)).guardians[0].email == read


def test_a_teacher_who_is_not_enabled_is_in_no_team(tmp_path: Path) -> None:
    made = cast_school()
    gone = replace(made.teachers[1], enabled="false")
    made = replace(made, teachers=(made.teachers[0], gone, made.teachers[2]))
    picture = read_roster(write_oneroster(tmp_path, made))
    assert [teacher.sis_id for teacher in picture.teachers] == ["anna", "carla"]
    assert [team.teacher for team in picture.teams] == ["anna", "carla"]


def test_an_aide_is_in_the_team_only_when_enrolled_as_teacher(tmp_path: Path) -> None:
    made = cast_school()
    aides = (Adult("oa1", "Els", "Vos", role="aide"), Adult("oa2", "Mo", "Bal", role="aide"))
    made = replace(made, teachers=(*made.teachers, *aides))
    made = made.with_rows("enrollments.csv", enrollment("oa1", "3B", "teacher"))
    made = made.with_rows("enrollments.csv", enrollment("oa2", "3B", "aide"))
    picture = read_roster(write_oneroster(tmp_path, made))
    assert [teacher.sis_id for teacher in picture.teachers] == ["anna", "bram", "carla", "oa1"]
    assert RosterTeam("class-3B", "oa1") in picture.teams


def test_what_else_lies_in_the_zip_file_is_not_opened(tmp_path: Path) -> None:
    path = zip_folder(write_oneroster(tmp_path / "export"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("demographics.csv", b"\x00not a table")
        archive.writestr("__MACOSX/._users.csv", b"\x00")
    assert len(read_roster(path).pupils) == 3


def with_names(given: str, family: str) -> MadeSchool:
    return cast_school().with_child("sami", given_name=given, family_name=family)


def user_row(sis_id: str, role: str, *, agents: str = "", status: str = "") -> tuple[str, ...]:
    front = (sis_id, status, "", "true", "school-1", role, sis_id, "", "Voor", "Achter", "", "")
    return (*front, "", "", "", agents, "", "", "", "", "")


def class_row(name: str, class_type: str) -> tuple[str, ...]:
    front = (f"class-{name}", "", "", name, "3", "course-1", name, class_type, "")
    return (*front, "school-1", "term", "", "", "")


@pytest.mark.parametrize("starts", ["2026-08-01", "2026-07-31"])
def test_a_term_without_a_parent_is_in_the_year_around_it(tmp_path: Path, starts: str) -> None:
    made = replace(cast_school(), starts=date(2026, 8, 1), ends=date(2027, 7, 31))
    folder = write_oneroster(tmp_path, made)
    text = (folder / "academicSessions.csv").read_text()
    alone = text.replace("term,2026-08-01,2027-07-31,year", f"term,{starts},2027-07-31,")
    assert alone != text
    (folder / "academicSessions.csv").write_text(alone, newline="")
    if starts == "2026-08-01":
        assert read_roster(folder).year.name == "2026-2027"
    else:
        with pytest.raises(
            FaultyRoster, match=r"hoort in academicSessions\.csv bij geen schooljaar"
        ):
            read_roster(folder)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(tmp_path: Path, encoding: str) -> None:
    made = with_names("Zoë", "Łukasz")
    folder = write_oneroster(tmp_path, made, encoding=encoding)
    assert read_roster(folder).pupils[0].family_name == "Łukasz"


def test_every_fault_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    """Also where one file has a row that cannot be read, and what refers to that row is no fault."""
    folder = write_oneroster(tmp_path, cast_school())
    for file, old, new in (
        ("users.csv", ",Lotte,", ","),
        ("users.csv", "emine@example.org", "emine"),
        ("classes.csv", ",4A,4,", ",,4,"),
        ("enrollments.csv", "anna,teacher", "anna,boss"),
        ("academicSessions.csv", "-07-31", "-07-32"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder)
    assert [(fault.file, fault.line) for fault in refused.value.faults] == [
        ("academicSessions.csv", 2),
        ("classes.csv", 3),
        ("enrollments.csv", 5),
        ("users.csv", 3),
        ("users.csv", 8),
    ]
