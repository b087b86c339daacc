"""Web Push: tells the devices of a person that there is something new, and where.

A push goes to each device at most once. Only an answer that surely means "not taken" lets it go a
second time; where it is not known whether a push arrived, it stays with the e-mail that follows
what no device took.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import ssl
from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
import msgspec
from pywebpush import WebPusher
from yarl import URL

from server.clock import now
from server.notify.push_keys import PushKeys
from server.notify.push_services import is_push_service
from server.notify.pushes import PushNote
from server.school.subscriptions import MOST_DEVICES
from server.words import SENTENCES
from storage.schema import SUBSCRIPTIONS_OF_ACCOUNT, PushSubscription, Session
from storage.store import Store
from storage.writes import Delete, Stale, Unavailable

log = logging.getLogger("hekje.push")

KEPT_FOR = timedelta(days=1)
"""How long a push service keeps a push for a device that is off."""
ANSWERS_WITHIN, CONNECTS_WITHIN = 10.0, 5.0
"""Seconds for a connection, a push and its answer; and for the connection alone."""
WAITS = 5.0
"""Seconds that a push waits for a push service that asks for it; longer, and an e-mail goes."""
REST = timedelta(minutes=1)
"""Until when nothing goes to a device whose push service has trouble and does not say for how long."""
LONGEST_REST = timedelta(days=1)
UNANSWERED_RESTS = timedelta(seconds=30)
"""Until when nothing goes to a device, or a host, that did not answer."""
IN_A_ROW = 3
"""Pushes that a host leaves unanswered before it rests: one may be lost by chance."""
CONNECTIONS, OF_ONE_HOST = 100, 10
"""Open at the same time; what is slow at one push service takes none from another."""
ANSWER_BYTES = 4_096
"""Of an answer's body, which nobody reads: enough to use the connection again."""
REMEMBERED = 10_000
PADDED_TO = 512
"""Bytes: a push looks like any other from outside."""

_DOWN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
GONE = frozenset({404, 410})
NOT_TAKEN = frozenset({429, 503})
"""Answers of a push service that did not begin; after another 5xx it may have been taken."""


class Push:
    """Carries pushes to the devices that people have subscribed. One for a process."""

    def __init__(
        self,
        store: Store,
        keys: PushKeys,
        further_hosts: tuple[str, ...] = (),
        *,
        clock: Callable[[], datetime] = now,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._store = store
        self._keys = keys
        self._further_hosts = further_hosts
        self._clock = clock
        self._tls_context = tls_context
        self._resting = Resting(clock)
        self._unanswered: Counter[str] = Counter()
        self._session: aiohttp.ClientSession | None = None

    async def reaches(self, account_id: str) -> bool:
        """Whether there is a device to try. Raises `Unavailable`."""
        return bool(await self._store.find(SUBSCRIPTIONS_OF_ACCOUNT, account_id, limit=1))

    async def send(self, account_id: str, note: PushNote) -> bool:
        """Whether at least one device took it, or rather its push service.

        Raises `Unavailable`, before anything is sent, when the database cannot
        be asked for the devices. Called twice it sends twice.
        """
        devices = await self._devices(account_id)
        taken = await asyncio.gather(*(self._reaches(device, note) for device in devices))
        return any(taken)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- Which devices -------------------------------------------------------------------------

    async def _devices(self, account_id: str) -> list[PushSubscription]:
        """Those whose session goes on; the others are dropped."""
        found = await self._store.find(
            SUBSCRIPTIONS_OF_ACCOUNT, account_id, descending=True, limit=MOST_DEVICES
        )
        live = []
        for device in found:
            session = await self._store.get(Session, device.session_id)
            if session is None or session.expires_at <= self._clock():
                await self._drop(device)
            else:
                live.append(device)
        return live

    async def _drop(self, device: PushSubscription) -> None:
        try:
            await self._store.commit([Delete(device)])
        except Stale:
            pass  # it has been subscribed anew
        except Unavailable as error:
            log.warning("a device that is gone waits for the database: %s", error)

    # --- One device ----------------------------------------------------------------------------

    async def _reaches(self, device: PushSubscription, note: PushNote) -> bool:
        host = urlsplit(device.endpoint).netloc
        try:
            return await self._try_twice(device, host, note)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one
            self._rest_unanswered(device, host, error)
        except Exception as error:  # noqa: BLE001 - one device's trouble is no other's
            # the name alone: what the error says may hold the endpoint
            log.error("a push to %s went wrong: %s", host, type(error).__name__)
        return False

    def _rest_unanswered(self, device: PushSubscription, host: str, error: Exception) -> None:
        """A host that cannot be connected to rests at once."""
        log.warning("%s gives no answer: %s", host, type(error).__name__)
        self._unanswered[host] += 1
        is_down = isinstance(error, _DOWN) or self._unanswered[host] >= IN_A_ROW
        self._resting.rest(host if is_down else device.id, UNANSWERED_RESTS)

    async def _try_twice(self, device: PushSubscription, host: str, note: PushNote) -> bool:
        if not is_push_service(device.endpoint, self._further_hosts):
            return False  # a setting that is no longer
        if self._resting.rests(host) or self._resting.rests(device.id):
            return False
        status, wait = await self._post(device, note)
        if status in NOT_TAKEN and wait is not None and wait.total_seconds() <= WAITS:
            await asyncio.sleep(wait.total_seconds())
            status, wait = await self._post(device, note)
        self._unanswered.pop(host, None)
        if 200 <= status < 300:
            return True
        if status in GONE:
            await self._drop(device)
            return False
        if status == 429 or status >= 500:
            # the device alone: what is wrong with one must not silence a push service for all
            self._resting.rest(device.id, REST if wait is None else min(wait, LONGEST_REST))
        log.warning("%s did not take a push: %d", host, status)
        return False

    async def _post(self, device: PushSubscription, note: PushNote) -> tuple[int, timedelta | None]:
        """The status of the answer, and how long to wait by its `Retry-After`, if it has one."""
        request = self._open().post(
            URL(device.endpoint, encoded=True),
            data=sealed(device, note),
            headers={
                "Authorization": self._keys.authorization(device.endpoint, self._clock()),
                "Content-Encoding": "aes128gcm",
                "TTL": str(int(KEPT_FOR.total_seconds())),
                "Urgency": "high" if note.urgent else "normal",
                "Topic": topic(device, note),
            },
            allow_redirects=False,
        )
        async with request as response:
            wait = self._wait(response.headers.get("Retry-After", ""))
            try:
                await response.content.read(ANSWER_BYTES)
            except (aiohttp.ClientError, OSError):
                pass  # what counts was in its first line
            return response.status, wait

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS,
                    limit_per_host=OF_ONE_HOST,
                    ssl=self._tls_context or ssl.create_default_context(),
                ),
                timeout=aiohttp.ClientTimeout(total=ANSWERS_WITHIN, sock_connect=CONNECTS_WITHIN),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Hekje", "Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        return self._session

    def _wait(self, retry_after: str) -> timedelta | None:
        """Seconds, or a date (RFC 9110, 10.2.3)."""
        if retry_after.isdecimal() and retry_after.isascii():
            return timedelta(seconds=int(retry_after[:9]))
        try:
            return max(parsedate_to_datetime(retry_after) - self._clock(), timedelta())
        except (ValueError, TypeError):  # no date, or one without a time zone
            return None


class Resting:
    """What is left alone, and until when. Forgotten with the process, and the oldest of too many."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def rests(self, name: str) -> bool:
        until = self._until.get(name)
        return until is not None and self._clock() < until

    def rest(self, name: str, wait: timedelta) -> None:
        self._until[name] = self._clock() + wait
        self._until.move_to_end(name)
        if len(self._until) > REMEMBERED:
            self._until.popitem(last=False)


def sealed(device: PushSubscription, note: PushNote) -> bytes:
    """What only the device can read (RFC 8291): that there is news, and in which conversation."""
    kind = "urgent" if note.urgent else "message"
    sentences = SENTENCES.get(note.locale, SENTENCES["nl"])
    said = msgspec.json.encode(
        {
            "kind": kind,
            "conversation_id": note.conversation_id,
            "tag": note.tag,
            "locale": note.locale,
            "text": sentences[f"push_{kind}"],
        }
    )
    said = said.ljust(-len(said) // PADDED_TO * -PADDED_TO)
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    pusher = WebPusher({"endpoint": device.endpoint, "keys": keys})
    body: bytes = pusher.encode(said)["body"]
    return body


def topic(device: PushSubscription, note: PushNote) -> str:
    """A push that waits for a device is replaced by the next of its conversation (RFC 8030, 5.4).

    Another for each device, so that no push service sees who share a conversation.
    """
    name = f"{device.endpoint} {note.conversation_id}".encode()
    return base64.urlsafe_b64encode(hashlib.sha256(name).digest()[:24]).decode()
