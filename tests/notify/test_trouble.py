"""A mail server that is away, slow or mad, and workers that are killed: nothing is lost, little waits."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.notify import worker
from server.notify.outbox import BACKOFF, LONGEST_PAUSE, SENDERS, Outbox, send_due
from server.notify.transport import Transport, open_transport
from storage.schema import Undelivered
from storage.store import Store
from tests.cast import REGENBOOG
from tests.notify.conftest import Certificate
from tests.notify.mailbag import LETTERS, Clock, invitation, post, queue, until
from tests.notify.post_office import DROPS, PASSWORD, PostOffice, post_office
from tests.notify.test_transport import NOWHERE

ROOT = Path(__file__).parents[2]


async def one_round(outbox: Outbox) -> int:
    async with asyncio.TaskGroup() as senders:
        sending = await outbox.hand_out(senders, asyncio.Event())
    return sum(task.result() for task in sending)


async def test_an_hour_without_a_mail_server_counts_against_no_letter(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Five hundred mails are out within the longest pause of its return."""
    await post(store, *(invitation(number=number) for number in range(500)))
    due = {mail.id: mail.due_at for mail in await queue(store)}
    async with post_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
    outbox = Outbox(store, open_transport(url, NOWHERE), LETTERS, clock)
    came_back = clock.at + timedelta(hours=1)
    while clock.at < came_back:
        assert await one_round(outbox) == 0
        clock.at += timedelta(seconds=5)
    tries = caplog.text.count("no mail goes out")
    assert 10 <= tries <= 30, "often enough to come back soon, seldom enough to be left in peace"
    waiting = await queue(store)
    assert {mail.id: mail.due_at for mail in waiting} == due
    assert {mail.attempts for mail in waiting} == {0}

    async with post_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
        outbox.transport = open_transport(url, NOWHERE)
        sent = 0
        while sent < 500 and clock.at < came_back + LONGEST_PAUSE + timedelta(minutes=1):
            sent += await one_round(outbox)
            clock.at += timedelta(seconds=5)
        await outbox.transport.close()
    assert len({letter["Message-ID"] for letter in office.letters}) == len(office.letters) == 500


async def test_a_wrong_password_stops_the_mail_and_gives_up_nothing(
    store: Store, clock: Clock, certificate: Certificate
) -> None:
    await post(store, *(invitation(number=number) for number in range(10)))
    async with post_office(starttls=certificate.server, login=True) as office:

        def known_as(password: str) -> Transport:
            url = f"smtp://hekje:{password}@127.0.0.1:{office.port}?tls=starttls"
            return open_transport(url, NOWHERE, tls_context=certificate.client)

        outbox = Outbox(store, known_as("guess"), LETTERS, clock)
        assert await one_round(outbox) == 0
        assert office.calls <= SENDERS, "it is not asked again for each letter"
        assert len(await queue(store)) == 10
        clock.at += LONGEST_PAUSE
        outbox.transport = known_as("pass%20word%2F%231")
        assert PASSWORD == "pass word/#1"
        assert await one_round(outbox) == 10
        await outbox.transport.close()


async def test_one_bad_recipient_keeps_nobody_waiting(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, *(invitation(number=number) for number in range(100)))
    refusals = ["550 unknown", "450 busy", "554 spam", DROPS, "421 bye"]
    office.answers = list(refusals)
    assert await send_due(store, transport, LETTERS, clock=clock) == 100 - len(refusals)
    clock.at += BACKOFF[0] * 2
    await send_due(store, transport, LETTERS, clock=clock)
    assert await queue(store) == []
    assert len({letter["Message-ID"] for letter in office.letters}) == 98, "two were refused"


async def test_a_slow_recipient_holds_up_one_sender_and_nobody_else(
    store: Store, office: PostOffice, clock: Clock
) -> None:
    link, mail = invitation("youssef")
    await post(store, (link, replace(mail, to="slow@regenboog.example")))
    stop = asyncio.Event()
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
    working = asyncio.create_task(worker.run(store, transport, LETTERS, stop=stop, clock=clock))
    await until(lambda: office.waiting == 1)
    await post(store, *(invitation(number=number) for number in range(100)))
    await until(lambda: len(office.letters) == 100)
    assert office.waiting == 1
    office.slow_ones.set()
    await until(lambda: len(office.letters) == 101)
    stop.set()
    await asyncio.wait_for(working, 5)


async def test_many_slow_recipients_hold_nobody_up(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    """More of them than there are senders; once they answer they are done too."""
    slow = SENDERS * 3
    for number in range(slow):
        link, mail = invitation("youssef", number)
        await post(store, (link, replace(mail, to=f"slow{number}@x.example")))
    await post(store, *(invitation(number=number) for number in range(50)))
    outbox = Outbox(store, transport, LETTERS, clock, slow_after=0.05)
    sending = asyncio.create_task(one_round(outbox))
    await until(lambda: len(office.letters) == 50 and office.waiting == slow)
    office.slow_ones.set()
    assert await sending == 50 + slow
    assert outbox._slow == 0
    assert outbox._free._value == SENDERS


async def test_what_was_slow_before_goes_after_what_is_new(
    store: Store, office: PostOffice, clock: Clock
) -> None:
    for number in range(20):
        link, mail = invitation("youssef", number)
        await post(store, (link, replace(mail, to=f"slow{number}@x.example", attempts=1)))
    await post(store, *(invitation(number=number) for number in range(20)))
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", NOWHERE)
    sending = asyncio.create_task(send_due(store, transport, LETTERS, clock=clock))
    await until(lambda: len(office.letters) == 20)
    office.slow_ones.set()
    assert await sending == 40
    await transport.close()


async def test_a_receipt_that_is_lost_sends_a_letter_twice_and_no_oftener(
    store: Store, transport: Transport, office: PostOffice, clock: Clock
) -> None:
    await post(store, *(invitation(number=number) for number in range(50)))
    office.to_letters = [DROPS] * 10
    while await queue(store):
        await send_due(store, transport, LETTERS, clock=clock)
        clock.at += BACKOFF[0] * 2
    seen = Counter(letter["Message-ID"] for letter in office.letters)
    assert sorted(seen.values()) == [1] * 40 + [2] * 10
    assert await store.get(Undelivered, REGENBOOG.fatima) is None


# --- Workers that are killed ----------------------------------------------------------------


async def worker_process(database: Path, port: int, minutes_ahead: int = 0) -> Process:
    arguments = [str(database), str(port), str(minutes_ahead)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.notify.child", *arguments, stdout=PIPE, cwd=ROOT
    )


async def test_three_workers_of_whom_two_are_killed_lose_nothing(
    store: Store, office: PostOffice, tmp_path: Path
) -> None:
    """Only what was on its way at a kill can come twice, with the same Message-ID."""
    mails = 300
    await post(store, *(invitation(number=number) for number in range(mails)))
    database = tmp_path / "hekje.db"
    workers = [await worker_process(database, office.port) for _ in range(3)]
    for share, doomed in ((0.2, workers[0]), (0.5, workers[1])):
        await until(lambda share=share: len(office.letters) > mails * share, 30)  # type: ignore[misc]
        doomed.kill()
        await doomed.wait()
    await workers[2].communicate()
    assert workers[2].returncode == 0, "it found no more to do"

    heir = await worker_process(database, office.port, minutes_ahead=11)  # their leases have ended
    await heir.communicate()
    assert await queue(store) == []
    seen = Counter(letter["Message-ID"] for letter in office.letters)
    assert len(seen) == mails
    assert sum(seen.values()) - mails <= 2 * SENDERS
