"""Somebody at the HTTP door, and the letters that would go out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol

import aiohttp
import pyotp
from msgspec.structs import replace

from server.clock import now
from server.passwords import Passwords
from server.settings import signing_key
from server.tokens import link_token
from storage import ids
from storage.schema import (
    ACCOUNT_BY_EMAIL,
    BUCKETS,
    MAIL_DUE,
    SESSIONS_OF_ACCOUNT,
    Account,
    Guardian,
    Guardianship,
    Link,
    Mail,
    Role,
    Session,
)
from storage.schema import School as SchoolRecord
from storage.store import Store
from storage.writes import Delete, Replace, Write
from tests.cast import Cast
from tests.conftest import School

PASSWORD = "vier grijze olifanten"


class HasCast(Protocol):
    """A school with its store, wherever it is served."""

    cast: Cast

    @property
    def store(self) -> Store: ...


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]
    raw: bytes

    @property
    def code(self) -> str:
        """The error's code; `ok` if there is none."""
        return "ok" if self.status < 400 else str(self.body["error"]["code"])

    @property
    def error(self) -> dict[str, Any]:
        assert self.body["ok"] is False, self.body
        assert self.body["error"]["message"]
        error: dict[str, Any] = self.body["error"]
        return error


class Visitor:
    """A browser or a program: keeps cookies, and sends the header that pages of ours send."""

    def __init__(self, url: str, *, token: str | None = None, page: bool = True) -> None:
        self._url = url
        headers = {"X-Hekje": "1"} if page else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers
        )

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def post(self, path: str, **fields: Any) -> Reply:
        return await self.ask("POST", path, json=fields)

    async def ask(self, method: str, path: str, **how: Any) -> Reply:
        async with self._http.request(method, self._url + path, **how) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            body = await response.json() if is_json and raw else None
            return Reply(response.status, body, dict(response.headers), raw)

    async def log_in(self, email: str, password: str = PASSWORD, **more: Any) -> Reply:
        return await self.post("/api/login", email=email, password=password, **more)


# --- Accounts as a test wants them ---------------------------------------------------------


async def give_password(school: HasCast, name: str, password: str = PASSWORD) -> Account:
    account = await account_of(school, name)
    hashed = await Passwords().hash(password)
    await school.store.commit([Replace(replace(account, password=hashed))])
    return await account_of(school, name)


async def give_second_factor(school: HasCast, name: str) -> pyotp.TOTP:
    """An authenticator app that the account trusts."""
    secret = pyotp.random_base32()
    account = await account_of(school, name)
    await school.store.commit([Replace(replace(account, totp_secret=secret))])
    return pyotp.TOTP(secret)


async def take_account(school: HasCast, *names: str) -> None:
    """These people have never had an account."""
    for name in names:
        account = await account_of(school, name)
        role = await school.store.get(Role, getattr(school.cast, name))
        assert role is not None
        sessions = await school.store.find(SESSIONS_OF_ACCOUNT, account.id, limit=100)
        await change_roster(school, Delete(account), Delete(role), *map(Delete, sessions))


async def change_roster(school: HasCast, *writes: Write) -> None:
    record = await school.store.get(SchoolRecord, school.cast.school_id)
    assert record is not None
    await school.store.commit([*writes, Replace(record)])


async def account_of(school: HasCast, name: str) -> Account:
    account = await school.store.get(Account, school.cast.account(name))
    assert account is not None
    return account


async def account_with(store: Store, email: str) -> Account | None:
    found = await store.find(ACCOUNT_BY_EMAIL, email, limit=2)
    assert len(found) <= 1
    return found[0] if found else None


async def guardian(school: School, name: str) -> Guardian:
    found = await school.store.get(Guardian, getattr(school.cast, name))
    assert found is not None
    return found


async def tie(school: School, pupil: str, name: str) -> Guardianship:
    cast = school.cast
    id = ids.pair(getattr(cast, pupil), getattr(cast, name))
    found = await school.store.get(Guardianship, id)
    assert found is not None
    return found


async def sessions_of(school: School, account_id: str) -> list[Session]:
    """Those that have not ended."""
    at = school.hekje.dispatch.clock()
    return await school.store.find(SESSIONS_OF_ACCOUNT, account_id, after=at, limit=1_000)


# --- Letters and time ----------------------------------------------------------------------


async def mails(store: Store) -> list[Mail]:
    """All that would go out, oldest first."""
    found: list[Mail] = []
    for bucket in range(BUCKETS):
        found += await store.find(MAIL_DUE, bucket, limit=1_000)
    return sorted(found, key=lambda mail: mail.due_at)


async def newest_link(school: School, to: str) -> Link:
    found = [await school.store.get(Link, mail.link_id) for mail in await mails(school.store)]
    links = [link for link in found if link is not None and link.email == to]
    assert links, f"no mail to {to}"
    return max(links, key=lambda link: link.made_at)


async def mailed_token(school: School, to: str) -> str:
    """What the newest letter to an address carries behind its `#`."""
    return token_of(school, await newest_link(school, to))


def token_of(school: School, link: Link) -> str:
    return link_token(signing_key(school.hekje.settings), link.id)


def later(school: School, by: timedelta) -> None:
    """From now on it is that much later at the server."""
    school.hekje.dispatch.clock = lambda: now() + by


async def until_mailed(school: School, to: str, count: int = 1) -> None:
    """What the server does after its answers it does in order: a letter comes in its turn."""
    async with asyncio.timeout(10):
        while sum(mail.to == to for mail in await mails(school.store)) < count:
            await asyncio.sleep(0.005)
