"""Somebody of the office with a folder of exports, and eyes on what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from server.clock import now
from server.roster.current import import_roster
from server.roster.read import read_roster
from server.school.differences import Differences
from storage.schema import (
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    GUARDIANSHIPS_OF_SCHOOL,
    PLACEMENTS_OF_SCHOOL,
    PUPILS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    TEAMS_OF_SCHOOL,
    Guardian,
    Index,
    Pupil,
    Record,
    School,
    Teacher,
)
from storage.store import Store
from tests.roster.make import EVERY, MadeSchool, write_oneroster

SCHOOL = "regenboog"
P = TypeVar("P", Pupil, Guardian, Teacher)


class Office:
    """Somebody of the office with a folder of exports."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder

    async def imports(
        self,
        made: MadeSchool,
        school: str = SCHOOL,
        *,
        dry_run: bool = False,
        confirm: bool = False,
        made_at: datetime | None = None,
        users: str | None = None,
    ) -> Differences:
        """`users` are the columns of `users.csv` by other names than it has."""
        headers = {"users.csv": EVERY + users} if users else {}
        files = write_oneroster(self.folder, made, headers=headers)
        picture = replace(read_roster(files), made_at=made_at)
        return await import_roster(
            self.store, school, picture, now=now(), dry_run=dry_run, confirm=confirm
        )

    async def every(self, school: str = SCHOOL) -> dict[str, list[Record]]:
        """All of a school's roster records, by index."""
        found: dict[str, list[Record]] = {}
        indexes: tuple[Index, ...] = (
            CLASSES_OF_SCHOOL, PUPILS_OF_SCHOOL, GUARDIANS_OF_SCHOOL, TEACHERS_OF_SCHOOL,
            PLACEMENTS_OF_SCHOOL, GUARDIANSHIPS_OF_SCHOOL, TEAMS_OF_SCHOOL,
        )  # fmt: skip
        for index in indexes:
            found[index.name] = await self.store.find(index, school, limit=10_000)
        return found

    async def school(self, school: str = SCHOOL) -> School:
        found = await self.store.get(School, school)
        assert found
        return found

    async def ties(self, school: str = SCHOOL) -> set[tuple[str, str]]:
        """Who cares for whom, by SIS id."""
        known = await self.sis_ids(school)
        links = await self.store.find(GUARDIANSHIPS_OF_SCHOOL, school, limit=10_000)
        return {(known[link.guardian_id], known[link.pupil_id]) for link in links}

    async def places(self, school: str = SCHOOL) -> dict[str, str]:
        """Each pupil's class, by SIS id."""
        known = await self.sis_ids(school)
        links = await self.store.find(PLACEMENTS_OF_SCHOOL, school, limit=10_000)
        return {known[link.pupil_id]: known[link.class_id] for link in links}

    async def sis_ids(self, school: str) -> dict[str, str]:
        everybody = [one for records in (await self.every(school)).values() for one in records]
        return {one.id: one.sis_id for one in everybody if hasattr(one, "sis_id")}

    async def person(self, index: Index[P], sis_id: str, school: str = SCHOOL) -> P:
        everybody = await self.store.find(index, school, limit=10_000)
        (found,) = [one for one in everybody if one.sis_id == sis_id]
        return found
