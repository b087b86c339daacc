"""What the office reads before it says yes, in Dutch and in English."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.roster.current import NeedsConfirmation
from server.roster.describe import describe, doubts
from tests.roster.make import HEADERS, Adult, cast_school, large_school
from tests.roster.office import Office


async def test_a_first_roster_names_everybody_with_their_class_and_children(office: Office) -> None:
    made = cast_school().with_guardian("youssef", may_contact="false")
    made = made.with_child("sami", apart="true")
    text = "\n".join(describe(await office.imports(made, dry_run=True), "nl"))
    assert (
        text.partition("\n")[2]
        == """\
Groepen: 2 nieuw, 0 gewijzigd, 0 weg
  nieuw: 3B (class-3B)
  nieuw: 4A (class-4A)
Leerlingen: 3 nieuw, 0 gewijzigd, 0 weg
  nieuw: Sami Amrani (sami), 3B (ouders gescheiden houden)
  nieuw: Lotte de Vries (lotte), 3B
  nieuw: Noor Yılmaz (noor), 4A
Ouders en verzorgers: 4 nieuw, 0 gewijzigd, 0 weg
  nieuw: Fatima Amrani (fatima), bij Sami Amrani
  nieuw: Youssef Amrani (youssef), bij Sami Amrani (geen contact)
  nieuw: Joost de Vries (joost), bij Lotte de Vries
  nieuw: Emine Yılmaz (emine), bij Noor Yılmaz
Leerkrachten: 3 nieuw, 0 gewijzigd, 0 weg
  nieuw: Anna Jansen (anna), 3B
  nieuw: Bram Smit (bram), 3B
  nieuw: Carla Bos (carla), 4A"""
    )


async def test_a_change_is_told_in_counts_and_names(office: Office) -> None:
    await office.imports(cast_school())
    made = cast_school().moved("sami", "4A").without("lotte", "joost", "bram")
    made = made.with_guardian("emine", email="emine@example.net", relation="moeder")
    made = made.with_guardian("youssef", may_contact="nee")
    made = replace(made, classes={**made.classes, "4A": ("carla", "anna")})
    differences = await office.imports(made, dry_run=True)
    text = "\n".join(describe(differences, "nl"))
    assert (
        text.partition("\n")[2]
        == """\
Groepen: 0 nieuw, 0 gewijzigd, 0 weg
Leerlingen: 0 nieuw, 1 gewijzigd, 1 weg
  gewijzigd: Sami Amrani (sami): van 3B naar 4A
  weg: Lotte de Vries (lotte), 3B
Ouders en verzorgers: 0 nieuw, 2 gewijzigd, 1 weg
  gewijzigd: Emine Yılmaz (emine): e-mailadres van emine@example.org naar emine@example.net; \
bij Noor Yılmaz: relatie van guardian naar moeder
  gewijzigd: Youssef Amrani (youssef): bij Sami Amrani: mag contact hebben van ja naar nee
  weg: Joost de Vries (joost), bij Lotte de Vries
Leerkrachten: 0 nieuw, 1 gewijzigd, 1 weg
  gewijzigd: Anna Jansen (anna): komt in het team van 4A
  weg: Bram Smit (bram), 3B"""
    )
    assert doubts(differences, "nl") == [
        "Let op: 2 van de 4 koppelingen tussen ouder en kind vervallen.",
        "Let op: 1 van de 3 leerlingen gaan weg.",
        "Controleer of de bestanden heel zijn en van nu. Klopt het, geef dan ook --confirm.",
    ]


async def test_a_guardian_who_gets_another_child_is_told_of(office: Office) -> None:
    await office.imports(cast_school())
    made = cast_school().with_child("noor", guardians=("emine", "joost"))
    lines = describe(await office.imports(made, dry_run=True), "en")
    assert "  changed: Joost de Vries (joost): now with Noor Yılmaz" in lines


@pytest.mark.parametrize(
    ("locale", "nothing"), [("nl", "Er verandert niets."), ("en", "Nothing changes.")]
)
async def test_no_change_is_told_as_such(office: Office, locale: str, nothing: str) -> None:
    first = await office.imports(cast_school())
    assert nothing not in describe(first, locale)
    again = await office.imports(cast_school())
    assert describe(again, locale)[1:] == [nothing]
    assert doubts(again, locale) == []


async def test_a_long_list_is_cut_short_and_says_how_much_is_left(office: Office) -> None:
    differences = await office.imports(large_school(200, 300), dry_run=True)
    lines = describe(differences, "en", at_most=10)
    assert lines.count("  … and 190 more") == 1
    assert lines.count("  … and 290 more") == 1
    assert "Pupils: 200 new, 0 changed, 0 gone" in lines
    assert len(describe(differences, "en", at_most=None)) > 500


# --- empty, half and old files -------------------------------------------------------------


async def test_an_export_older_than_the_last_one_asks_to_look_first(office: Office) -> None:
    monday, tuesday = datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)
    await office.imports(cast_school(), made_at=tuesday)
    moved = cast_school().moved("sami", "4A")
    old = await office.imports(moved, made_at=monday, dry_run=True)
    assert doubts(old, "en")[0] == (
        "Mind: these files are of 23-11-2026 08:00 UTC, "
        "and a newer export, of 24-11-2026 08:00 UTC, has been imported already."
    )
    assert not (await office.imports(moved, made_at=tuesday, dry_run=True)).needs_confirmation
    assert not (await office.imports(moved, dry_run=True)).needs_confirmation
    assert not (await office.imports(cast_school(), made_at=monday)).needs_confirmation


@pytest.mark.parametrize(
    ("column", "lost"),
    [
        ("metadata.may_contact", "who may not be in touch"),
        ("enabledUser", "who may not be in touch"),
        ("metadata.apart", "which guardians are kept apart"),
    ],
)
async def test_a_column_that_got_lost_gives_nobody_access(
    office: Office, column: str, lost: str
) -> None:
    made = cast_school().with_guardian("youssef", may_contact="false", enabled="false")
    made = made.with_child("sami", apart="true")
    await office.imports(made)
    before = await office.every()
    header = HEADERS["users.csv"].replace(column, "metadata.other")
    lifted = made.with_guardian("youssef", may_contact="", enabled="true")
    lifted = lifted.with_child("sami", apart="")
    with pytest.raises(NeedsConfirmation):
        await office.imports(lifted, users=header)
    assert await office.every() == before
    shown = await office.imports(lifted, users=header, dry_run=True)
    (mind, _) = doubts(shown, "en")
    assert lost in mind
    assert "{lost}" not in mind
    # with the columns there, somebody has said so
    assert not (await office.imports(lifted, dry_run=True)).needs_confirmation
    text = "\n".join(describe(await office.imports(lifted), "en"))
    assert "Sami Amrani (sami): guardians kept apart from yes to no" in text
    assert "with Sami Amrani: may be in touch from no to yes" in text
    # an export that never had them loses nothing
    assert not (await office.imports(lifted.without("bram"), users=header)).needs_confirmation


async def test_pupils_without_guardians_do_not_vanish_with_half_a_file(office: Office) -> None:
    made = cast_school().without("fatima", "youssef", "joost", "emine")
    await office.imports(made)
    half = await office.imports(made.without("sami"), dry_run=True)
    assert "Mind: 1 of 3 pupils would go." in doubts(half, "en")


async def test_half_of_the_teachers_do_not_vanish_unseen(office: Office) -> None:
    made = cast_school()
    await office.imports(made)
    assert not (await office.imports(made.without("bram"), dry_run=True)).needs_confirmation
    half = await office.imports(made.without("bram", "carla"), dry_run=True)
    assert "Mind: 2 of 3 teachers would be in no team any more." in doubts(half, "en")


async def test_two_of_one_name_are_told_apart_by_their_ids(office: Office) -> None:
    made = cast_school()
    twin = Adult("joost2", "Joost", "de Vries", "joost2@example.org")
    made = replace(made, guardians=(*made.guardians, twin))
    made = made.with_child("noor", guardians=("emine", "joost2"))
    text = "\n".join(describe(await office.imports(made, dry_run=True), "en"))
    assert "Joost de Vries (joost), with Lotte de Vries" in text
    assert "Joost de Vries (joost2), with Noor Yılmaz" in text
