"""A faulty export is refused whole; every fault is told by file, line and reason, all at once."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from server.roster import files, tables
from server.roster.picture import Fault, Faults, FaultyRoster
from server.roster.read import read_roster
from tests.roster.make import cast_school, write_oneroster, zip_folder

MANIFEST, SESSIONS, ORGS = "manifest.csv", "academicSessions.csv", "orgs.csv"
CLASSES, USERS, ENROLLMENTS = "classes.csv", "users.csv", "enrollments.csv"


def faults(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(FaultyRoster) as refused:
        read_roster(path, locale="en")
    return refused.value.faults


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder that is in order, so that each test below shows what its one change does."""
    folder = write_oneroster(tmp_path / "export")
    assert len(read_roster(folder).pupils) == 3
    return folder


def changed(export: Path, file: str, old: str, new: str) -> None:
    text = (export / file).read_text(encoding="utf-8")
    assert old in text, f"{old} is not in {file}: this test would change nothing"
    (export / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


CHANGES = [
    (MANIFEST, "file.users,bulk", "file.users,delta", MANIFEST, 8, "Export everything"),
    (MANIFEST, "file.users,bulk", "file.users,absent", MANIFEST, 8, "not bulk"),
    (MANIFEST, "version,1.1", "version,1.0", MANIFEST, 3, "OneRoster 1.0; Hekje reads 1.1 and 1.2"),
    (MANIFEST, "oneroster.version", "something", MANIFEST, 0, "does not say which version"),
    (USERS, "familyName", "surname", USERS, 1, "The column familyName is missing"),
    (USERS, "middleName", "familyName", USERS, 1, "The column familyname is there twice"),
    (USERS, "agentSourcedIds", "agents", USERS, 1, "agentSourcedIds is missing, which ties guardians"),
    (USERS, ",Lotte,", ",", USERS, 3, "There are 20 fields here, where the first line has 21"),
    (USERS, "Lotte", '"Lotte', USERS, 3, "cannot be read as CSV"),
    (USERS, "Lotte", "Lot\x00te", USERS, 3, "NUL"),
    (USERS, "noor,", "sami,", USERS, 4, "This sourcedId is on line 2 already: sami"),
    (USERS, "\nlotte,", "\n,", USERS, 3, "The sourcedId is missing here"),
    (USERS, "\nlotte,,", "\nlotte,perhaps,", USERS, 3, "“perhaps” is not a status"),
    (USERS, "student,lotte", "pupil,lotte", USERS, 3, "“pupil” is not a role"),
    (USERS, "Lotte,de Vries", ",", USERS, 3, "This person has no name"),
    (USERS, "Lotte", "L" * 101, USERS, 3, "more than 100 characters"),
    (USERS, "Lotte", "ZoÃ«", USERS, 3, "wrong encoding"),
    (USERS, "joost@example.org", "joost@home", USERS, 7, "“joost@home” is not an e-mail"),
    (USERS, "joost@example.org", '"joost@a.nl,x@b.nl"', USERS, 7, "not an e-mail"),
    (USERS, "joost@example.org", '"j@a.nl\nBcc: x@b.nl"', USERS, 7, "not an e-mail"),
    (USERS, "joost@example.org", "jo\x01ost@a.nl", USERS, 7, "“jo�ost@a.nl”"),
    (USERS, "fatima,youssef", "fatima,oma", USERS, 2, "“oma” is not in users.csv"),
    (USERS, "fatima,youssef", "fatima,noor", USERS, 2, "noor stands here as a guardian, who is student"),
    (USERS, "fatima,youssef", "fatima,anna", USERS, 2, "that is a second row"),
    (USERS, ",joost,,,,,", ",joost,,,nee,,", USERS, 3, "metadata.may_contact is no here for a pupil"),
    (USERS, ",joost,,,,,", ",joost,,,geen,,", USERS, 3, "“geen”, which is not yes"),
    (
        ENROLLMENTS, "class-3B,school-1,sami,student", "class-3B,school-1,lotte,student",
        USERS, 2, "Pupil sami is in no class",
    ),
    (
        ENROLLMENTS, "school-1,sami", "school-1,samo",
        ENROLLMENTS, 2, "“samo” is not in users.csv",
    ),
    (
        ENROLLMENTS, "class-3B,school-1,sami", "class-9,school-1,sami",
        ENROLLMENTS, 2, "“class-9” is not in classes.csv",
    ),
    (
        ENROLLMENTS, "school-1,bram", "school-1,joost",
        ENROLLMENTS, 6, "enrols joost as teacher, who is parent",
    ),
    (ENROLLMENTS, "anna,teacher", "anna,student", ENROLLMENTS, 5, "enrols anna as student"),
    (ENROLLMENTS, "anna,teacher", "anna,boss", ENROLLMENTS, 5, "“boss” is not a role"),
    (ENROLLMENTS, "student,,,", "student,,2027-02-31,", ENROLLMENTS, 2, "not a date"),
    (ENROLLMENTS, "lotte-in-3B", "sami-in-3B", ENROLLMENTS, 3, "already"),
    (CLASSES, ",3B,3,", ",,3,", CLASSES, 2, "This class has no name"),
    (CLASSES, "homeroom", "club", CLASSES, 2, "“club” is not a classType"),
    (CLASSES, "school-1", "school-2", CLASSES, 2, "“school-2” is not in orgs.csv"),
    (CLASSES, ",term,", ",,", CLASSES, 2, "school year of this class is not known"),
    (CLASSES, ",term,", ",autumn,", CLASSES, 2, "“autumn” is not in academicSessions.csv"),
    (SESSIONS, ",year,2", ",jaar,2", CLASSES, 2, "in no schoolYear"),
    (SESSIONS, "-07-31", "-07-32", SESSIONS, 2, "not a date"),
    (ORGS, ",school,", ",district,", CLASSES, 2, "not a school"),
]  # fmt: skip
"""In which file what becomes what, and which file and line is then told, with which words."""


@pytest.mark.parametrize("change", CHANGES, ids=[change[-1] for change in CHANGES])
def test_each_fault_is_told_by_file_line_and_reason(
    export: Path, change: tuple[str, str, str, str, int, str]
) -> None:
    in_file, old, new, file, line, reason = change
    changed(export, in_file, old, new)
    found = faults(export)
    assert [f for f in found if (f.file, f.line) == (file, line) and reason in f.reason], found


def test_every_fault_is_told_at_once(export: Path) -> None:
    changed(export, USERS, "joost@example.org", "joost")
    changed(export, USERS, "Noor", "N" * 200)
    changed(export, ENROLLMENTS, "school-1,bram", "school-1,joost")
    assert [(fault.file, fault.line) for fault in faults(export)] == [
        (ENROLLMENTS, 6),
        (USERS, 4),
        (USERS, 7),
    ]


def test_a_fault_reads_as_a_sentence(export: Path) -> None:
    changed(export, USERS, "joost@example.org", "joost")
    (fault,) = faults(export)
    assert str(fault) == "users.csv, line 7: “joost” is not an e-mail address."


@pytest.mark.parametrize("value", ["misschien", "2", "-"])
@pytest.mark.parametrize("column", ["metadata.may_contact", "enabledUser"])
def test_an_unclear_answer_about_access_is_a_fault(tmp_path: Path, value: str, column: str) -> None:
    what = "may_contact" if column.startswith("metadata") else "enabled"
    made = cast_school().with_guardian("youssef", **{what: value})
    assert f"In {column} there is “{value}”" in faults(write_oneroster(tmp_path, made))[0].reason


def test_a_name_over_two_lines_does_not_shift_the_lines_told(export: Path) -> None:
    changed(export, USERS, "Lotte", '"Lotte\nMaria"')
    changed(export, USERS, "joost@example.org", "joost")
    assert [(fault.file, fault.line) for fault in faults(export)] == [(USERS, 8)]


@pytest.mark.parametrize("name", [MANIFEST, SESSIONS, ORGS, CLASSES, USERS, ENROLLMENTS])
@pytest.mark.parametrize("how", ["missing", "empty", "header only"])
def test_an_empty_or_missing_file_removes_nobody(export: Path, name: str, how: str) -> None:
    path = export / name
    header = path.read_bytes().partition(b"\n")[0] + b"\n"
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "empty" else header)
    assert faults(export)


@pytest.mark.parametrize("name", [USERS, ENROLLMENTS, CLASSES])
def test_half_a_file_removes_nobody(export: Path, name: str) -> None:
    lines = (export / name).read_bytes().splitlines(keepends=True)
    (export / name).write_bytes(b"".join(lines[: len(lines) // 2]))
    assert faults(export)


def test_classes_of_two_years_or_two_schools_are_not_one_picture(tmp_path: Path) -> None:
    made = cast_school()
    year = ("next", "", "", "", "schoolYear", "2030-08-01", "2031-07-31", "", "2031")
    of_next = (
        "c9",
        "",
        "",
        "9",
        "9",
        "course-1",
        "9",
        "homeroom",
        "",
        "school-1",
        "next",
        "",
        "",
        "",
    )
    two_years = made.with_rows(SESSIONS, year).with_rows(CLASSES, of_next)
    (fault,) = faults(write_oneroster(tmp_path / "years", two_years))
    assert "more than one school year: next, year" in fault.reason
    org = ("school-2", "", "", "De Iep", "school", "", "")
    of_iep = (*of_next[:9], "school-2", "term", "", "", "")
    two_schools = made.with_rows(ORGS, org).with_rows(CLASSES, of_iep)
    (fault,) = faults(write_oneroster(tmp_path / "schools", two_schools))
    assert "more than one school: school-1, school-2" in fault.reason


def test_sessions_that_are_their_own_parents_end_the_search(export: Path) -> None:
    changed(export, SESSIONS, ",schoolYear,2", ",semester,2")
    changed(export, SESSIONS, "-07-31,,", "-07-31,term,")
    assert "in no schoolYear" in faults(export)[0].reason


# --- files and zip files -----------------------------------------------------------------------

Spoil = Callable[[zipfile.ZipFile], None]


def write(name: str, content: bytes = b"x") -> Spoil:
    return lambda archive: archive.writestr(name, content)


def many(archive: zipfile.ZipFile) -> None:
    for n in range(files.MOST_ENTRIES):
        archive.writestr(f"{n}.txt", b"")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (write("../users.csv"), "leads out of it"),
        (write("/etc/users.csv"), "leads out of it"),
        (write("a/../../users.csv"), "leads out of it"),
        (write("C:users.csv"), "leads out of it"),
        (write("folder/USERS.csv"), "given twice"),
        (write("a/b/users.csv"), "deeper"),
        (lambda a: a.writestr("x/ORGS.csv", b"", zipfile.ZIP_BZIP2), "packed in a way"),
        (many, "more than 200 files"),
    ],
)
def test_a_zip_file_with_tricks_is_refused(export: Path, spoil: Spoil, reason: str) -> None:
    path = zip_folder(export)
    with zipfile.ZipFile(path, "a") as archive:
        spoil(archive)
    assert reason in " ".join(fault.reason for fault in faults(path))


def deep(export: Path) -> Path:
    path = zip_folder(export)
    with zipfile.ZipFile(path, "w") as archive:
        for file in export.iterdir():
            archive.write(file, f"a/b/{file.name}" if file.name == USERS else file.name)
    return path


def damaged(export: Path) -> Path:
    path = zip_folder(export)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in export.iterdir():
            archive.write(file, file.name)
    path.write_bytes(path.read_bytes().replace(b"Lotte", b"Lutte"))
    return path


def large(export: Path) -> Path:
    with (export / USERS).open("ab") as file:
        file.truncate(files.LARGEST + 1)
    return export


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(deep, "lies deeper"), (damaged, "cannot be read"), (large, "larger than 50 MB")],
)
def test_a_file_that_cannot_be_read_is_not_said_to_be_missing(
    export: Path, spoil: Callable[[Path], Path], reason: str
) -> None:
    (told,) = faults(spoil(export))
    assert (told.file, told.line) == (USERS, 0)
    assert reason in told.reason


def test_a_zip_bomb_is_read_to_the_limit_only(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_folder(export)
    assert read_roster(path).pupils
    monkeypatch.setattr(files, "LARGEST", 700)
    assert [fault.file for fault in faults(path)][-1] == USERS
    monkeypatch.setattr(files, "LARGEST", 50 * 2**20)
    monkeypatch.setattr(files, "LARGEST_TOGETHER", 1_000)
    assert "altogether" in faults(path)[0].reason


def test_what_is_not_a_zip_file_or_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(b"PK\x03\x04 but no more")
    assert "cannot be opened as a zip file" in faults(tmp_path / "export.zip")[0].reason
    assert "There is no such file" in " ".join(f.reason for f in faults(tmp_path / "nothing"))
    (tmp_path / "people.xlsx").write_bytes(b"")
    assert "is not a file that belongs" in " ".join(
        f.reason for f in faults(tmp_path / "people.xlsx")
    )


def test_a_damaged_zip_file_is_a_fault_and_no_crash(export: Path) -> None:
    path = zip_folder(export)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert faults(path)


def test_too_many_rows_and_huge_fields_are_refused(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(export, USERS, "Lotte", "L" * 140_000)
    assert "field larger than field limit" in faults(export)[0].reason
    write_oneroster(export)
    changed(export, USERS, "Lotte", "L" * 20_001)
    assert "more than 20000 characters" in faults(export)[0].reason
    write_oneroster(export)
    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    assert [(f.file, f.line) for f in faults(export) if "more than 5 rows" in f.reason][-1] == (
        USERS,
        7,
    )


def test_bytes_that_are_no_text_are_refused(export: Path) -> None:
    (export / USERS).write_bytes(b"sourcedId;\x81\x8d\n")
    assert "UTF-8, UTF-16 or Windows-1252" in faults(export)[0].reason


def test_a_thousand_faults_are_enough(export: Path) -> None:
    row = "x\n" * 3_000
    changed(export, USERS, "\n", "\n" + row)
    found = faults(export)
    assert len(found) == 1_001
    assert re.search("more than 1000 faults", " ".join(fault.reason for fault in found))


@pytest.mark.parametrize("column", ["BSN", "metadata.bsn", "Burgerservicenummer", "bsn_ondwnr-4"])
def test_a_citizen_service_number_does_not_leave_the_table(column: str) -> None:
    told = Faults("en")
    content = f"id,{column},name\n1,123456782,Sami\n".encode()
    (row,) = tables.read_table("users.csv", content, ("id",), told)
    assert row["name"] == "Sami"
    assert row.fields == {"id": "1", "name": "Sami"}
    assert len(told.remarks) == 1
