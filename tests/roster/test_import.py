"""A picture goes into the store entirely or not at all, and only what differs is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.clock import now
from server.roster.current import NeedsConfirmation, UnknownSchool, import_roster
from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from storage import ids
from storage.schema import (
    ACCOUNT_BY_EMAIL,
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    GUARDIANSHIPS_OF_SCHOOL,
    PLACEMENTS_OF_SCHOOL,
    PUPILS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    Account,
    Conversation,
    Guardian,
    Pupil,
    Role,
)
from storage.writes import Insert, Replace
from tests.roster.make import (
    Adult,
    cast_school,
    small_school,
    write_oneroster,
)
from tests.roster.office import SCHOOL, Office


async def test_the_cast_moves_in_with_one_import(office: Office) -> None:
    before = await office.school()
    made = cast_school()
    await office.imports(made)
    assert await office.places() == {"sami": "class-3B", "lotte": "class-3B", "noor": "class-4A"}
    assert await office.ties() == {
        ("fatima", "sami"), ("youssef", "sami"), ("joost", "lotte"), ("emine", "noor"),
    }  # fmt: skip
    school = await office.school()
    assert [year.name for year in school.years] == [made.year]
    assert school.version == before.version + 1
    fatima = await office.person(GUARDIANS_OF_SCHOOL, "fatima")
    assert (fatima.name, fatima.email) == ("Fatima Amrani", "fatima@example.org")


async def test_the_same_import_again_writes_nothing(office: Office) -> None:
    await office.imports(small_school())
    school, everything = await office.school(), await office.every()
    again = await office.imports(small_school())
    assert not again
    assert not again.needs_confirmation
    assert await office.school() == school
    assert await office.every() == everything


async def test_a_dry_run_shows_and_changes_nothing(office: Office) -> None:
    before = await office.every()
    shown = await office.imports(cast_school(), dry_run=True)
    assert len(shown.pupils.comes) == 3
    assert await office.every() == before
    assert (await office.imports(cast_school())).pupils == shown.pupils
    assert await office.every() != before


async def test_sami_moves_to_another_class_and_is_nowhere_else(office: Office) -> None:
    await office.imports(cast_school())
    moved = await office.imports(cast_school().moved("sami", "4A"))
    assert [pupil.sis_id for pupil in moved.placements.comes] == ["sami"]
    assert len(moved.placements.goes) == 1
    assert not moved.pupils
    assert not moved.needs_confirmation
    assert await office.places() == {"sami": "class-4A", "lotte": "class-3B", "noor": "class-4A"}


async def test_who_leaves_is_marked_and_loses_every_tie(office: Office) -> None:
    await office.imports(small_school())
    left = small_school().without("lotte", "joost", "bram")
    await office.imports(left)
    assert (await office.person(PUPILS_OF_SCHOOL, "lotte")).gone
    assert (await office.person(GUARDIANS_OF_SCHOOL, "joost")).gone
    assert (await office.person(TEACHERS_OF_SCHOOL, "bram")).gone
    assert not (await office.person(TEACHERS_OF_SCHOOL, "anna")).gone
    assert "lotte" not in await office.places()
    assert ("joost", "lotte") not in await office.ties()
    assert ("fatima", "sami") in await office.ties()
    assert not await office.imports(left)


async def test_who_comes_back_is_the_same_person(office: Office) -> None:
    await office.imports(small_school())
    before = await office.person(PUPILS_OF_SCHOOL, "lotte")
    await office.imports(small_school().without("lotte", "joost"))
    await office.imports(small_school())
    after = await office.person(PUPILS_OF_SCHOOL, "lotte")
    assert not after.gone
    assert after.id == before.id
    assert ("joost", "lotte") in await office.ties()


async def test_nothing_written_is_deleted_with_a_leaver(office: Office) -> None:
    await office.imports(small_school())
    lotte = await office.person(PUPILS_OF_SCHOOL, "lotte")
    joost = await office.person(GUARDIANS_OF_SCHOOL, "joost")
    (placement,) = [
        one
        for one in await office.store.find(PLACEMENTS_OF_SCHOOL, SCHOOL, limit=1_000)
        if one.pupil_id == lotte.id
    ]
    id = ids.of_conversation(placement.class_id, lotte.id, (joost.id,))
    conversation = Conversation(
        id=id, school_id=SCHOOL, class_id=placement.class_id, pupil_id=lotte.id,
        guardian_ids=(joost.id,), opened_by=(joost.id,), order=ids.order(now(), id),
        bucket=ids.bucket(id), changed_at=now(),
    )  # fmt: skip
    await office.store.commit([Insert(conversation)])
    await office.imports(small_school().without("lotte", "joost"))
    assert await office.store.get(Conversation, id)


async def test_a_new_address_never_changes_the_one_of_an_account(office: Office) -> None:
    await office.imports(cast_school())
    fatima = await office.person(GUARDIANS_OF_SCHOOL, "fatima")
    account = Account(id=ids.fresh(), email="fatima@example.org", name="Fatima", password="!")
    role = Role(id=fatima.id, school_id=SCHOOL, account_id=account.id, role="guardian")
    await office.store.commit([Insert(account), Insert(role)])
    await office.imports(cast_school().with_guardian("fatima", email="nieuw@example.org"))
    (same,) = await office.store.find(ACCOUNT_BY_EMAIL, "fatima@example.org", limit=2)
    assert same.id == account.id
    assert not await office.store.find(ACCOUNT_BY_EMAIL, "nieuw@example.org", limit=2)
    guardian = await office.store.get(Guardian, fatima.id)
    assert guardian
    assert guardian.email == "nieuw@example.org"


async def test_the_same_ids_at_another_school_are_other_people(office: Office) -> None:
    await office.imports(small_school())
    before = await office.every()
    await office.imports(cast_school(), "de-iep")
    assert await office.every() == before
    ours = await office.person(PUPILS_OF_SCHOOL, "sami")
    theirs = await office.person(PUPILS_OF_SCHOOL, "sami", "de-iep")
    assert ids.school_of(ours.id) == SCHOOL
    assert ids.school_of(theirs.id) == "de-iep"


async def test_what_the_office_says_of_living_apart_outlives_imports(office: Office) -> None:
    await office.imports(cast_school())
    sami = await office.person(PUPILS_OF_SCHOOL, "sami")
    said = Pupil(
        id=sami.id, version=sami.version, school_id=SCHOOL, sis_id="sami",
        given_name="Sami", family_name="Amrani", apart_by_office=True,
    )  # fmt: skip
    await office.store.commit([Replace(said)])
    await office.imports(cast_school().with_child("sami", given_name="Samir"))
    after = await office.person(PUPILS_OF_SCHOOL, "sami")
    assert (after.given_name, after.guardians_apart) == ("Samir", True)


async def test_a_faulty_file_changes_nothing(office: Office) -> None:
    await office.imports(cast_school())
    before = await office.every()
    faulty = cast_school().moved("sami", "4A").with_guardian("joost", email="nowhere")
    with pytest.raises(FaultyRoster):
        await office.imports(faulty)
    assert await office.every() == before
    await office.imports(faulty.with_guardian("joost", email="joost@example.net"))
    assert await office.every() != before


async def test_losing_more_than_one_tie_in_twenty_asks_for_confirmation(office: Office) -> None:
    await office.imports(small_school())
    before = await office.every()
    assert len(before[GUARDIANSHIPS_OF_SCHOOL.name]) == 48
    two_left = small_school().without("joost", "lotte", "emine")
    three_left = two_left.without("fatima")
    with pytest.raises(NeedsConfirmation, match="3 van de 48"):
        await office.imports(three_left)
    assert await office.every() == before
    assert (await office.imports(three_left, dry_run=True)).needs_confirmation
    await office.imports(two_left)
    await office.imports(cast_school(), confirm=True)
    assert len((await office.every())[GUARDIANSHIPS_OF_SCHOOL.name]) == 4


async def test_losing_the_right_to_contact_counts_as_losing_the_tie(office: Office) -> None:
    await office.imports(cast_school())
    with pytest.raises(NeedsConfirmation, match="1 van de 4"):
        await office.imports(cast_school().with_guardian("youssef", may_contact="false"))


async def test_another_year_is_left_alone(office: Office) -> None:
    """Next year's roster comes in spring: who is in class now keeps everything until summer."""
    this_year = small_school()
    await office.imports(this_year)
    before = await office.every()
    next_year = replace(
        this_year.without("lotte", "joost", "bram").moved("sami", "4A"),
        starts=this_year.starts.replace(year=this_year.starts.year + 1),
        ends=this_year.ends.replace(year=this_year.ends.year + 1),
    )
    await office.imports(next_year)
    after = await office.every()
    for index, records in before.items():
        assert {one.id for one in records} <= {one.id for one in after[index]}
    lotte = await office.person(PUPILS_OF_SCHOOL, "lotte")
    assert not lotte.gone
    assert [year.name for year in (await office.school()).years] == [this_year.year, next_year.year]
    assert not await office.imports(this_year)


async def test_a_year_that_has_ended_is_refused(office: Office) -> None:
    old = replace(cast_school(), starts=date(2019, 8, 1), ends=date(2020, 7, 31))
    with pytest.raises(FaultyRoster, match="2019-2020, en dat is op 2020-07-31 afgelopen"):
        await office.imports(old)
    picture = read_roster(write_oneroster(office.folder, old))
    in_time = datetime(2020, 7, 31, 12, tzinfo=UTC)
    assert await import_roster(office.store, SCHOOL, picture, now=in_time)


async def test_a_class_that_is_dissolved_keeps_its_record_and_nobody_in_it(office: Office) -> None:
    await office.imports(cast_school())
    dissolved = cast_school().moved("noor", "3B")
    dissolved = replace(dissolved, classes={"3B": ("anna", "bram", "carla")})
    await office.imports(dissolved)
    names = [one.name for one in await office.store.find(CLASSES_OF_SCHOOL, SCHOOL, limit=10)]
    assert names == ["3B", "4A"]
    assert set((await office.places()).values()) == {"class-3B"}
    assert not await office.imports(dissolved)


async def test_an_unknown_school_is_said_to_be_unknown(office: Office) -> None:
    with pytest.raises(UnknownSchool):
        await office.imports(cast_school(), "nergens")


async def test_an_adult_without_a_child_here_is_not_kept(office: Office) -> None:
    stranger = Adult("stranger", "Wim", "Elders", "wim@example.org")
    made = cast_school()
    await office.imports(replace(made, guardians=(*made.guardians, stranger)))
    found = await office.store.find(GUARDIANS_OF_SCHOOL, SCHOOL, limit=10)
    assert "stranger" not in {guardian.sis_id for guardian in found}
    assert "fatima" in {guardian.sis_id for guardian in found}
