"""What the `hekje` command says to whoever gives it, when it cannot do what is asked: one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.schema import School
from storage.sqlite import open_sqlite
from tests.running.house import hekje


async def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """By a folder in its place: a test that root runs too cannot take permissions away."""
    code, _, complaint = await hekje(tmp_path, "school", "create", "iep", "--name", "De Iep")
    assert code == 0, complaint
    lock = tmp_path / "hekje.db.serving"
    lock.mkdir()
    for command in (["restore", str(tmp_path / "b.zip")], ["serve", "--no-demo"]):
        code, _, complaint = await hekje(tmp_path, *command)
        assert (code, complaint.count("\n")) == (1, 1)
        assert f"{lock}: Is a directory" in complaint


async def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    latin = b"caf\xe9".decode(errors="surrogateescape")
    code, _, complaint = await hekje(tmp_path, "school", "create", "iep", "--name", latin)
    assert (code, complaint) == (1, "hekje: not in UTF-8: 'caf\\udce9'\n")
    assert not (tmp_path / "hekje.db").exists()
    code, _, complaint = await hekje(tmp_path, "school", "create", "iep", "--name", "café")
    assert code == 0, complaint


@pytest.mark.parametrize("name", ["", "  ", "De\nRegenboog", "x" * 101, "De\x07Iep"])
async def test_a_school_has_a_name_of_one_line(tmp_path: Path, name: str) -> None:
    """With a line break in it no mail of the school could go out."""
    code, _, complaint = await hekje(tmp_path, "school", "create", "iep", "--name", name)
    assert (code, complaint.count("\n")) == (1, 1), complaint
    assert not (tmp_path / "hekje.db").exists()


async def test_the_name_of_a_school_is_kept_without_spaces_around_it(tmp_path: Path) -> None:
    longest = "é" * 100
    code, _, complaint = await hekje(tmp_path, "school", "create", "iep", "--name", f" {longest} ")
    assert code == 0, complaint
    store = await open_sqlite(tmp_path / "hekje.db")
    school = await store.get(School, "iep")
    await store.close()
    assert school
    assert school.name == longest
