"""XML that is broken, lies about itself, or is meant to harm: refused with a line, in no time."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from server.roster import files
from server.roster.edexml import xml
from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from tests.roster.make import cast_school
from tests.roster.make_others import edexml, write_edexml

GOOD = edexml(cast_school())
DECLARATION, _, BODY = GOOD.partition("\n")
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def fault(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "export.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(FaultyRoster) as refused:
        read_roster(path, locale="en")
    return str(refused.value)


def test_the_file_that_is_spoilt_below_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(GOOD, encoding="utf-8")
    assert len(read_roster(tmp_path / "export.xml").pupils) == 3


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE EDEX>",
        '<!DOCTYPE EDEX SYSTEM "http://127.0.0.1:9/edex.dtd">',
        '<!DOCTYPE EDEX [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE EDEX [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
        f'<!DOCTYPE EDEX [<!ENTITY l0 "ha">{LAUGHS}]>',
        f'<!DOCTYPE EDEX [<!ENTITY a "{"a" * 50_000}">]>',
    ],
)
def test_a_doctype_is_refused_and_nothing_in_it_is_looked_at(tmp_path: Path, doctype: str) -> None:
    body = BODY.replace("Lotte", "&l9;&x;&a;")
    told = fault(tmp_path, f"{DECLARATION}\n{doctype}\n{body}")
    assert "line 2: There is a DOCTYPE in this file." in told
    assert "root:" not in told


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Lotte", "&x;", "cannot be read as XML"),
        ("</roepnaam>", "", "cannot be read as XML"),
        ("Lotte", "Lot\x00te", "cannot be read as XML"),
        ("<roepnaam>Lotte", "<roepnaam>Lies</roepnaam><roepnaam>Lotte", "There is roepnaam twice"),
        ('key="lotte"', 'key="sami"', "This key is on line 9 already: sami."),
        ('key="lotte"', 'key=" "', "The key is missing here."),
        ('key="lotte"', 'key="#2"', "The key #2 holds in this file only"),
        ('key="lotte"', f'key="{"k" * 201}"', "This key is too long"),
        ("<EDEX>", "<UWLR>", "This file begins with <UWLR>; EDEXML begins with <EDEX>."),
        ("-20", "-30", "is not a school year such as 2026-2027."),
        ("schooljaar", "jaar", "It does not say which school year this is"),
        ("carla@school.example", "carla", "“carla” is not an e-mail address."),
        ("Lotte", "ZoÃ«", "saved in the wrong encoding"),
        (
            "<leerkrachten>",
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><leerkrachten>',
            "The element include is of another namespace",
        ),
        ("<leerling ", '<leerling xmlns="http://example.org/other" ', "of another namespace"),
    ],
)  # fmt: skip
def test_each_fault_is_told_by_line_and_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in GOOD
    spoilt = GOOD.replace(old, new) if old == "schooljaar" else GOOD.replace(old, new, 1)
    told = fault(tmp_path, spoilt)
    assert reason in told
    assert "export.xml, line " in told


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_half_a_file_is_not_whole(tmp_path: Path, part: float) -> None:
    assert "The file ends here: it is not whole." in fault(tmp_path, GOOD[: int(len(GOOD) * part)])


@pytest.mark.parametrize("block", ["leerlingen", "groepen"])
def test_an_empty_block_removes_nobody(tmp_path: Path, block: str) -> None:
    start, end = GOOD.index(f"<{block}>"), GOOD.index(f"</{block}>")
    assert fault(tmp_path, GOOD[: start + len(block) + 2] + GOOD[end:])


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_removes_nobody(tmp_path: Path, content: bytes) -> None:
    assert "export.xml" in fault(tmp_path, content)


def test_a_file_that_lies_about_its_encoding_is_refused(tmp_path: Path) -> None:
    lie = GOOD.replace("Lotte", "Zoë").encode("cp1252", "ignore")
    assert "line 10: There is a sign here that does not fit the encoding" in fault(tmp_path, lie)
    turned = GOOD.replace("Lotte", "Zoë").replace('encoding="utf-8"', 'encoding="windows-1252"')
    assert "wrong encoding" in fault(tmp_path, turned.encode("utf-8"))
    for other in ("utf-7", "big5", "x" * 39):
        named = GOOD.replace('encoding="utf-8"', f'encoding="{other}"')
        assert f"The encoding {other} cannot be read" in fault(tmp_path, named)


def test_elements_inside_elements_end_somewhere(tmp_path: Path) -> None:
    deep = GOOD.replace("</EDEX>", "<a>" * 100_000 + "</a>" * 100_000 + "</EDEX>")
    assert "more than 32 elements inside each other" in fault(tmp_path, deep)


def test_so_many_or_so_long_that_it_is_no_school_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "more than 20000 characters" in fault(tmp_path, GOOD.replace("Lotte", "L" * 20_001))
    monkeypatch.setattr(xml, "MOST_ROWS", 5)
    assert "more than 5 rows" in fault(tmp_path, GOOD)
    monkeypatch.setattr(files, "LARGEST", 500)
    assert "larger than 0 MB" in fault(tmp_path, GOOD)


def test_a_schema_is_never_fetched(tmp_path: Path) -> None:
    located = GOOD.replace(
        "<EDEX>",
        '<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://example.org http://127.0.0.1:9/edexml.xsd">',
    )
    (tmp_path / "export.xml").write_text(located, encoding="utf-8")
    assert len(read_roster(tmp_path / "export.xml").pupils) == 3


# --- which files ---------------------------------------------------------------------------


def test_two_edexml_files_or_two_of_guardians_are_not_one_roster(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    assert read_roster(folder).pupils
    for name in ("export.xml", "guardians.csv"):
        second = folder / f"second-{name}"
        second.write_bytes((folder / name).read_bytes())
        with pytest.raises(FaultyRoster, match="Dit is een tweede"):
            read_roster(folder)
        second.unlink()


def test_faults_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    for name in ("export.xml", "guardians.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        spoilt = text.replace("carla@school.example", "carla").replace("joost@example.org", "joost")
        (folder / name).write_text(spoilt, encoding="utf-8")
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder)
    assert str(refused.value) == (
        "export.xml, regel 16: “carla” is geen e-mailadres.\n"
        "guardians.csv, regel 4: “joost” is geen e-mailadres."
    )


def test_a_broken_file_does_not_hide_the_faults_in_the_other(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    whole = (folder / "export.xml").read_bytes()
    (folder / "export.xml").write_bytes(whole[: whole.index(b"lotte")])
    text = (folder / "guardians.csv").read_text(encoding="utf-8")
    (folder / "guardians.csv").write_text(text.replace("joost@example.org", "joost"))
    with pytest.raises(FaultyRoster) as refused:
        read_roster(folder, locale="en")
    assert [fault.file for fault in refused.value.faults] == ["export.xml", "guardians.csv"]


def test_a_form_that_was_asked_for_is_the_one_that_is_read(tmp_path: Path) -> None:
    folder = write_edexml(tmp_path, cast_school())
    assert read_roster(folder, form="edexml") == read_roster(folder)
    with pytest.raises(FaultyRoster, match=r"manifest\.csv: Dit bestand ontbreekt"):
        read_roster(folder, form="oneroster")
    with pytest.raises(FaultyRoster, match="geen EDEXML-bestand"):
        read_roster(folder / "guardians.csv", form="edexml")
    with pytest.raises(FaultyRoster, match="niet te zien uit welke leerlingadministratie"):
        read_roster(folder / "guardians.csv")


def test_a_zip_file_in_a_zip_file_or_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export.xml", GOOD)
    assert read_roster(path).pupils
    whole = path.read_bytes()
    locked = bytearray(whole)
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(FaultyRoster, match="Er zit een wachtwoord op"):
        read_roster(path)
    path.write_bytes(whole)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.zip", whole)
    with pytest.raises(FaultyRoster, match="nog een zip-bestand"):
        read_roster(path)


def test_a_zip_file_that_is_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(3_000):
            archive.writestr(f"{n}.csv", b"")
    with pytest.raises(FaultyRoster, match="meer dan 200 bestanden"):
        read_roster(path)
    monkeypatch.setattr(files, "LARGEST_ZIP", 100_000)
    with pytest.raises(FaultyRoster, match="groter dan 0 MB"):
        read_roster(path)
