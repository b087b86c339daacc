"""The parts that a running Hekje rests on, and how to see that each is there.

`/readyz` asks them again and again, `hekje check` once.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from server.settings import Settings
from storage.schema import BUCKETS, MAIL_DUE
from storage.store import Store

ROOM = 200_000_000
"""Bytes that must be free where the records are: SQLite's journal alone may take 40 MB."""
MAIL_MOVES_WITHIN = timedelta(minutes=10)
"""A worker that runs takes a mail within seconds, and holds it for ten minutes at most."""


class Trouble(Exception):
    """What is wrong with a part, in one word for `/readyz` and a sentence for a person."""

    def __init__(self, word: str, sentence: str) -> None:
        super().__init__(sentence)
        self.word = word


def folders(settings: Settings) -> list[Path]:
    """Where this Hekje keeps files. With MongoDB and a mail server there may be none."""
    used = [settings.data] if settings.data.exists() else []
    if settings.database.startswith("sqlite:"):
        used.append(settings.sqlite_path.parent)
    return sorted(set(used))


async def check_room(*folders: Path, least: int = ROOM) -> int:
    """The least that is free, in bytes; raises `Trouble` when there is too little or no writing."""
    return min([await asyncio.to_thread(_room, folder, least) for folder in folders])


def _room(folder: Path, least: int) -> int:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"Hekje")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise Trouble("unwritable", f"{folder} cannot be written: {error.strerror}") from error
    if free < least:
        raise Trouble("full", f"{folder} has {free // 10**6} MB left, less than {least // 10**6}")
    return free


async def mail_waits(store: Store, now: datetime) -> timedelta:
    """How long the oldest mail that is due has waited for a worker."""
    oldest = now
    for bucket in range(BUCKETS):
        for mail in await store.find(MAIL_DUE, bucket, before=now, limit=1):
            oldest = min(oldest, mail.due_at)
    return now - oldest


async def check_mail_moves(store: Store, now: datetime) -> None:
    """Raises `Trouble` when no worker has taken what is due."""
    waited = await mail_waits(store, now)
    if waited > MAIL_MOVES_WITHIN:
        minutes = int(waited.total_seconds() // 60)
        raise Trouble("late", f"mail has waited for {minutes} minutes: does a worker run?")
