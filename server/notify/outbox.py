"""The outbox: takes each mail that is due under a lease, has it written, sends it, and forgets it.

The lease is a guarded change of the record, so that of any number of workers
one sends. Only a crash between sending and recording it makes a mail go out
again, when the lease ends, with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from server.clock import TICK, now
from server.notify.drafts import Drafts
from server.notify.letters import Letters
from server.notify.outcomes import Outcomes
from server.notify.reading import Reading
from server.notify.refusals import Refused, TryLater, Unreachable
from server.notify.transport import Transport
from storage.schema import BUCKETS, MAIL_DUE, Mail
from storage.store import Store
from storage.writes import Replace, Stale, Unavailable

log = logging.getLogger("hekje.mail")

LEASE = timedelta(minutes=10)
"""Longer than a transport takes to connect and over one letter, and the store to record it."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""Between tries of a letter that the mail server did not take now."""
PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
"""How long nobody tries when the mail server cannot be reached: doubling, up to the longest."""
JITTER = 0.2
AT_ONCE = 50
"""Mails looked up per bucket and round."""
SENDERS = 3
"""Letters on their way at the same time: as many connections as Exchange Online takes from one sender."""
SLOW_AFTER = 5.0
"""Seconds after which a letter no longer counts among them, so that it holds nobody up."""
MOST_SLOW = 20
"""Letters that may be on their way beside them."""


async def send_due(
    store: Store,
    transport: Transport,
    letters: Letters,
    *,
    clock: Callable[[], datetime] = now,
) -> int:
    """Deal with the mail that is due, once, and return how many were sent.

    Raises `Unavailable` when the database cannot be asked what is due.
    """
    outbox = Outbox(store, transport, letters, clock)
    async with asyncio.TaskGroup() as senders:
        sending = await outbox.hand_out(senders, asyncio.Event())
    return sum(task.result() for task in sending)


@dataclass(slots=True)
class Outbox:
    """The mail of one database, on its way out."""

    store: Store
    transport: Transport
    letters: Letters
    clock: Callable[[], datetime] = now
    reading: Reading | None = None
    slow_after: float = SLOW_AFTER
    chance: random.Random = field(default_factory=random.Random)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SENDERS))
    _slow: int = 0
    _pauses: int = 0
    _paused_until: datetime | None = None
    _drafts: Drafts = field(init=False)

    def __post_init__(self) -> None:
        self._drafts = Drafts(self.store, self.letters, self.reading or Reading(self.store))

    async def hand_out(
        self, senders: asyncio.TaskGroup, stop: asyncio.Event
    ) -> list[asyncio.Task[bool]]:
        """Give what is due to senders as they come free; each answers whether it sent a letter.

        Returns when all is given out, though not all has arrived; so whoever
        asks again meanwhile finds only what is new. Once `stop` is set no
        further mail is taken.
        """
        given: list[asyncio.Task[bool]] = []
        for mail in [] if self._is_pausing() else await self._due():
            await self._free.acquire()
            if stop.is_set() or self._is_pausing():
                self._free.release()
                break
            given.append(senders.create_task(self._deal_with(mail)))
        return given

    async def _due(self) -> list[Mail]:
        """In another order for each worker, so that they don't all reach for the same one.

        What failed before comes last: it may be slow again.
        """
        due: list[Mail] = []
        for bucket in range(BUCKETS):
            due += await self.store.find(
                MAIL_DUE, bucket, before=self.clock() + TICK, limit=AT_ONCE
            )
        self.chance.shuffle(due)
        due.sort(key=lambda mail: mail.attempts > 0)
        return due

    async def _deal_with(self, mail: Mail) -> bool:
        """Whether it was sent. Nothing that goes wrong with one mail keeps another waiting."""
        place = _Place(self)
        timer = asyncio.get_running_loop().call_later(self.slow_after, place.let_by)
        try:
            taken = await self._take(mail)
            return taken is not None and await self._send(taken, mail.due_at)
        except Unavailable as error:
            log.warning("mail %s waits for the database: %s", mail.id, error)
        except Exception as error:  # noqa: BLE001 - one mail's trouble is no other's
            log.error("mail %s went wrong: %s", mail.id, type(error).__name__)
        finally:
            timer.cancel()
            place.leave()
        return False

    async def _take(self, mail: Mail) -> Mail | None:
        """The mail as it stands once leased, or None when somebody else has it."""
        leased = replace(mail, due_at=self.clock() + LEASE, attempts=mail.attempts + 1)
        try:
            await self.store.commit([Replace(leased)])
        except Stale:
            return None
        return replace(leased, version=mail.version + 1)

    async def _send(self, mail: Mail, was_due_at: datetime) -> bool:
        outcomes = Outcomes(self.store)
        try:
            letter = await self._drafts.letter(mail, self.clock())
            if letter is None:
                await outcomes.dropped(mail)
                return False
            await self.transport.send(letter)
        except Unreachable as error:
            self._pause(str(error))
            untried = replace(mail, attempts=mail.attempts - 1)
            await outcomes.put_back(untried, was_due_at)
        except TryLater as error:
            await self._put_off(mail, str(error))
        except Refused as error:
            await self._give_up(mail, error)
        except Unavailable:
            raise  # nothing was sent: the lease ends, and it is tried again
        except Exception as error:  # noqa: BLE001
            # the name alone: what the error says may hold an address
            log.error("mail %s went wrong: %s", mail.id, type(error).__name__)
            await self._put_off(mail, type(error).__name__)
        else:
            self._pauses = 0
            await outcomes.arrived(mail)
            return True
        return False

    async def _put_off(self, mail: Mail, why: str) -> None:
        if mail.attempts > len(BACKOFF):
            await self._give_up(mail, Refused("time", why))
            return
        wait = self._about(BACKOFF[mail.attempts - 1])
        # without why: a mail server's words may name the reader
        log.warning("mail %s is tried again in %d s", mail.id, wait.total_seconds())
        await Outcomes(self.store).put_back(mail, _whole_ms(self.clock() + wait))

    async def _give_up(self, mail: Mail, why: Refused) -> None:
        log.error("mail %s is given up after %d tries: %s", mail.id, mail.attempts, why.cause)
        await Outcomes(self.store).failed(mail, why.cause, str(why), _whole_ms(self.clock()))

    def _pause(self, why: str) -> None:
        """Several senders meet the same trouble: it counts once."""
        if self._is_pausing():
            return
        wait = self._about(min(PAUSE * 2**self._pauses, LONGEST_PAUSE * (1 - JITTER)))
        self._pauses = min(self._pauses + 1, 10)
        self._paused_until = self.clock() + wait
        log.error("no mail goes out; the next try is in %d s: %s", wait.total_seconds(), why)

    def _is_pausing(self) -> bool:
        return self._paused_until is not None and self.clock() < self._paused_until

    def _about(self, wait: timedelta) -> timedelta:
        return wait * self.chance.uniform(1 - JITTER, 1 + JITTER)


class _Place:
    """A letter's place among those on their way, given up early by one that is slow."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._beside = False

    def let_by(self) -> None:
        if self._outbox._slow < MOST_SLOW:
            self._beside = True
            self._outbox._slow += 1
            self._outbox._free.release()

    def leave(self) -> None:
        if self._beside:
            self._outbox._slow -= 1
        else:
            self._outbox._free.release()


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
