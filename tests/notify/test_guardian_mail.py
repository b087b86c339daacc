"""Guardians hear at once: a push, held in their quiet hours, or an e-mail that names nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from server.notify.roads import quiet_until
from server.notify.transport import Transport
from server.presence.availability import Calendar
from server.sweep import sweep
from storage import ids
from storage.schema import Account, Guardianship, Mailed
from storage.store import Store
from storage.writes import Replace
from tests.cast import REGENBOOG, guardianship
from tests.notify.evening import IN_HOURS, MONDAY_NIGHT, Evening
from tests.notify.mailbag import Clock
from tests.notify.post_office import PostOffice
from tests.notify.test_digest import said, to

FATIMA = REGENBOOG.account("fatima")
BUNDLED = timedelta(minutes=10)


@pytest.fixture
async def day(store: Store, clock: Clock, transport: Transport) -> Evening:
    """Teachers get no mail here."""
    clock.at = IN_HOURS
    day = Evening(store, clock, transport)
    for teacher in ("anna", "bram"):
        await day.sets(teacher, digest=None)
    return day


async def quiet(day: Evening, *hours: str) -> None:
    fatima = await day.store.get(Account, FATIMA)
    assert fatima
    start, end = hours
    await day.store.commit([Replace(replace(fatima, quiet_hours=(start, end)))])


async def test_fatima_gets_a_push_at_once_and_no_mail(day: Evening, office: PostOffice) -> None:
    day.phones.owners = {FATIMA}
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "anna", "Sami heeft goed gewerkt")
    await day.works()
    ((who, note),) = day.phones.taken
    assert (who, note.conversation_id, note.locale) == (FATIMA, sami.id, "en")
    await day.passes(IN_HOURS + timedelta(hours=3))
    assert office.letters == []


async def test_in_quiet_hours_a_push_waits_until_they_end(day: Evening, office: PostOffice) -> None:
    day.phones.owners = {FATIMA}
    await quiet(day, "20:00", "07:00")
    day.clock.at = MONDAY_NIGHT
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "anna")
    morning = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    await day.passes(morning - timedelta(seconds=1), step=timedelta(hours=1))
    assert day.phones.asked == 0
    await day.works(morning)
    assert day.phones.rang == [FATIMA]
    await day.passes(morning + timedelta(hours=1))
    assert office.letters == []


async def test_what_was_read_in_quiet_hours_makes_no_sound(day: Evening) -> None:
    day.phones.owners = {FATIMA}
    await quiet(day, "09:00", "18:00")
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "anna")
    await day.works()
    await day.read(sami, "fatima")
    await day.passes(IN_HOURS + timedelta(days=1), step=timedelta(hours=2))
    assert day.phones.asked == 0
    assert await day.waiting() == []


async def test_without_a_phone_an_e_mail_bundles_ten_minutes(
    day: Evening, office: PostOffice
) -> None:
    sami = await day.conversation("sami", "fatima")
    both = await day.conversation("sami", "fatima", "youssef")
    await day.write(sami, "anna", "Sami heeft goed gewerkt")
    await day.works()
    await day.works(IN_HOURS + BUNDLED / 2)
    await day.write(both, "bram")
    await day.works()
    await day.works(IN_HOURS + BUNDLED - timedelta(seconds=1))
    assert office.letters == []
    await day.works(IN_HOURS + BUNDLED)
    (letter,) = to(office, "fatima")
    assert letter["Subject"] == "Basisschool regenboog: 2 new messages"
    assert "List-Unsubscribe" not in letter
    for words in said(letter):
        assert f"http://localhost:8080/c/{sami.id}" in words
        assert f"http://localhost:8080/c/{both.id}" in words
        assert "Nobody reads an answer to this mail." in words
        for name in ("Sami", "Anna", "Bram", "Youssef", "3B", "goed gewerkt"):
            assert name not in words
    await day.works(IN_HOURS + BUNDLED * 2)
    assert len(to(office, "fatima")) == 1
    assert len(to(office, "youssef")) == 1


async def test_at_most_one_mail_an_hour_about_a_conversation_until_it_is_read(
    day: Evening, office: PostOffice
) -> None:
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "anna")
    await day.passes(IN_HOURS + BUNDLED)
    for _ in range(5):
        await day.write(sami, "anna")
        await day.passes(day.clock.at + timedelta(minutes=8))
    assert len(office.letters) == 1
    await day.passes(IN_HOURS + BUNDLED + timedelta(hours=1, seconds=-1))
    assert len(office.letters) == 1
    await day.works(IN_HOURS + BUNDLED + timedelta(hours=1))
    assert [letter["Subject"] for letter in office.letters][1:] == [
        "Basisschool regenboog: 5 new messages"
    ]
    await day.passes(day.clock.at + timedelta(hours=3))
    assert len(office.letters) == 2


async def test_who_has_read_is_mailed_of_what_is_new_without_waiting_an_hour(
    day: Evening, office: PostOffice
) -> None:
    sami = await day.conversation("sami", "fatima")
    other = await day.conversation("sami", "fatima", "youssef")
    await day.write(sami, "anna")
    await day.write(other, "anna")
    await day.passes(IN_HOURS + BUNDLED)
    await day.read(sami, "fatima")
    await day.write(sami, "anna")
    await day.write(other, "anna")
    await day.passes(day.clock.at + BUNDLED)
    first, second = to(office, "fatima")
    assert other.id in said(first)[0]
    assert sami.id in said(second)[0]
    assert other.id not in said(second)[0], "that one was not opened yet"


async def test_who_loses_contact_gets_nothing_that_is_still_queued(
    day: Evening, office: PostOffice
) -> None:
    """Nor does the office of her going show: no mail to anybody about it."""
    await quiet(day, "09:00", "11:00")
    day.phones.owners = {FATIMA}
    sami = await day.conversation("sami", "fatima")
    both = await day.conversation("sami", "fatima", "youssef")
    await day.write(sami, "anna")
    await day.write(both, "anna")
    await day.works()
    tie = await day.store.get(Guardianship, guardianship(REGENBOOG, "sami", "fatima").id)
    assert tie
    await day.store.commit([Replace(replace(tie, may_contact=False))])
    await day.roster_changes()
    await day.passes(IN_HOURS + timedelta(hours=4), step=timedelta(minutes=20))
    assert day.phones.rang == []
    assert to(office, "fatima") == []
    assert len(to(office, "youssef")) == 1


async def test_no_mail_goes_to_another_family_or_to_a_guardian_who_is_not_named(
    day: Evening, office: PostOffice
) -> None:
    for teacher in ("anna", "bram"):
        await day.sets(teacher, hours={})
    sami = await day.conversation("sami", "fatima")
    lotte = await day.conversation("lotte", "joost")
    await day.write(sami, "anna")
    await day.write(lotte, "joost")
    await day.passes(IN_HOURS + timedelta(hours=4), step=timedelta(minutes=20))
    assert office.recipients == ["fatima@regenboog.example"]
    assert lotte.id not in said(office.letters[0])[0]


async def test_the_other_guardian_hears_of_a_message_and_its_author_does_not(
    day: Evening, office: PostOffice
) -> None:
    both = await day.conversation("sami", "fatima", "youssef")
    await day.write(both, "fatima")
    await day.passes(IN_HOURS + timedelta(hours=1))
    assert office.recipients == ["youssef@regenboog.example"]


async def test_a_colleagues_answer_is_no_news_to_a_teacher(
    day: Evening, office: PostOffice
) -> None:
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "bram")
    await day.works()
    assert {delivery.person_id for delivery in await day.waiting()} == {REGENBOOG.fatima}


async def test_who_was_mailed_is_forgotten_in_time(day: Evening, office: PostOffice) -> None:
    sami = await day.conversation("sami", "fatima")
    await day.write(sami, "anna")
    await day.passes(IN_HOURS + BUNDLED)
    mark = ids.pair(sami.id, REGENBOOG.fatima)
    await sweep(day.store, day.clock.at + timedelta(minutes=59))
    assert await day.store.get(Mailed, mark)
    await sweep(day.store, day.clock.at + timedelta(minutes=61))
    assert await day.store.get(Mailed, mark) is None


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        (("22:00", "07:00"), "21:59", None),
        (("22:00", "07:00"), "22:00", "07:00"),
        (("22:00", "07:00"), "06:59", "07:00"),
        (("22:00", "07:00"), "07:00", None),
        (("12:30", "13:00"), "12:45", "13:00"),
        (("12:30", "13:00"), "13:00", None),
        (("00:00", "24:00"), "12:00", "00:00"),
    ],
)
def test_quiet_hours_may_run_over_midnight(
    hours: tuple[str, str], at: str, end: str | None
) -> None:
    calendar = Calendar(ZoneInfo("Europe/Amsterdam"), frozenset())
    local = datetime.fromisoformat(f"2026-11-24T{at}").replace(tzinfo=calendar.zone)
    found = quiet_until(hours, calendar, local.astimezone(UTC))
    assert (found and f"{found.astimezone(calendar.zone):%H:%M}") == end
    assert found is None or found > local
    assert quiet_until(None, calendar, local) is None
