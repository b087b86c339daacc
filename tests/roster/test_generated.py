"""A thousand rosters that nobody made up: whatever comes in, no two people ever become one.

Twins, parents of one name and shared addresses are the rule in them. Each
school gets four in a row, as in the weeks of a year, in whichever form, through
the import itself into a real database.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from server.clock import now
from server.roster.current import import_roster
from server.roster.read import read_roster
from storage.schema import (
    GUARDIANS_OF_SCHOOL,
    PUPILS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    Guardian,
    Index,
    Pupil,
    School,
    Teacher,
)
from storage.store import Store
from storage.writes import Insert
from tests.roster.make import Adult, Child, MadeSchool, write_oneroster
from tests.roster.make_others import write_edexml, write_oneroster_1_2
from tests.roster.office import Office

SEED = 20261124
CLASSES = "3B", "4A"
GIVEN = "Noor", "Mohammed", "Zoë", "Jan"
FAMILY = "de Vries", "Yılmaz", "Çelik", "El Amrani"
ADDRESSES = "", "thuis@example.org", "THUIS@example.org", "werk@example.org"
"""So few that whoever looked at names or addresses would take many for somebody else."""
FORMS = write_oneroster, write_oneroster_1_2, write_edexml


def made_up(chance: Random) -> MadeSchool:
    def some(letter: str, fewest: int, most: int) -> list[str]:
        numbers = chance.sample(range(most), chance.randint(fewest, most))
        return [f"{letter}{n}" for n in sorted(numbers)]

    def adults(ids: list[str], role: str) -> tuple[Adult, ...]:
        return tuple(
            Adult(id, chance.choice(GIVEN), chance.choice(FAMILY), chance.choice(ADDRESSES), role)
            for id in ids
        )

    guardians, teachers = some("g", 0, 8), some("t", 1, 4)
    children = tuple(
        Child(
            id,
            chance.choice(GIVEN),
            chance.choice(FAMILY),
            chance.choice(CLASSES),
            tuple(sorted(chance.sample(guardians, min(len(guardians), chance.randint(0, 4))))),
        )
        for id in some("p", 1, 8)
    )
    classes = {
        name: tuple(sorted(chance.sample(teachers, chance.randint(0, len(teachers)))))
        for name in CLASSES
    }
    cared_for = {id for child in children for id in child.guardians}
    if not cared_for:
        # a CSV of guardians without anybody in it is refused
        children = (Child("p0", "Noor", "Yılmaz", "3B", ("g0",)),)
        guardians = ["g0"]
    return MadeSchool(classes, children, adults(guardians, "parent"), adults(teachers, "teacher"))


@pytest.mark.parametrize(
    ("store", "schools"),
    [("sqlite", 250), ("motor", 5)],
    indirect=["store"],
    ids=["sqlite", "mongo"],
)
async def test_no_two_people_are_ever_merged_and_nobody_gets_anothers_child(
    store: Store, schools: int, tmp_path: Path
) -> None:
    office = Office(store, tmp_path)
    for number in range(schools):
        chance = Random(SEED + number)
        school = f"s{number}"
        await store.commit([Insert(School(id=school, name=school))])
        seen: dict[tuple[type, str], str] = {}
        for week in range(4):
            made = made_up(chance)
            write = chance.choice(FORMS)
            where = f"seed {SEED + number}, week {week}"
            picture = read_roster(write(tmp_path / f"{number}-{week}", made))
            await import_roster(store, school, picture, now=now(), confirm=True)
            assert not await import_roster(store, school, picture, now=now()), where
            await check(office, school, made, seen, where)


async def check(
    office: Office,
    school: str,
    made: MadeSchool,
    seen: dict[tuple[type, str], str],
    where: str,
) -> None:
    """The rights in the records are those of the rows, and everybody keeps their own record."""
    assert await office.ties(school) == {
        (guardian, child.sis_id) for child in made.children for guardian in child.guardians
    }, where
    placed = {child.sis_id: f"class-{child.school_class}" for child in made.children}
    assert await office.places(school) == placed, where
    cared_for = {id for child in made.children for id in child.guardians}
    listed: dict[type, dict[str, Adult | Child]] = {
        Pupil: {child.sis_id: child for child in made.children},
        Guardian: {one.sis_id: one for one in made.guardians if one.sis_id in cared_for},
        Teacher: {one.sis_id: one for one in made.teachers},
    }
    kinds: tuple[Index, ...] = PUPILS_OF_SCHOOL, GUARDIANS_OF_SCHOOL, TEACHERS_OF_SCHOOL
    for index in kinds:
        people = await office.store.find(index, school, limit=100)
        there = {one.sis_id: one for one in people if not one.gone}
        assert there.keys() == listed[index.record].keys(), where
        for sis_id, record in there.items():
            as_made = listed[index.record][sis_id]
            assert record.name == f"{as_made.given_name} {as_made.family_name}", where
            if isinstance(as_made, Adult) and isinstance(record, Guardian | Teacher):
                assert record.email == (as_made.email.lower() or None), where
        for one in people:
            assert seen.setdefault((type(one), one.sis_id), one.id) == one.id, where
