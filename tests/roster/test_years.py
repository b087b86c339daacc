"""Each import is the picture of one school year, and touches nothing of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.roster.current import NeedsConfirmation
from server.roster.describe import describe
from storage.schema import GUARDIANS_OF_SCHOOL, GUARDIANSHIPS_OF_SCHOOL, TEACHERS_OF_SCHOOL
from tests.roster.make import Adult, MadeSchool, small_school
from tests.roster.office import SCHOOL, Office


def next_year(made: MadeSchool) -> MadeSchool:
    return replace(
        made,
        starts=made.starts.replace(year=made.starts.year + 1),
        ends=made.ends.replace(year=made.ends.year + 1),
    )


async def years_of(office: Office, guardian: str, pupil: str) -> dict[str, bool]:
    known = await office.sis_ids(SCHOOL)
    for tie in await office.store.find(GUARDIANSHIPS_OF_SCHOOL, SCHOOL, limit=1_000):
        if (known[tie.guardian_id], known[tie.pupil_id]) == (guardian, pupil):
            return tie.years
    return {}


async def test_contact_rights_are_of_the_year_whose_roster_gives_them(office: Office) -> None:
    now, then = small_school(), next_year(small_school())
    await office.imports(now)
    await office.imports(then.with_guardian("youssef", may_contact="false"))
    assert await years_of(office, "youssef", "sami") == {now.year: True, then.year: False}
    await office.imports(now.with_guardian("youssef", may_contact="false"))
    await office.imports(then)
    assert await years_of(office, "youssef", "sami") == {now.year: False, then.year: True}


async def test_a_tie_goes_with_the_last_year_that_has_it(office: Office) -> None:
    now, then = small_school(), next_year(small_school())
    await office.imports(now)
    await office.imports(then)
    left = now.without("youssef")
    assert len((await office.imports(left)).guardianships.goes) == 1
    assert await years_of(office, "youssef", "sami") == {then.year: True}
    assert not (await office.person(GUARDIANS_OF_SCHOOL, "youssef")).gone
    assert not await office.imports(left)
    await office.imports(next_year(left))
    assert ("youssef", "sami") not in await office.ties()
    assert (await office.person(GUARDIANS_OF_SCHOOL, "youssef")).gone


async def test_a_teacher_without_a_class_is_of_the_years_that_list_them(office: Office) -> None:
    head = Adult("ina", "Ina", "Roos", "ina@school.example", role="teacher")
    now = small_school()
    now = replace(now, teachers=(*now.teachers, head))
    await office.imports(now)
    await office.imports(next_year(now).without("bram"))
    years = {"ina": (now.year, next_year(now).year), "bram": (now.year,)}
    for name, listed in years.items():
        teacher = await office.person(TEACHERS_OF_SCHOOL, name)
        assert (teacher.years, teacher.gone) == (listed, False)
    await office.imports(now.without("bram"))
    assert (await office.person(TEACHERS_OF_SCHOOL, "bram")).gone
    await office.imports(next_year(now))
    back = await office.person(TEACHERS_OF_SCHOOL, "bram")
    assert (back.years, back.gone) == ((next_year(now).year,), False)


async def test_what_goes_on_next_year_is_no_change_to_look_at(office: Office) -> None:
    await office.imports(small_school())
    shown = await office.imports(next_year(small_school()), dry_run=True)
    assert (shown.guardianships.comes, shown.guardianships.changes) == ((), ())
    assert len(shown.guardianships.kept) == 48
    assert shown.teachers.changes == ()
    told = "\n".join(describe(shown, at_most=None))
    assert "Sami" in told
    assert "Fatima" not in told


async def test_half_a_roster_of_next_year_asks_for_confirmation(office: Office) -> None:
    """The highest group leaves each summer; more than a quarter of the school does not."""
    made = small_school()
    await office.imports(made)
    highest = [child for child in made.children if child.school_class == "6C"]
    parents = [guardian for child in highest for guardian in child.guardians]
    gone = made.without(*(child.sis_id for child in highest), *parents)
    await office.imports(next_year(gone), dry_run=True)
    half = gone.without(*(f"p{n}" for n in range(1, 13)))
    before = await office.every()
    with pytest.raises(NeedsConfirmation):
        await office.imports(next_year(half))
    assert await office.every() == before
    await office.imports(next_year(gone))
    with pytest.raises(NeedsConfirmation):  # from then on it is like any roster
        await office.imports(next_year(gone.without("p1", "p2", "p5")))
