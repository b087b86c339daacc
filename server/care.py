"""What the `hekje` command does to look after a Hekje: a look at its parts, backups, and the way back."""

from __future__ import annotations

import argparse
import os

from server import backup
from server.archive import BrokenArchive
from server.check import check as look_at_parts
from server.commands import Failed, opened, said
from server.settings import Settings
from storage.writes import BrokenDatabase, Unavailable, UnusableDatabase


async def check(settings: Settings, _: argparse.Namespace) -> None:
    findings = await look_at_parts(settings)
    print("\n".join(map(str, findings)))
    wrong = [finding.part for finding in findings if finding.state == "wrong"]
    if wrong:
        raise Failed(f"not in order: {', '.join(wrong)}")


async def back_up(settings: Settings, options: argparse.Namespace) -> None:
    if not settings.database.startswith("sqlite:"):
        raise Failed(
            "this database is MongoDB's own to back up: mongodump --oplog --uri=… --archive=FILE"
        )
    if not settings.sqlite_path.exists():
        raise Failed(f"there is no database at {settings.sqlite_path}")
    place = options.file.parent
    if not place.is_dir():
        raise Failed(f"no backup was made: there is no folder {place}")
    if not os.access(place, os.W_OK | os.X_OK):
        raise Failed(f"no backup was made: this user cannot write in {place}")
    try:
        size = await backup.back_up(settings, options.file)
    except OSError as error:
        raise Failed(f"no backup was made: {said(error, place)}") from error
    except (BrokenArchive, Unavailable, UnusableDatabase) as error:
        raise Failed(f"no backup was made: {error}") from error
    print(
        f"{options.file}: {size / 10**6:.1f} MB, read back and whole. It holds all that is known."
    )


async def restore(settings: Settings, options: argparse.Namespace) -> None:
    if options.begin_anew and options.file is not None:
        raise Failed(
            "--begin-anew takes no archive: it is for after a mongorestore. "
            "hekje restore FILE lets clients start afresh by itself"
        )
    if options.begin_anew:
        async with opened(settings) as dispatch:
            await backup.begin_anew(dispatch.store, end_sessions=options.end_sessions)
        print("Clients will start afresh.")
        return
    if not settings.database.startswith("sqlite:"):
        raise Failed(
            "stop Hekje, then mongorestore --oplogReplay --drop --uri=… --archive=FILE "
            "and hekje restore --begin-anew"
        )
    if options.file is None:
        raise Failed("which archive? hekje restore FILE")
    try:
        aside = await backup.restore(
            settings, options.file, over_schools=options.replace, end_sessions=options.end_sessions
        )
    except OSError as error:
        raise Failed(f"the backup was not restored: {said(error, settings.data)}") from error
    except BrokenArchive as error:
        raise Failed(f"nothing was changed: {options.file}: {error}") from error
    except BrokenDatabase as error:
        raise Failed(
            f"nothing was changed: {settings.sqlite_path} is no SQLite database, or a broken one. "
            "With --replace it is moved aside, and the backup takes its place"
        ) from error
    except Unavailable as error:
        raise Failed(f"the backup was not restored: {error}") from error
    except backup.NotEmpty as error:
        raise Failed(
            "nothing was changed: there are schools here. With --replace they give way to the backup"
        ) from error
    if aside is not None:
        print(f"What was there is no database, or a broken one. It is now {aside}")
    print(f"{options.file} is restored. Clients will start afresh once Hekje serves.")
