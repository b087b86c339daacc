"""Invitations that wait to be mailed, and a clock of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from server.notify.letters import Letters
from storage import ids
from storage.schema import BUCKETS, MAIL_DUE, Link, Mail
from storage.store import Store
from storage.writes import Insert, Write
from tests.cast import REGENBOOG

LETTERS = Letters("http://localhost:8080", "Hekje <no-reply@localhost>", b"a secret for tests")
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        return self.at


def invitation(name: str = "fatima", number: int = 1) -> tuple[Link, Mail]:
    link = Link(
        id=f"link{number}{name}",
        purpose="activate",
        school_id=REGENBOOG.school_id,
        person_id=getattr(REGENBOOG, name),
        role="guardian",
        email=f"{name}{number}@regenboog.example",
        bucket=0,
        made_at=MORNING,
        expires_at=MORNING + timedelta(days=14),
    )
    id = f"mail{number}{name}"
    mail = Mail(
        id=id,
        template="activation",
        to=link.email,
        locale="nl",
        link_id=link.id,
        header_id=f"<{id}@localhost>",
        bucket=ids.bucket(id),
        due_at=MORNING - timedelta(minutes=1),
    )
    return link, mail


async def post(store: Store, *invitations: tuple[Link, Mail]) -> None:
    writes: list[Write] = []
    for link, mail in invitations:
        writes += [Insert(link), Insert(mail)]
    await store.commit(writes)


async def queue(store: Store) -> list[Mail]:
    waiting: list[Mail] = []
    for bucket in range(BUCKETS):
        waiting += await store.find(MAIL_DUE, bucket, limit=500)
    return waiting


async def until(true: Callable[[], bool], within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)
