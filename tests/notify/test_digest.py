"""A teacher's messages reach them by their hours: a push by day, one e-mail for an evening."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from msgspec.structs import replace

from server.presence.setting import retime
from server.school.conversations import withdraw_message
from server.school.rights import Seat
from storage import ids
from storage.schema import (
    Account,
    Conversation,
    DigestTime,
    Message,
    Notice,
    Role,
    SchoolCalendar,
    TeamMember,
    Undelivered,
)
from storage.store import Store
from storage.writes import Delete, Insert, Replace
from tests.cast import REGENBOOG, team_member
from tests.notify.evening import DIGEST, IN_HOURS, MONDAY_NIGHT, Evening
from tests.notify.mailbag import Clock, queue
from tests.notify.post_office import PostOffice

ANNA, BRAM = REGENBOOG.account("anna"), REGENBOOG.account("bram")
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = dict.fromkeys(EVERY_DAY, (("00:00", "24:00"),))


def said(letter: EmailMessage) -> tuple[str, str]:
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text
    assert html
    return text.get_content().replace("\r\n", "\n"), html.get_content()


def to(office: PostOffice, name: str) -> list[EmailMessage]:
    address = f"{name}@regenboog.example"
    return [
        letter
        for letter, reader in zip(office.letters, office.recipients, strict=True)
        if reader == address
    ]


async def test_three_messages_at_night_are_one_mail_at_the_digest_and_no_push(
    evening: Evening, office: PostOffice
) -> None:
    evening.phones.owners = {ANNA}
    sami = await evening.conversation("sami", "fatima")
    lotte = await evening.conversation("lotte", "joost")
    for conversation, name in ((sami, "fatima"), (sami, "fatima"), (lotte, "joost")):
        await evening.write(conversation, name)
        evening.clock.at += timedelta(minutes=1)
    await evening.passes(DIGEST - timedelta(seconds=1), step=timedelta(hours=1))
    assert office.letters == []
    await evening.works(DIGEST)
    (letter,) = office.letters
    assert letter["To"] == "Anna Jansen <anna@regenboog.example>"
    await evening.passes(DIGEST + timedelta(days=2), step=timedelta(hours=3))
    assert len(office.letters) == 1, "each message comes once"
    assert evening.phones.asked == 0
    assert await evening.waiting() == []


async def test_the_digest_says_how_many_wait_since_when_and_where_and_no_more(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima", "youssef")
    await evening.write(sami, "fatima", "Sami heeft waterpokken")
    evening.clock.at += timedelta(minutes=1)
    await evening.write(sami, "youssef")
    evening.clock.at += timedelta(minutes=1)
    lotte = await evening.conversation("lotte", "joost")
    await evening.write(lotte, "joost")
    await evening.write(lotte, "bram", "Komt goed")
    await evening.works(MONDAY_NIGHT + timedelta(minutes=5))
    await evening.works(DIGEST)
    (letter,) = to(office, "anna")
    assert letter["Subject"] == "Basisschool regenboog: 3 unread messages"
    text, html = said(letter)
    for words in (text, html):
        assert "2 messages wait, since Monday 23 November at 21:05" in words
        assert "since Monday 23 November at 21:07" in words
        assert f"http://localhost:8080/c/{sami.id}" in words
        assert words.index(sami.id) < words.index(lotte.id), "what waits comes first"
        assert "Nobody reads an answer to this mail." in words
        for name in ("Fatima", "Amrani", "Sami", "Joost", "Lotte", "Bram", "waterpokken"):
            assert name not in words
            assert name not in str(letter["Subject"])
    assert "(a colleague has handled this)" in text
    assert text.count("handled") == html.count("handled") == 1
    assert "prefers-color-scheme: dark" in html
    assert "width=device-width" in html


async def test_a_dutch_teacher_reads_dutch_and_a_school_may_allow_names(
    evening: Evening, office: PostOffice
) -> None:
    anna = await evening.store.get(Account, ANNA)
    assert anna
    await evening.store.commit([Replace(replace(anna, locale="nl"))])
    await evening.roster_changes(digest_names=True)
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima", "Sami heeft waterpokken")
    await evening.works()
    await evening.works(DIGEST)
    (letter,) = office.letters
    assert letter["Subject"] == "Basisschool regenboog: 1 ongelezen bericht"
    for words in said(letter):
        assert "1 bericht wacht, sinds maandag 23 november om 21:05" in words
        assert "Sami Amrani: 1 bericht" in words
        assert "Een antwoord op deze mail leest niemand." in words
        assert "waterpokken" not in words
        assert "Fatima" not in words


# --- Decided again when it is due -----------------------------------------------------------


async def test_what_was_read_meanwhile_is_not_in_it(evening: Evening, office: PostOffice) -> None:
    sami = await evening.conversation("sami", "fatima")
    lotte = await evening.conversation("lotte", "joost")
    await evening.write(sami, "fatima")
    await evening.write(lotte, "joost")
    await evening.works()
    await evening.read(sami, "anna")
    await evening.works(DIGEST)
    text, _ = said(office.letters[0])
    assert lotte.id in text
    assert sami.id not in text


async def test_when_all_was_read_no_mail_goes_out(evening: Evening, office: PostOffice) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    assert len(await evening.waiting()) == 1
    await evening.read(sami, "anna")
    await evening.works(DIGEST)
    assert office.letters == []
    assert await evening.waiting() == []
    assert await queue(evening.store) == []


async def test_what_was_withdrawn_counts_as_read(evening: Evening, office: PostOffice) -> None:
    sami = await evening.conversation("sami", "fatima")
    id = await evening.write(sami, "fatima")
    await evening.works()
    now, message = (
        await evening.store.get(Conversation, sami.id),
        await evening.store.get(Message, id),
    )
    assert now
    assert message
    seat = Seat(now, None, REGENBOOG.fatima, "guardian", "Fatima", False)  # type: ignore[arg-type]
    await evening.store.commit(withdraw_message(seat, message, evening.clock()).writes)
    await evening.works(DIGEST)
    assert office.letters == []


async def test_who_left_the_team_gets_none_and_who_joined_does(
    evening: Evening, office: PostOffice
) -> None:
    """Carla joins before the worker looks, Anna leaves after it has: rights are of the moment."""
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.store.commit([Insert(team_member(REGENBOOG, REGENBOOG.groep_3b, "carla"))])
    await evening.roster_changes()
    await evening.works()
    anna = await evening.store.get(
        TeamMember, team_member(REGENBOOG, REGENBOOG.groep_3b, "anna").id
    )
    assert anna
    await evening.store.commit([Delete(anna)])
    await evening.roster_changes()
    await evening.works(DIGEST)
    assert office.recipients == ["carla@regenboog.example"]


async def test_who_leaves_while_the_post_office_is_closed_gets_none(
    evening: Evening, office: PostOffice
) -> None:
    """The mail is there already: what it says is read when it is sent."""
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    office.answers = ["450 busy"]
    await evening.works(DIGEST)
    (mail,) = await queue(evening.store)
    await evening.sets("anna", digest=None)
    await evening.works(mail.due_at + timedelta(minutes=1))
    assert office.letters == []
    assert await queue(evening.store) == []


async def test_who_has_no_account_any_more_is_waited_for_no_longer(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    role = await evening.store.get(Role, REGENBOOG.anna)
    assert role
    await evening.store.commit([Delete(role)])
    await evening.roster_changes()
    await evening.works(DIGEST)
    assert office.letters == []
    assert await evening.waiting() == []


# --- Hours ----------------------------------------------------------------------------------


async def test_in_hours_a_push_at_once_and_no_mail(evening: Evening, office: PostOffice) -> None:
    evening.phones.owners = {ANNA, BRAM}
    evening.clock.at = IN_HOURS
    await evening.sets("bram", hours=ALWAYS)
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    assert sorted(evening.phones.rang) == [ANNA, BRAM]
    note = evening.phones.taken[0][1]
    assert (note.conversation_id, note.tag, note.locale) == (sami.id, sami.id, "en")
    await evening.passes(DIGEST + timedelta(days=1), step=timedelta(hours=2))
    assert office.letters == []
    assert len(evening.phones.rang) == 2, "once each"


async def test_a_push_that_no_device_took_is_in_the_next_digest(
    evening: Evening, office: PostOffice
) -> None:
    evening.clock.at = IN_HOURS
    evening.phones.broken = {ANNA}
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    assert evening.phones.asked == 1, "Bram has no hours"
    await evening.works(DIGEST - timedelta(seconds=1))
    assert office.letters == []
    await evening.works(DIGEST)
    assert len(to(office, "anna")) == 1


async def test_no_push_for_what_somebody_has_in_front_of_them(
    evening: Evening, office: PostOffice
) -> None:
    """Had they not read it all the same, the digest would have it."""
    evening.clock.at = IN_HOURS
    evening.phones.owners = {ANNA}
    sami = await evening.conversation("sami", "fatima")
    lotte = await evening.conversation("lotte", "joost")
    evening.screens.open = {(ANNA, sami.id)}
    await evening.write(sami, "fatima")
    await evening.write(lotte, "joost")
    await evening.works()
    assert [note.conversation_id for _, note in evening.phones.taken] == [lotte.id]
    await evening.works(DIGEST)
    text, _ = said(office.letters[0])
    assert sami.id in text
    assert lotte.id not in text


async def test_a_worker_that_comes_late_lets_no_phone_ring_in_the_evening(
    evening: Evening, office: PostOffice
) -> None:
    evening.clock.at = IN_HOURS
    evening.phones.owners = {ANNA}
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works(MONDAY_NIGHT + timedelta(days=1))
    assert evening.phones.asked == 0
    assert len(to(office, "anna")) == 1, "its digest has been: now, then"


async def test_a_push_goes_out_once_even_if_its_worker_is_killed(
    evening: Evening, office: PostOffice
) -> None:
    """What the killed one leaves behind is the e-mail that stands in for it."""

    class Killed(BaseException):
        pass

    async def dies(account_id: str, note: object) -> bool:
        evening.phones.asked += 1
        raise Killed

    evening.clock.at = IN_HOURS
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    evening.phones.owners = {ANNA}
    evening.deliveries.push.send = dies  # type: ignore[method-assign]
    with pytest.raises((Killed, BaseExceptionGroup)):
        await evening.works()
    del evening.deliveries.push.send
    await evening.works()
    assert (evening.phones.asked, evening.phones.rang) == (1, [])
    await evening.works(DIGEST)
    assert len(to(office, "anna")) == 1


# --- Settings that change ------------------------------------------------------------------


async def change(evening: Evening, whom: str) -> None:
    await evening.store.commit([Insert(retime(whom, evening.clock()))])
    await evening.works()


async def test_an_earlier_digest_moves_what_waits(evening: Evening, office: PostOffice) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    await evening.sets("anna", digest=DigestTime("07:30", EVERY_DAY))
    await change(evening, REGENBOOG.anna)
    early = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    await evening.works(early - timedelta(seconds=1))
    assert office.letters == []
    await evening.works(early)
    assert len(office.letters) == 1


async def test_a_digest_set_to_a_time_that_has_been_goes_out_now_and_not_before(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    await evening.works(IN_HOURS)
    await evening.sets("anna", digest=DigestTime("07:30", EVERY_DAY))
    await change(evening, REGENBOOG.anna)
    assert len(office.letters) == 1
    assert await evening.waiting() == []


async def test_who_goes_away_gets_it_when_they_are_back(
    evening: Evening, office: PostOffice
) -> None:
    """No notice of the change is needed for that: it is decided again when it is due."""
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    default = DigestTime("16:45", EVERY_DAY[:5])
    await evening.sets("anna", digest=default, away=((date(2026, 11, 24), date(2026, 11, 25)),))
    await evening.passes(DIGEST + timedelta(days=2, seconds=-1), step=timedelta(hours=4))
    assert office.letters == []
    await evening.works(DIGEST + timedelta(days=2))
    assert len(office.letters) == 1


async def test_a_closed_school_moves_the_digests_of_all_its_teachers(
    evening: Evening, office: PostOffice
) -> None:
    closed = SchoolCalendar(
        id=ids.of_calendar(REGENBOOG.school_id),
        school_id=REGENBOOG.school_id,
        closed=(date(2026, 11, 24),),
    )
    await evening.store.commit([Insert(closed)])
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    (waiting,) = await evening.waiting()
    assert waiting.due_at == DIGEST + timedelta(days=1)
    await evening.store.commit([Replace(replace(closed, version=1, closed=()))])
    await evening.roster_changes()
    await change(evening, REGENBOOG.school_id)
    (waiting,) = await evening.waiting()
    assert waiting.due_at == DIGEST


async def test_without_a_digest_nothing_tells_them(evening: Evening, office: PostOffice) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.sets("anna", digest=None)
    await evening.write(sami, "fatima")
    await evening.works()
    assert await evening.waiting() == []
    await evening.works(DIGEST)
    assert office.letters == []


# --- Trouble -------------------------------------------------------------------------------


async def test_a_mail_server_that_is_away_for_an_hour_loses_nothing(
    store: Store, clock: Clock, evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    office.to_senders = ["421 closed"] * 40
    await evening.passes(DIGEST + timedelta(hours=1), step=timedelta(minutes=4))
    assert office.letters == []
    lotte = await evening.conversation("lotte", "joost")
    await evening.read(sami, "anna")
    await evening.write(lotte, "joost")
    await evening.write(sami, "fatima")
    (mail,) = await queue(store)
    office.to_senders = []
    await evening.passes(DIGEST + timedelta(hours=2))
    assert office.letters == [], "read meanwhile; and the new ones are tomorrow's"
    assert mail.message_ids
    await evening.works(DIGEST + timedelta(days=1))
    (letter,) = office.letters
    assert lotte.id in said(letter)[0]
    assert sami.id in said(letter)[0]


async def test_a_digest_that_nobody_takes_is_seen_by_the_office(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    office.answers = ["550 unknown"]
    await evening.works(DIGEST)
    mark = await evening.store.get(Undelivered, REGENBOOG.anna)
    assert mark
    assert (mark.cause, mark.to) == ("address", "anna@regenboog.example")


async def test_one_notice_that_goes_wrong_keeps_no_other_waiting(
    evening: Evening, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    broken = replace(
        retime(REGENBOOG.anna, evening.clock()), id="regenboog.0", retimed="nowhere.anybody"
    )
    lost = Notice(
        id="regenboog.1",
        school_id=REGENBOOG.school_id,
        message_id="regenboog.gone.0000001",
        bucket=broken.bucket,
        due_at=evening.clock(),
    )
    await evening.store.commit([Insert(broken), Insert(lost)])
    await evening.works()
    assert len(await evening.waiting()) == 1


# --- Clocks that change --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sunday", "at"),
    [
        (date(2026, 10, 25), "02:30"),
        (date(2027, 3, 28), "02:30"),
        (date(2027, 3, 28), "03:00"),
        (date(2026, 10, 25), "03:00"),
    ],
)
async def test_when_the_clocks_change_each_digest_goes_out_once(
    evening: Evening, office: PostOffice, sunday: date, at: str
) -> None:
    evening.clock.at = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(
        hours=4
    )
    await evening.sets("anna", digest=DigestTime(at, EVERY_DAY))
    sami = await evening.conversation("sami", "fatima")
    end = evening.clock.at + timedelta(days=2)
    for _ in range(2):
        await evening.write(sami, "fatima")
        await evening.passes(evening.clock.at + timedelta(hours=8), step=timedelta(minutes=30))
    await evening.passes(end, step=timedelta(hours=1))
    assert len(office.letters) == 2, "one on the day of the change, one the day after"
    assert await evening.waiting() == []


async def test_a_clock_that_is_put_back_sends_nothing_twice(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    await evening.works(DIGEST)
    for minutes in (-60, -10, 0, 60):
        await evening.works(DIGEST + timedelta(minutes=minutes))
    assert len(office.letters) == 1
