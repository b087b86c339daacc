"""`hekje roster import`, as somebody of the office types it and reads its answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from server.cli import main
from tests.roster.make import cast_school, write_oneroster
from tests.roster.make_others import write_edexml, write_oneroster_1_2

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hekje(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEKJE_DATA", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    for school, locale in (("regenboog", "nl"), ("rainbow", "en")):
        run("school", "create", school, "--name", school, "--locale", locale)
    return run


def test_each_form_is_known_by_its_files_and_says_the_same(hekje: Run, tmp_path: Path) -> None:
    """The same school in three forms: after the first, nothing changes any more."""
    made = cast_school()
    first = write_edexml(tmp_path / "edexml", made)
    code, out, _ = hekje("roster", "import", "--school", "regenboog", *sorted(first.iterdir()))
    assert code == 0
    assert "nieuw: Fatima Amrani (fatima), bij Sami Amrani" in out
    assert "De leerlingadministratie is ingelezen." in out
    for folder in (
        write_oneroster(tmp_path / "1.1", made),
        write_oneroster_1_2(tmp_path / "1.2", made),
        first,
    ):
        code, out, _ = hekje("roster", "import", "--school", "regenboog", "--dry-run", folder)
        assert code == 0
        assert "Er verandert niets." in out
        assert "Dit was een proef: er is niets gewijzigd." in out


@pytest.mark.parametrize(
    ("school", "told"),
    [
        (
            "regenboog",
            "hekje: Er is niets gewijzigd. Deze fouten moeten er eerst uit:\n"
            "users.csv, regel 4: Deze persoon heeft geen naam.\n"
            "users.csv, regel 7: “joost” is geen e-mailadres.\n",
        ),
        (
            "rainbow",
            "hekje: Nothing was changed. These faults have to be mended first:\n"
            "users.csv, line 4: This person has no name.\n"
            "users.csv, line 7: “joost” is not an e-mail address.\n",
        ),
    ],
)
def test_a_faulty_roster_is_refused_in_the_language_of_the_school(
    hekje: Run, tmp_path: Path, school: str, told: str
) -> None:
    made = cast_school().with_guardian("joost", email="joost")
    made = made.with_child("noor", given_name="", family_name="")
    folder = write_oneroster(tmp_path / "export", made)
    assert hekje("roster", "import", "--school", school, folder) == (1, "", told)
    write_oneroster(folder, cast_school())
    assert hekje("roster", "import", "--school", school, folder)[0] == 0


def test_half_of_the_guardians_go_only_after_a_yes(hekje: Run, tmp_path: Path) -> None:
    folder = write_edexml(tmp_path / "export", cast_school())
    command = "roster", "import", "--school", "regenboog"
    assert hekje(*command, folder)[0] == 0
    lines = (folder / "guardians.csv").read_bytes().splitlines(keepends=True)
    (folder / "guardians.csv").write_bytes(b"".join(lines[:3]))
    code, out, err = hekje(*command, folder)
    assert code == 1
    assert "weg: Joost de Vries (joost), bij Lotte de Vries" in out
    assert err == (
        "hekje: Er is niets gewijzigd.\n"
        "Let op: 2 van de 4 koppelingen tussen ouder en kind vervallen.\n"
        "Controleer of de bestanden heel zijn en van nu. Klopt het, geef dan ook --confirm.\n"
    )
    code, out, _ = hekje(*command, "--dry-run", folder)
    assert code == 0
    assert "Let op: 2 van de 4" in out
    assert hekje(*command, "--confirm", folder)[0] == 0
    assert "Er verandert niets." in hekje(*command, folder)[1]


def test_a_citizen_service_number_is_neither_stored_nor_shown(hekje: Run, tmp_path: Path) -> None:
    folder = write_edexml(tmp_path / "export", cast_school())
    text = (folder / "export.xml").read_text(encoding="utf-8")
    with_bsn = text.replace("<roepnaam>", "<bsn>123456782</bsn><roepnaam>")
    assert with_bsn != text
    (folder / "export.xml").write_text(with_bsn, encoding="utf-8")
    code, out, err = hekje("roster", "import", "--school", "rainbow", folder)
    assert code == 0
    assert "the field bsn (citizen service number) was not read" in out
    assert "123456782" not in out + err
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("hekje.db*"))
    assert b"Lotte" in stored
    assert b"123456782" not in stored
    assert b"2018-02-29" not in stored


def test_a_school_that_is_not_there_is_said_before_anything_is_read(
    hekje: Run, tmp_path: Path
) -> None:
    code, _, err = hekje("roster", "import", "--school", "nergens", tmp_path / "nothing")
    assert code == 1
    assert "there is no school nergens" in err


def test_a_remark_about_everybody_is_cut_short(hekje: Run, tmp_path: Path) -> None:
    made = cast_school()
    strangers = tuple(
        (f"s{n}", "", "", "true", "school-1", "parent", f"s{n}", "", "Wim", "Elders", *[""] * 11)
        for n in range(80)
    )
    folder = write_oneroster(tmp_path / "export", made.with_rows("users.csv", *strangers))
    _, out, _ = hekje("roster", "import", "--school", "rainbow", "--dry-run", folder)
    assert out.count("has no child in these classes") == 50
    assert "… and 30 more" in out
