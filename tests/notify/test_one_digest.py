"""At each digest moment one e-mail, however late a message, a worker or the clock is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from server.notify.deliveries import Deliveries
from server.notify.outbox import send_due
from server.notify.reading import Reading
from server.notify.transport import Transport
from server.presence.setting import retime
from server.sweep import sweep
from storage.schema import (
    BUCKETS,
    MAIL_DUE,
    MAILED_EXPIRED,
    NOTICES_DUE,
    Conversation,
    DigestTime,
    Mailed,
)
from storage.store import Store
from storage.writes import Insert
from tests.cast import REGENBOOG
from tests.notify.evening import DIGEST, IN_HOURS, MONDAY_NIGHT, Evening
from tests.notify.mailbag import LETTERS, Clock
from tests.notify.post_office import PostOffice
from tests.notify.test_digest import said, to

SECOND = timedelta(seconds=1)
WEEK = ("mon", "tue", "wed", "thu", "fri")


async def waits_for(evening: Evening, conversation: Conversation, at: datetime) -> None:
    evening.clock.at = at
    await evening.write(conversation, "fatima")


async def test_what_was_written_before_is_in_it_though_no_worker_had_looked_at_it(
    evening: Evening, office: PostOffice
) -> None:
    """The mail is not made while notices of before wait: they come first, then it does."""
    sami = await evening.conversation("sami", "fatima")
    lotte = await evening.conversation("lotte", "joost")
    await evening.write(sami, "fatima")
    await evening.works()
    evening.clock.at = DIGEST - SECOND
    await evening.write(lotte, "joost")
    evening.clock.at = DIGEST
    assert await evening.deliveries.mail() == 0
    assert office.letters == []
    await evening.works()
    (letter,) = office.letters
    assert letter["Subject"] == "Basisschool regenboog: 2 unread messages"


async def test_what_is_written_at_that_moment_holds_nothing_up(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    evening.clock.at = DIGEST
    await evening.write(sami, "fatima")
    assert await evening.deliveries.mail() == 1
    await evening.works()
    assert [letter["Subject"] for letter in office.letters] == [
        "Basisschool regenboog: 1 unread message"
    ]
    await evening.works(DIGEST + timedelta(days=1))
    assert len(office.letters) == 2


async def test_what_is_late_for_a_digest_comes_with_the_next(
    evening: Evening, office: PostOffice
) -> None:
    """A message that was being stored while the mail was made is no second mail a second later."""
    sami = await evening.conversation("sami", "fatima")
    lotte = await evening.conversation("lotte", "joost")
    await evening.write(sami, "fatima")
    await evening.works()
    await evening.works(DIGEST)
    evening.clock.at = DIGEST - timedelta(milliseconds=5)
    await evening.write(lotte, "joost")
    await evening.works(DIGEST + SECOND)
    await evening.passes(DIGEST + timedelta(days=1) - SECOND, step=timedelta(hours=3))
    assert len(office.letters) == 1
    await evening.works(DIGEST + timedelta(days=1))
    assert len(office.letters) == 2
    assert lotte.id in said(office.letters[1])[0]


async def test_a_clock_that_is_put_back_over_the_digest_neither_doubles_nor_loses(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works(DIGEST)
    await waits_for(evening, sami, DIGEST - timedelta(minutes=50))
    await evening.passes(DIGEST + timedelta(hours=2), step=timedelta(minutes=10))
    assert len(office.letters) == 1, "that digest has been"
    await evening.works(DIGEST + timedelta(days=1))
    assert len(office.letters) == 2
    assert await evening.waiting() == []


async def test_a_later_digest_on_the_same_day_is_another(
    evening: Evening, office: PostOffice
) -> None:
    """Juf Anna moves hers after today's has been: what came since waits for the new moment."""
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    await evening.works(DIGEST)
    await waits_for(evening, sami, DIGEST + timedelta(minutes=5))
    await evening.works()
    await evening.sets("anna", digest=DigestTime("17:30", WEEK))
    await evening.store.commit([Insert(retime(REGENBOOG.anna, evening.clock()))])
    await evening.works(DIGEST + timedelta(minutes=44))
    assert len(office.letters) == 1
    await evening.works(DIGEST + timedelta(minutes=45))
    assert len(office.letters) == 2


async def test_a_worker_that_was_away_for_days_sends_one(
    evening: Evening, office: PostOffice
) -> None:
    sami = await evening.conversation("sami", "fatima")
    for day in range(3):
        await waits_for(evening, sami, MONDAY_NIGHT + timedelta(days=day))
    await evening.works(DIGEST + timedelta(days=2, hours=1))
    (letter,) = office.letters
    assert letter["Subject"] == "Basisschool regenboog: 3 unread messages"
    await evening.passes(DIGEST + timedelta(days=4), step=timedelta(hours=6))
    assert len(office.letters) == 1


async def test_two_workers_at_once_make_one_mail(
    evening: Evening, office: PostOffice, store: Store, clock: Clock, transport: Transport
) -> None:
    sami = await evening.conversation("sami", "fatima")
    for _ in range(5):
        await evening.write(sami, "fatima")
    await evening.works()
    clock.at = DIGEST
    workers = [Deliveries(store, Reading(store), "localhost", clock) for _ in range(4)]
    made = await asyncio.gather(*(worker.mail() for worker in workers))
    assert sum(made) == 1
    await send_due(store, transport, LETTERS, clock=clock)
    assert len(to(office, "anna")) == 1


# --- Nothing is left behind -----------------------------------------------------------------


async def test_after_a_week_of_messages_nothing_of_them_is_left_to_the_worker(
    evening: Evening, office: PostOffice
) -> None:
    """Read or unread, pushed or mailed: no notice, delivery, mail or mark stays for good."""
    evening.phones.owners = {REGENBOOG.account("anna")}
    sami = await evening.conversation("sami", "fatima", "youssef")
    for day in range(4):
        await waits_for(evening, sami, MONDAY_NIGHT + timedelta(days=day))
        await evening.works()
        await waits_for(evening, sami, IN_HOURS + timedelta(days=day))
        await evening.write(sami, "anna")
        await evening.passes(evening.clock.at + timedelta(hours=6), step=timedelta(minutes=30))
    await evening.passes(evening.clock.at + timedelta(days=5), step=timedelta(hours=4))
    assert len(office.letters) > 4
    assert await evening.waiting() == []
    for bucket in range(BUCKETS):
        assert await evening.store.find(NOTICES_DUE, bucket, limit=50) == []
        assert await evening.store.find(MAIL_DUE, bucket, limit=50) == []
    assert await marks(evening.store)
    await sweep(evening.store, evening.clock() + timedelta(days=9))
    assert await marks(evening.store) == []


async def marks(store: Store) -> list[Mailed]:
    found: list[Mailed] = []
    for bucket in range(BUCKETS):
        found += await store.find(MAILED_EXPIRED, bucket, limit=50)
    return found
