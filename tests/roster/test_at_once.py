"""Imports beside other imports, beside other people, and large ones: one commit, on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.clock import now
from server.roster.current import import_roster
from server.roster.read import read_roster
from storage.schema import School
from storage.sqlite import SqliteStore
from storage.writes import Replace, Write
from tests.roster.make import cast_school, large_school, write_oneroster
from tests.roster.office import SCHOOL, Office


@pytest.mark.parametrize("store", ["sqlite", "motor"], indirect=True)
async def test_two_imports_at_once_come_out_as_one_after_the_other(office: Office) -> None:
    pictures = [
        read_roster(write_oneroster(office.folder / str(n), made))
        for n, made in enumerate((cast_school(), cast_school().moved("sami", "4A")))
    ]
    await asyncio.gather(
        *(import_roster(office.store, SCHOOL, picture, now=now()) for picture in pictures)
    )
    assert (await office.school()).version == 3
    assert sorted(await office.places()) == ["lotte", "noor", "sami"]
    assert len(await office.ties()) == 4


class Hurried(SqliteStore):
    """Somebody else changes the school just before each of the first commits."""

    times = 2

    async def commit(self, writes: Sequence[Write]) -> None:
        if self.times:
            self.times -= 1
            school = await self.get(School, SCHOOL)
            assert school
            await super().commit([Replace(school)])
        await super().commit(writes)


async def test_an_import_that_somebody_outran_looks_again(office: Office, tmp_path: Path) -> None:
    hurried = Hurried(tmp_path / "hekje.db")
    picture = read_roster(write_oneroster(office.folder))
    differences = await import_roster(hurried, SCHOOL, picture, now=now())
    await hurried.close()
    assert hurried.times == 0
    assert len(differences.pupils.comes) == 3
    assert (await office.school()).version == 4


@pytest.mark.parametrize("store", ["sqlite", "motor"], indirect=True)
async def test_a_school_of_five_thousand_moves_in_with_one_commit(office: Office) -> None:
    """How long that takes is measured by `bench/roster.py`."""
    picture = read_roster(write_oneroster(office.folder, large_school()))
    assert (len(picture.pupils), len(picture.guardians)) == (5_000, 9_000)
    before = await office.school()
    await import_roster(office.store, SCHOOL, picture, now=now())
    assert (await office.school()).version == before.version + 1
    assert not await import_roster(office.store, SCHOOL, picture, now=now())
