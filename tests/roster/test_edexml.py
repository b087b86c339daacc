"""EDEXML with a CSV of guardians: what Hekje makes of it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from server.school.picture import Picture, RosterClass, RosterTeam
from tests.roster.make import MadeSchool, cast_school, large_school, small_school, write_oneroster
from tests.roster.make_others import edexml, write_edexml

HEADER = "pupil_key,guardian_key,given_name,family_name,email,relation,may_contact,apart\n"


def names(picture: Picture) -> list[str]:
    return [one.name for one in picture.classes]


@pytest.mark.parametrize("made", [cast_school(), small_school()], ids=["cast", "small"])
def test_a_school_is_the_same_picture_as_in_oneroster(tmp_path: Path, made: MadeSchool) -> None:
    picture = read_roster(write_edexml(tmp_path / "edexml", made))
    other = read_roster(write_oneroster(tmp_path / "oneroster", made))
    for kind in ("year", "classes", "pupils", "guardianships", "teachers"):
        assert getattr(picture, kind) == getattr(other, kind)
    assert set(picture.guardians) == set(other.guardians)
    assert set(picture.teams) == set(other.teams)


def test_without_the_csv_it_says_nothing_of_who_must_be_kept_apart(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    assert read_roster(folder).silent_on == set()
    assert read_roster(folder / "export.xml").silent_on == {"contact", "apart"}


def test_folder_zip_and_single_files_say_the_same(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path / "export", cast_school())
    picture = read_roster(folder)
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert read_roster(path) == picture
    assert read_roster(folder / "guardians.csv", folder / "export.xml") == picture


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_zoe_keeps_her_dots_in_every_encoding(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    made = cast_school().without("noor", "emine").with_child("sami", given_name="Zoë")
    made = made.with_guardian("fatima", family_name="Çelik-Ünal")
    picture = read_roster(write_edexml(tmp_path, made, encoding=encoding, delimiter=delimiter))
    assert picture.pupils[0].given_name == "Zoë"
    assert picture.guardians[0].family_name == "Çelik-Ünal"


def test_a_polish_name_needs_more_than_windows_has(tmp_path: Path) -> None:
    made = cast_school().with_child("sami", given_name="Łukasz")
    for encoding in ("utf-8", "utf-16"):
        picture = read_roster(write_edexml(tmp_path / encoding, made, encoding=encoding))
        assert picture.pupils[0].given_name == "Łukasz"


def test_an_export_may_have_a_namespace_of_its_own(tmp_path: Path) -> None:
    spaced = write_edexml(tmp_path / "a", cast_school(), namespace="http://example.org/edexml/2.1")
    assert read_roster(spaced) == read_roster(write_edexml(tmp_path / "b", cast_school()))


def test_a_label_of_utf_16_on_plain_text_is_a_known_slip(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    text = (folder / "export.xml").read_text(encoding="utf-8")
    slip = text.replace('encoding="utf-8"', 'encoding="utf-16"')
    (folder / "export.xml").write_text(slip, encoding="utf-8")
    assert len(read_roster(folder).pupils) == 3


def test_names_are_what_people_are_called(tmp_path: Path) -> None:
    pupil = (
        '<leerling key="p9"><achternaam>Vries</achternaam><voorvoegsel>de</voorvoegsel>'
        '<voornamen>Johanna Maria</voornamen>{called}<groep key="class-3B"/></leerling>'
    )
    for called, name in (("<roepnaam>Joke</roepnaam>", "Joke"), ("", "Johanna Maria")):
        text = edexml(cast_school()).replace(
            "</leerlingen>", pupil.format(called=called) + "</leerlingen>"
        )
        (tmp_path / "export.xml").write_text(text, encoding="utf-8")
        added = read_roster(tmp_path / "export.xml").pupils[-1]
        assert (added.given_name, added.family_name) == (name, "de Vries")


@pytest.mark.parametrize("element", ["bsn", "bsn_ondwnr-4", "onderwijsnummer"])
def test_a_citizen_service_number_is_dropped_and_said_so(tmp_path: Path, element: str) -> None:
    text = edexml(cast_school()).replace(
        "<roepnaam>Sami", f"<{element}>123456782</{element}><roepnaam>Sami"
    )
    (tmp_path / "export.xml").write_text(text, encoding="utf-8")
    picture = read_roster(tmp_path / "export.xml", locale="en")
    assert (
        f"export.xml: the field {element} (citizen service number) was not read." in picture.remarks
    )
    assert "123456782" not in repr(picture)


def test_pupils_known_by_their_citizen_service_number_are_refused_unnamed(tmp_path: Path) -> None:
    made = cast_school()
    numbers = ["123456782", "111222333", "100000009", "100000010", "100000022"]
    children = tuple(replace(made.children[0], sis_id=id, guardians=()) for id in numbers)
    with pytest.raises(FaultyRoster, match="lijken burgerservicenummers") as refused:
        read_roster(write_edexml(tmp_path / "a", replace(made, children=children)) / "export.xml")
    assert not any(id in str(refused.value) for id in numbers)
    other = tuple(replace(child, sis_id=f"{int(child.sis_id) + 1}") for child in children)
    assert read_roster(
        write_edexml(tmp_path / "b", replace(made, children=other)) / "export.xml"
    ).pupils


def test_when_it_was_made_is_told(tmp_path: Path) -> None:
    dated = edexml(cast_school()).replace(
        "<brincode>", "<aanmaakdatum>2026-11-23T10:00:00+01:00</aanmaakdatum><brincode>"
    )
    (tmp_path / "export.xml").write_text(dated, encoding="utf-8")
    assert str(read_roster(tmp_path / "export.xml").made_at) == "2026-11-23 09:00:00+00:00"
    day = dated.replace("aanmaakdatum", "peildatum").replace("T10:00:00+01:00", "")
    (tmp_path / "export.xml").write_text(day, encoding="utf-8")
    assert str(read_roster(tmp_path / "export.xml").made_at) == "2026-11-23 00:00:00+00:00"


# --- guardians -----------------------------------------------------------------------------


def with_guardians(tmp_path: Path, *lines: str) -> Picture:
    folder = write_edexml(tmp_path / "export", cast_school())
    (folder / "guardians.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return read_roster(folder, locale="en")


def test_a_guardian_may_contact_about_one_child_and_not_the_other(tmp_path: Path) -> None:
    picture = with_guardians(
        tmp_path,
        "sami,f,Fatima,Amrani,Fatima@Example.org,moeder,ja,",
        "lotte,f,Fatima,Amrani,fatima@example.org,stiefmoeder,nee,ja",
        "lotte,j,Joost,de Vries,,,,",
    )
    ties = {(t.pupil, t.guardian): (t.relation, t.may_contact) for t in picture.guardianships}
    assert ties == {
        ("sami", "f"): ("moeder", True),
        ("lotte", "f"): ("stiefmoeder", False),
        ("lotte", "j"): ("guardian", True),
    }
    assert [pupil.sis_id for pupil in picture.pupils if pupil.apart] == ["lotte"]
    assert [guardian.sis_id for guardian in picture.guardians] == ["f", "j"]
    assert picture.remarks == (
        "Pupils without a guardian: 1.",
        "Guardians without an e-mail address, who cannot be invited: 1.",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("samo,f,Fatima,Amrani,,,,", "“samo” is not in export.xml."),
        (",f,Fatima,Amrani,,,,", "The pupil_key is missing here."),
        ("sami,,Fatima,Amrani,,,,", "The guardian_key is missing here."),
        ("sami,f,,,,,,", "This person has no name."),
        ("sami,f,Fatima,Amrani,fatima,,,", "“fatima” is not an e-mail address."),
        ("sami,f,Fatima,Amrani,,,misschien,", "In may_contact there is “misschien”"),
        ("sami,f,Fatima,Amrani,,,,?", "In apart there is “?”"),
        ("sami,g,Gea,Vos,,,,", "Pupil sami and guardian g are together on line 2 already."),
        ("lotte,g,Gea,Smit,,,,", "Guardian g has another name or address on line 2."),
        ("lotte,g,Gea,Vos,gea@example.org,,,", "Guardian g has another name or address on line 2"),
        ("sami,f,Fatima,Amrani,,,", "There are 7 fields here, where the first line has 8."),
    ],
)
def test_a_fault_in_a_line_of_guardians_is_told(tmp_path: Path, line: str, reason: str) -> None:
    assert with_guardians(tmp_path, "sami,g,Gea,Vos,,,,").guardians
    with pytest.raises(FaultyRoster) as refused:
        with_guardians(tmp_path, "sami,g,Gea,Vos,,,,", line)
    assert f"guardians.csv, line 3: {reason}" in str(refused.value)


@pytest.mark.parametrize("column", HEADER.strip().split(","))
def test_a_column_that_got_lost_is_a_fault(tmp_path: Path, column: str) -> None:
    folder = write_edexml(tmp_path, cast_school())
    text = (folder / "guardians.csv").read_text()
    (folder / "guardians.csv").write_text(text.replace(column, "x", 1))
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder, locale="en")
    assert str(refused.value) == f"guardians.csv, line 1: The column {column} is missing."


@pytest.mark.parametrize("left", ["", HEADER, HEADER.strip()])
def test_an_empty_file_of_guardians_removes_nobody(tmp_path: Path, left: str) -> None:
    folder = write_edexml(tmp_path, cast_school())
    (folder / "guardians.csv").write_text(left)
    with pytest.raises(FaultyRoster, match="wordt niemand verwijderd"):
        read_roster(folder)


def test_what_excel_puts_before_the_first_line_is_no_fault(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school(), delimiter=";")
    path = folder / "guardians.csv"
    before = read_roster(folder)
    path.write_text("sep=;\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_roster(folder) == before


# --- combination groups --------------------------------------------------------------------

SCHOOL = """<?xml version="1.0"?><EDEX><school><schooljaar>2026-2027</schooljaar></school>
<groepen><groep key="3"><naam>Groep 3</naam></groep><groep key="4"><naam>Groep 4</naam></groep>
<samengestelde_groep key="3"><naam>{name}</naam></samengestelde_groep></groepen>
<leerlingen>{pupils}</leerlingen><leerkrachten>{teachers}</leerkrachten></EDEX>"""


def combined(
    tmp_path: Path, name: str, pupils: dict[str, str], teachers: dict[str, str]
) -> Picture:
    """Each person with the groups in one string: `3` and `4`, and `c` for the combination."""

    def groups(told: str) -> str:
        return "".join(
            '<samengestelde_groep key="3"/>' if one == "c" else f'<groep key="{one}"/>' for one in told
        )  # fmt: skip

    def people(tag: str, told: dict[str, str]) -> str:
        return "".join(
            f'<{tag} key="{key}"><achternaam>{key}</achternaam><x>{groups(of)}</x></{tag}>'
            for key, of in told.items()
        )

    text = SCHOOL.format(
        name=name, pupils=people("leerling", pupils), teachers=people("leerkracht", teachers)
    )
    (tmp_path / "export.xml").write_text(text, encoding="utf-8")
    return read_roster(tmp_path / "export.xml", locale="en")


BOTH = {"sami": "3c", "lotte": "4c"}
COMBINED = RosterClass("samengesteld:3", "3/4")


@pytest.mark.parametrize(
    "name", ["3/4", "Groep 3/4", "groep 3-4 B", "Combi", "Combinatiegroep 3/4", "gr. 3 en 4", "3a+4a"]
)  # fmt: skip
def test_a_combination_of_grades_is_the_class_of_its_pupils(tmp_path: Path, name: str) -> None:
    """By its name, even where the teachers stand with the groups that went into it."""
    picture = combined(tmp_path, name, BOTH, {"anna": "3", "bram": "4"})
    assert names(picture) == [name]
    assert {pupil.class_sis_id for pupil in picture.pupils} == {"samengesteld:3"}
    assert {team.teacher for team in picture.teams} == {"anna", "bram"}


@pytest.mark.parametrize("teachers", [{"anna": "c"}, {"anna": "3c"}, {"anna": "34c", "bram": "c"}])
def test_a_group_that_is_taught_as_one_is_a_class_whatever_its_name(
    tmp_path: Path, teachers: dict[str, str]
) -> None:
    picture = combined(tmp_path, "De Vlinders", BOTH, teachers)
    assert names(picture) == ["De Vlinders"]
    assert {team.teacher for team in picture.teams} == set(teachers)


@pytest.mark.parametrize("name", ["Plusgroep", "Gym 3/4", "Rekenen 4"])
def test_a_group_for_gym_is_nobodys_class(tmp_path: Path, name: str) -> None:
    picture = combined(tmp_path, name, BOTH, {"anna": "3", "bram": "4", "gymjuf": "c"})
    assert names(picture) == ["Groep 3", "Groep 4"]
    assert set(picture.teams) == {RosterTeam("3", "anna"), RosterTeam("4", "bram")}
    assert "gymjuf" in {teacher.sis_id for teacher in picture.teachers}
    assert f"Combination group “{name}” is not the pupils' own class and was left out." in (
        picture.remarks
    )


def test_who_stays_behind_in_the_group_has_the_group_as_class(tmp_path: Path) -> None:
    picture = combined(tmp_path, "3/4", {**BOTH, "noor": "3"}, {"anna": "3", "bram": "c"})
    classes = {pupil.sis_id: pupil.class_sis_id for pupil in picture.pupils}
    assert classes == {"sami": "samengesteld:3", "lotte": "samengesteld:3", "noor": "3"}
    assert set(picture.teams) == {RosterTeam("3", "anna"), RosterTeam("samengesteld:3", "bram")}
    assert COMBINED in picture.classes


def test_a_pupil_with_a_combination_only_is_in_it(tmp_path: Path) -> None:
    picture = combined(tmp_path, "Instroom", {"sami": "c", "lotte": "4"}, {"bram": "4"})
    assert picture.pupils[0].class_sis_id == "samengesteld:3"


def test_a_pupil_in_two_groups_or_in_none_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FaultyRoster, match="Pupil sami is in two classes: Groep 3 and Groep 4"):
        combined(tmp_path, "3/4", {"sami": "34"}, {})
    with pytest.raises(FaultyRoster, match="Pupil sami is in no class"):
        combined(tmp_path, "3/4", {"sami": ""}, {})
    with pytest.raises(FaultyRoster, match="There is no groep 9 in this file"):
        combined(tmp_path, "3/4", {"sami": "9"}, {})


def test_fifty_thousand_lines_of_guardians_are_read(tmp_path: Path) -> None:
    picture = read_roster(write_edexml(tmp_path, large_school(25_000, 50_000)))
    assert len(picture.guardians) == len(picture.guardianships) == 50_000


def test_a_teacher_and_a_guardian_of_one_number_are_two_people(tmp_path: Path) -> None:
    made = cast_school()
    carla = replace(made.teachers[2], given_name="Carla", role="parent", email="thuis@example.org")
    made = replace(made, guardians=(*made.guardians, carla))
    made = made.with_child("noor", guardians=("emine", "carla"))
    picture = read_roster(write_edexml(tmp_path, made))
    assert picture.teachers[2].email == "carla@school.example"
    assert picture.guardians[-1].email == "thuis@example.org"
    assert picture.guardians[-1].sis_id == picture.teachers[2].sis_id == "carla"
