"""Mail goes out once, to those who may still come in, whatever happens on the way."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.notify import worker
from server.notify.outbox import BACKOFF, LEASE, Outbox, send_due
from server.notify.transport import Transport, open_transport
from storage.schema import Guardian, Guardianship, Link, Mail, Role, Undelivered
from storage.store import Store
from storage.writes import Delete, Insert, Replace, Unavailable
from tests.cast import REGENBOOG, guardianship, move_in
from tests.notify.mailbag import LETTERS, MORNING, Clock, invitation, post, queue, until
from tests.notify.post_office import DROPS, PostOffice
from tests.storage.places import Place


async def test_fatima_gets_her_invitation_and_the_outbox_forgets_it(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, invitation())
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    (letter,) = office.letters
    assert letter["To"] == "Fatima Amrani <fatima1@regenboog.example>"
    assert letter["Message-ID"] == "<mail1fatima@localhost>"
    assert await store.get(Mail, "mail1fatima") is None
    assert await send_due(store, transport, LETTERS, clock=clock) == 0


async def test_a_forgotten_password_is_mailed_in_the_language_of_the_account(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    link, mail = invitation("youssef")
    link = replace(link, purpose="reset", account_id=REGENBOOG.account("youssef"))
    await post(store, (link, replace(mail, template="reset", locale="en")))
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    assert office.letters[0]["Subject"] == "A new password for Hekje"


async def test_what_is_not_due_waits(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    link, mail = invitation()
    await post(store, (link, replace(mail, due_at=MORNING + timedelta(minutes=1))))
    assert await send_due(store, transport, LETTERS, clock=clock) == 0
    clock.at += timedelta(minutes=2)
    assert await send_due(store, transport, LETTERS, clock=clock) == 1


async def _use(store: Store, link: Link) -> None:
    await store.commit([Replace(replace(link, version=1, ended_at=MORNING))])


async def _clear_away(store: Store, link: Link) -> None:
    await store.commit([Delete(replace(link, version=1))])


async def _leave(store: Store, link: Link) -> None:
    fatima = await store.get(Guardian, REGENBOOG.fatima)
    assert fatima
    await store.commit([Replace(replace(fatima, gone=True))])


async def _lose_contact(store: Store, link: Link) -> None:
    tie = await store.get(Guardianship, guardianship(REGENBOOG, "sami", "fatima").id)
    assert tie
    await store.commit([Replace(replace(tie, may_contact=False))])


@pytest.mark.parametrize("change", [_use, _clear_away, _leave, _lose_contact])
async def test_a_link_that_opens_nothing_any_more_is_not_mailed(
    store: Store, transport: Transport, office: PostOffice, clock: Clock, change: object
) -> None:
    assert callable(change)
    await post(store, invitation("fatima"), invitation("youssef"))
    await change(store, invitation("fatima")[0])
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    assert [letter["To"].addresses[0].display_name for letter in office.letters] == [
        "Youssef Amrani"
    ]
    assert await queue(store) == []
    assert await store.get(Undelivered, REGENBOOG.fatima) is None, "nobody misses it"


async def test_a_link_that_ended_on_the_way_is_a_mail_that_did_not_arrive(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, invitation("fatima"))
    clock.at += timedelta(days=14)
    assert await send_due(store, transport, LETTERS, clock=clock) == 0
    assert await queue(store) == []
    mark = await store.get(Undelivered, REGENBOOG.fatima)
    assert mark
    assert (mark.cause, mark.failed_at) == ("time", clock.at)


async def test_a_post_office_that_is_busy_is_tried_again_later_and_then_given_up(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, invitation())
    for wait in BACKOFF:
        office.answers = ["450 busy"]
        assert await send_due(store, transport, LETTERS, clock=clock) == 0
        (waiting,) = await queue(store)
        assert wait * 0.8 <= waiting.due_at - clock.at <= wait * 1.2
        clock.at = waiting.due_at + timedelta(milliseconds=1)
    office.answers = ["450 busy"]
    await send_due(store, transport, LETTERS, clock=clock)
    assert await queue(store) == []
    mark = await store.get(Undelivered, REGENBOOG.fatima)
    assert mark
    assert (mark.cause, mark.said) == ("time", "450 busy")
    assert office.letters == []


async def test_a_letter_that_was_put_off_arrives(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, invitation())
    office.answers = [DROPS]
    await send_due(store, transport, LETTERS, clock=clock)
    clock.at += BACKOFF[0] * 2
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    assert len(office.letters) == 1


async def test_an_address_that_does_not_exist_is_given_up_where_it_can_be_seen(
    store: Store,
    transport: Transport,
    office: PostOffice,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await post(store, invitation())
    office.answers = ["550 <fatima1@regenboog.example> unknown"]
    assert await send_due(store, transport, LETTERS, clock=clock) == 0
    assert await queue(store) == []
    mark = await store.get(Undelivered, REGENBOOG.fatima)
    assert mark
    assert (mark.school_id, mark.to) == (REGENBOOG.school_id, "fatima1@regenboog.example")
    assert (mark.cause, mark.said) == ("address", "550 … unknown")
    assert mark.failed_at == clock.at
    assert "mail1fatima is given up" in caplog.text
    assert "@regenboog" not in caplog.text, "a log names nobody"


async def test_what_did_not_arrive_is_forgotten_once_something_does(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    for answer, cause in (("550 unknown", "address"), ("554 spam", "letter"), ("250 OK", None)):
        await post(store, invitation(number=int(answer[:3])))
        office.answers = [answer]
        await send_due(store, transport, LETTERS, clock=clock)
        mark = await store.get(Undelivered, REGENBOOG.fatima)
        assert (mark.cause if mark else None) == cause
        clock.at += timedelta(minutes=1)


async def test_an_account_that_cannot_be_mailed_is_seen_wherever_it_is_somebody(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    """Youssef is a guardian of De Regenboog and teaches at De Iep."""
    link, mail = invitation("youssef")
    account_id = REGENBOOG.account("youssef")
    link = replace(link, purpose="reset", account_id=account_id, person_id=None, school_id=None)
    elsewhere = Role(id="de-iep.youssef", school_id="de-iep", account_id=account_id, role="teacher")
    await store.commit([Insert(elsewhere)])
    await post(store, (link, replace(mail, template="reset")))
    office.answers = ["550 unknown"]
    await send_due(store, transport, LETTERS, clock=clock)
    for person_id, school_id in ((REGENBOOG.youssef, "regenboog"), ("de-iep.youssef", "de-iep")):
        mark = await store.get(Undelivered, person_id)
        assert mark
        assert (mark.school_id, mark.cause) == (school_id, "address")


async def test_one_letter_that_cannot_be_written_keeps_no_other_waiting(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    link, mail = invitation("fatima")
    await post(store, (link, replace(mail, to="not an address")), invitation("youssef"))
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    mark = await store.get(Undelivered, REGENBOOG.fatima)
    assert mark
    assert (mark.cause, mark.said) == ("address", "not an address")


async def test_after_a_crash_the_letter_goes_out_when_the_lease_ends(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, invitation())
    crashed = Outbox(store, transport, LETTERS, clock)
    (mail,) = await queue(store)
    assert await crashed._take(mail)  # and then its process is gone
    assert await send_due(store, transport, LETTERS, clock=clock) == 0
    clock.at += LEASE + timedelta(milliseconds=1)
    assert await send_due(store, transport, LETTERS, clock=clock) == 1
    assert office.letters[0]["Message-ID"] == mail.header_id


@pytest.mark.parametrize("kind", ["sqlite", "motor"])
async def test_four_workers_send_two_hundred_invitations_once_each(
    kind: str,
    request: pytest.FixtureRequest,
    office: PostOffice,
    tmp_path: Path,
    clock: Clock,
) -> None:
    if kind == "motor":
        place = Place(kind, request.getfixturevalue("mongo_server") + "/hekje_outbox")
    else:
        place = Place(kind, str(tmp_path / "race.db"))
    stores = [await place.open() for _ in range(4)]
    await move_in(stores[0], REGENBOOG)
    await post(stores[0], *(invitation(number=number) for number in range(200)))
    transports = [open_transport(f"smtp://127.0.0.1:{office.port}", tmp_path) for _ in stores]
    sent = await asyncio.gather(
        *(
            send_due(store, transport, LETTERS, clock=clock)
            for store, transport in zip(stores, transports, strict=True)
        )
    )
    assert sum(sent) == 200
    assert min(sent) > 0, "all took part"
    assert len({letter["Message-ID"] for letter in office.letters}) == len(office.letters) == 200
    assert await queue(stores[0]) == []
    for transport, store in zip(transports, stores, strict=True):
        await transport.close()
        await store.close()


async def test_a_worker_sends_what_comes_in_and_stops_when_told(
    store: Store, office: PostOffice, clock: Clock, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", tmp_path)
    working = asyncio.create_task(worker.run(store, transport, LETTERS, stop=stop, clock=clock))
    await post(store, invitation("fatima"))
    await until(lambda: len(office.letters) == 1)
    await post(store, invitation("youssef"))
    await until(lambda: len(office.letters) == 2)
    stop.set()
    await asyncio.wait_for(working, 5)
    assert not office.lines


async def test_a_worker_outlives_a_database_that_is_away(
    store: Store, office: PostOffice, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = _Away(store)
    stop = asyncio.Event()
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", tmp_path)
    caplog.set_level(logging.WARNING)
    await post(store, invitation())
    working = asyncio.create_task(
        worker.run(away, transport, LETTERS, stop=stop, clock=clock)  # type: ignore[arg-type]
    )
    await until(lambda: "unavailable" in caplog.text)
    assert office.letters == []
    away.back = True
    await until(lambda: len(office.letters) == 1)
    stop.set()
    await asyncio.wait_for(working, 5)


class _Away:
    """The real store behind a line that is cut until `back`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.back = False

    def __getattr__(self, name: str) -> object:
        if not self.back:
            raise Unavailable("cut")
        return getattr(self._store, name)
