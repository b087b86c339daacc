"""A backup of SQLite and the files beside it, taken while Hekje serves; and back again."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from server import archive
from server.alone import only_server
from server.clock import now, rfc3339
from server.owner import like_its_folder, make_folder
from server.settings import Settings
from server.sweep import devices_of
from storage import ids
from storage.schema import (
    BUCKETS,
    SCHOOLS,
    SESSIONS_EXPIRED,
    TICKETS_EXPIRED,
    Deployment,
    Index,
    Session,
    Ticket,
)
from storage.sqlite import copies, open_sqlite
from storage.store import Store
from storage.writes import Delete, Replace, UnusableDatabase

AT_ONCE = 500
"""Records deleted per commit."""


class NotEmpty(Exception):
    """There are schools in the database, which a restore would take away."""


async def back_up(settings: Settings, file: Path) -> int:
    """The size of the archive; raises what `archive.write` and `copies.take` raise."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".hekje-backup-") as folder:
        copy = Path(folder) / archive.DATABASE
        await asyncio.to_thread(copies.take, settings.sqlite_path, copy)
        # after the database: whatever it knows of is there by then, and files never change
        contents = {archive.DATABASE: copy, **_files_beside(settings)}
        return await asyncio.to_thread(archive.write, file, contents, rfc3339(now()))


def _files_beside(settings: Settings) -> dict[str, Path]:
    secret = settings.data / archive.SECRET
    found = {} if settings.secret or not secret.is_file() else {archive.SECRET: secret}
    for path in sorted((settings.data / archive.FILES).rglob("*")):
        if path.is_file() and not path.name.startswith("."):  # what is still being written
            found[path.relative_to(settings.data).as_posix()] = path
    return found


async def restore(
    settings: Settings, file: Path, *, over_schools: bool, end_sessions: bool
) -> Path | None:
    """What the archive holds, in place of what is there, as a database that begins anew.

    Where what was there is now, if it was no database. Raises `BrokenArchive`,
    `NotEmpty`, `BrokenDatabase` where what is there is none and schools must not
    give way, `WrongSetting` while a server runs, OSError where there is no room,
    or what the database raises. Nothing is changed until all of it is known to be
    whole; the database changes last, in one transaction.
    """
    data = settings.data
    make_folder(data)
    make_folder(settings.sqlite_path.parent)
    with (
        closing(only_server(settings.sqlite_path)),
        tempfile.TemporaryDirectory(dir=data, prefix=".hekje-restore-") as folder,
    ):
        unpacked = Path(folder)
        names = await asyncio.to_thread(archive.unpack, file, unpacked)
        copy = unpacked / archive.DATABASE
        try:
            await asyncio.to_thread(copies.check, copy)
        except UnusableDatabase as error:
            raise archive.BrokenArchive(f"its database cannot be used: {error}") from error
        if not over_schools and await _has_schools(settings):
            raise NotEmpty
        store = await open_sqlite(copy)
        try:
            await begin_anew(store, end_sessions=end_sessions)
        finally:
            await store.close()
        return await _put_in_place(settings, unpacked, names)


async def _put_in_place(settings: Settings, unpacked: Path, names: list[str]) -> Path | None:
    data, database = settings.data, settings.sqlite_path
    for name in names:
        if name.startswith(f"{archive.FILES}/"):
            _move(unpacked / name, data / name)
    fresh, aside = not database.exists(), _aside(database, now())
    moved = await asyncio.to_thread(
        copies.put_back, unpacked / archive.DATABASE, database, aside=aside
    )
    if fresh or moved:
        like_its_folder(database)
    if archive.SECRET in names and not settings.secret:
        _move(unpacked / archive.SECRET, data / archive.SECRET)
    return aside if moved else None


def _aside(database: Path, at: datetime) -> Path:
    return database.with_name(f"{database.name}.broken-{at:%Y-%m-%d-%H%M%S}")


async def begin_anew(store: Store, *, end_sessions: bool) -> None:
    """A new epoch, so that clients that know more than this database does start afresh."""
    deployment = await store.get(Deployment, "deployment")
    if deployment is None:
        raise archive.BrokenArchive("the database in it is not of Hekje")
    await _delete(store, TICKETS_EXPIRED)
    if end_sessions:
        await _delete(store, SESSIONS_EXPIRED)
    await store.commit([Replace(replace(deployment, epoch=ids.fresh()))])


async def _delete(store: Store, by_bucket: Index[Ticket] | Index[Session]) -> None:
    for bucket in range(BUCKETS):
        while found := await store.find(by_bucket, bucket, limit=AT_ONCE):  # type: ignore[misc]
            gone = [*found, *await devices_of(store, found)]
            await store.commit([Delete(record) for record in gone])


async def _has_schools(settings: Settings) -> bool:
    if not settings.sqlite_path.exists():
        return False
    store = await open_sqlite(settings.sqlite_path)
    try:
        return any([await store.find(SCHOOLS, demo, limit=1) for demo in (False, True)])
    finally:
        await store.close()


def _move(source: Path, target: Path) -> None:
    make_folder(target.parent)
    unfinished = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(source, unfinished)
    unfinished.chmod(0o600)
    like_its_folder(unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, target)
