"""`hekje calendar import`, as whoever runs the server types it and reads its answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from server.calendar.describe import SENTENCES
from server.cli import main
from server.clock import date_at, now
from tests.calendar.make import holiday, ics, region, school_year, whole_day

Run = Callable[..., tuple[int, str, str]]
FIRST = date_at(now(), "Europe/Amsterdam") + timedelta(days=20)
LAST = FIRST + timedelta(days=8)


@pytest.fixture
def hekje(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEKJE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HEKJE_SCHOOL_HOLIDAYS", "off")

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    for school, locale in (("regenboog", "nl"), ("rainbow", "en")):
        run("school", "create", school, "--name", school, "--locale", locale)
    return run


def write_holidays(folder: Path, last: date = LAST) -> Path:
    import json

    path = folder / "vakanties.json"
    days = region("noord", FIRST, last)
    path.write_text(json.dumps(school_year("dit jaar", holiday("Herfstvakantie", days))))
    return path


def test_it_shows_what_would_change_and_then_changes_it(hekje: Run, tmp_path: Path) -> None:
    command = "calendar", "import", "--school", "regenboog", "--region", "noord"
    file = write_holidays(tmp_path)
    shown = f"{FIRST:%d-%m-%Y} tot en met {LAST:%d-%m-%Y} (9 dagen)"
    code, out, _ = hekje(*command, "--dry-run", file)
    assert (code, out) == (
        0,
        "1 erbij, 0 vervalt, 0 staat er al.\n"
        f"  erbij: Herfstvakantie: {shown}\n"
        "Dit was een proef: er is niets gewijzigd.\n",
    )
    for _ in range(2):
        code, out, _ = hekje(*command, file)
        assert code == 0
        assert out.endswith("De schoolkalender is bijgewerkt.\n")
    assert f"staat er al: Herfstvakantie: {shown}" in out
    assert "Er verandert niets." in out
    _, out, _ = hekje(*command, write_holidays(tmp_path, LAST - timedelta(days=1)))
    assert f"vervalt: Herfstvakantie: {LAST:%d-%m-%Y}" in out


def test_a_day_on_which_the_school_is_open_is_left_out(hekje: Run) -> None:
    command = "calendar", "import", "--school", "rainbow", "--public-holidays"
    _, out, _ = hekje(*command, "--without", "Good Friday", "--dry-run")
    assert "Left out, the school is open: Good Friday" in out
    assert "comes: Liberation Day" in out
    _, out, _ = hekje(*command)
    assert "comes: Good Friday" in out
    assert "Left out, the school is open: Liberation Day" in out
    _, out, _ = hekje(*command, "--without", "", "--dry-run")
    assert "comes: Liberation Day" in out
    assert "Left out" not in out


def test_an_agenda_is_known_by_what_is_in_it(hekje: Run, tmp_path: Path) -> None:
    file = tmp_path / "export.txt"
    file.write_text(ics(whole_day("Study day", f"{FIRST:%Y%m%d}")), encoding="utf-8-sig")
    code, out, _ = hekje("calendar", "import", "--school", "rainbow", file)
    assert code == 0
    assert f"comes: Study day: {FIRST:%d-%m-%Y}" in out


def test_what_cannot_be_read_is_said_in_the_language_of_the_school(
    hekje: Run, tmp_path: Path
) -> None:
    command = "calendar", "import", "--school", "regenboog"
    file = write_holidays(tmp_path)
    code, out, err = hekje(*command, file)
    assert (code, out) == (1, "")
    assert err == "hekje: Kies eerst de regio van de school.\n"
    (tmp_path / "leeg.ics").write_text("")
    assert "Dit bestand kent Hekje niet." in hekje(*command, tmp_path / "leeg.ics")[2]
    assert "No such file" in hekje(*command, tmp_path / "nergens.ics")[2]
    assert (
        "haalt de schoolvakanties niet zelf op"
        in hekje(*command, "--school-holidays", "--region", "zuid")[2]
    )
    assert (
        "there is no school nergens" in hekje("calendar", "import", "--school", "nergens", file)[2]
    )
    stored = sqlite3.connect(tmp_path / "data" / "hekje.db")
    assert stored.execute("SELECT count(*) FROM school_calendar").fetchone() == (0,)
    stored.close()
    assert hekje(*command, "--region", "noord", file)[0] == 0


def test_every_sentence_is_in_both_languages_with_the_same_holes() -> None:
    import string

    def holes(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    dutch, english = SENTENCES["nl"], SENTENCES["en"]
    assert {name: holes(text) for name, text in dutch.items()} == {
        name: holes(text) for name, text in english.items()
    }
