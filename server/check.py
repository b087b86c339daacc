"""`hekje check`: whether each part that the settings name can be reached, in plain words."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from server import parts, redis
from server.clock import now
from server.notify.mailbox import sender_of
from server.notify.refusals import NotSent
from server.notify.smtp import SmtpTransport
from server.notify.smtp_address import parse_smtp
from server.settings import Settings, signing_key
from storage.sqlite import copies

LONGEST = 30.0
"""Seconds for one part."""
BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""Before Hekje was there: a clock that says so has been reset."""

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`note` is what works and will surprise somebody."""

    part: str
    state: State
    sentence: str

    def __str__(self) -> str:
        return f"{self.state:<5}  {self.part}: {self.sentence}"


Look = Callable[[Settings], Awaitable[Finding]]


async def check(settings: Settings) -> list[Finding]:
    """One finding for each part, always in the same order."""
    return [await _look(part, look, settings) for part, look in _PARTS.items()]


async def _look(part: str, look: Look, settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(LONGEST):
            return await look(settings)
    except TimeoutError:
        return Finding(part, "wrong", f"no answer within {LONGEST:.0f} seconds")
    except OSError as error:
        return Finding(part, "wrong", f"{error.filename or part}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are looked at
        return Finding(part, "wrong", " ".join(str(error).split()) or type(error).__name__)


async def _address(settings: Settings) -> Finding:
    where = f"people use {settings.url}, the server listens on {settings.host}:{settings.port}"
    if urlsplit(settings.url).hostname in ("localhost", "127.0.0.1", "::1"):
        return Finding("address", "note", f"{where}; links in mails open on this machine only")
    if not settings.https:
        return Finding("address", "wrong", "HEKJE_URL must begin with https: passwords pass there")
    if not settings.proxies:
        return Finding(
            "address",
            "wrong",
            "HEKJE_PROXIES is empty: everybody seems to come from the proxy, and one who guesses "
            "passwords slows all the others down",
        )
    return Finding("address", "ok", where)


async def _disk(settings: Settings) -> Finding:
    folders = parts.folders(settings)
    missing = [folder for folder in folders if not folder.exists()]
    if missing or not folders:
        return _will_be_made(missing[0] if missing else settings.data)
    free = await parts.check_room(*folders)
    named = " and ".join(map(str, folders))
    return Finding("disk", "ok", f"{named} can be written; {free // 10**6} MB free")


def _will_be_made(folder: Path) -> Finding:
    above = next(one for one in folder.absolute().parents if one.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        why = f"{folder} is not there, and this user cannot make it in {above}"
        return Finding("disk", "wrong", why)
    return Finding("disk", "note", f"{folder} is not there; it is made when needed")


async def _secret(settings: Settings) -> Finding:
    path = settings.data / "secret"
    if settings.secret:
        return Finding("secret", "ok", "HEKJE_SECRET is given")
    if not path.exists():
        return Finding("secret", "note", f"{path} is made at the first start")
    signing_key(settings)
    if path.stat().st_mode & 0o077:
        return Finding("secret", "wrong", f"others can read {path}: chmod 600 {path}")
    return Finding("secret", "ok", f"{path} is there, for its owner alone")


async def _database(settings: Settings) -> Finding:
    if not settings.database.startswith("sqlite:"):
        from storage.mongo import look  # a school on SQLite need not wait for its driver

        version = await look(settings.database)
        if not version:
            return Finding("database", "note", "MongoDB answers; the database is still empty")
        return Finding("database", "ok", f"MongoDB answers, with version {version} of the records")
    path = settings.sqlite_path
    if not path.exists():
        return Finding("database", "note", f"{path} is not there; it is made at the first start")
    for may, word in ((os.R_OK, "read"), (os.W_OK, "written")):
        if not os.access(path, may):
            return Finding("database", "wrong", f"{path} cannot be {word} by this user")
    version = await asyncio.to_thread(copies.check, path)
    if not version:
        return Finding("database", "note", f"{path} is empty; it is filled at the first start")
    return Finding("database", "ok", f"{path} is whole, with version {version} of the records")


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp:
        return Finding(
            "mail",
            "note",
            f"no HEKJE_SMTP: letters stay in {settings.data / 'mail'}, nobody gets any",
        )
    address = parse_smtp(settings.smtp)
    transport = SmtpTransport(address)
    try:
        await transport.knock()
    except NotSent as error:
        return Finding("mail", "wrong", f"{address.host}:{address.port}: {error}")
    finally:
        await transport.close()
    how = {"none": "unencrypted, on this machine", "starttls": "encrypted", "tls": "encrypted"}
    entry = "logged in" if address.username else "without a log-in"
    if sender_of(settings.mail_from).domain == "localhost":
        return Finding(
            "mail", "wrong", "HEKJE_MAIL_FROM is not set: nobody takes mail from localhost"
        )
    return Finding(
        "mail", "ok", f"{address.host}:{address.port} answers, {how[address.security]}, {entry}"
    )


async def _redis(settings: Settings) -> Finding:
    if not settings.redis:
        return Finding("redis", "ok", "not used")
    try:
        await redis.ping(settings.redis)
    except Exception as error:  # noqa: BLE001 - its text may repeat the address, password and all
        return Finding("redis", "wrong", f"no answer from HEKJE_REDIS ({type(error).__name__})")
    return Finding("redis", "ok", "HEKJE_REDIS answers")


async def _clock(_: Settings) -> Finding:
    school = ZoneInfo("Europe/Amsterdam")
    offsets = [datetime(2027, month, 1, tzinfo=school).utcoffset() for month in (1, 7)]
    if [offset.total_seconds() if offset else 0 for offset in offsets] != [3600, 7200]:
        return Finding("clock", "wrong", "the time zone data is faulty: reinstall tzdata")
    here = now().astimezone(school)
    if here < BUILT:
        return Finding("clock", "wrong", f"it says {here:%Y-%m-%d %H:%M}, which has long been")
    return Finding("clock", "ok", f"{here:%Y-%m-%d %H:%M} in Amsterdam")


_PARTS: dict[str, Look] = {
    "address": _address,
    "disk": _disk,
    "secret": _secret,
    "database": _database,
    "mail": _mail,
    "redis": _redis,
    "clock": _clock,
}
