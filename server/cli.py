"""The `hekje` command: what may be said to it. What each does is in `server.commands` and `server.care`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import uvloop

from server import care, commands, journal
from server.app import Ended
from server.settings import WrongSetting, read
from storage.writes import Unavailable, UnusableDatabase

Known: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if odd := [word for word in given if not _is_text(word)]:
        print(f"hekje: not in UTF-8: {odd[0]!a}", file=sys.stderr)
        return 1
    options = _parser().parse_args(given)
    journal.keep()
    for noisy in ("hekje.socketio", "hekje.engineio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        settings = read(os.environ, Path.cwd())
        uvloop.run(options.run(settings, options))
    except (WrongSetting, commands.Failed, Ended, UnusableDatabase) as error:
        print(f"hekje: {error}", file=sys.stderr)
        return 1
    except Unavailable as error:
        print(f"hekje: the database cannot be used: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:  # no place that somebody could look at: the log has where it was
            raise
        print(f"hekje: {commands.said(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _is_text(word: str) -> bool:
    """What a shell passes on in another encoding can be neither stored nor printed."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("hekje", description="Messaging for the primary school.")
    known = parser.add_subparsers(required=True, metavar="COMMAND")

    command = known.add_parser("serve", help="HTTP, Socket.IO and the outbox worker")
    command.add_argument(
        "--no-worker", action="store_true", help="leave the outbox to `hekje worker`"
    )
    command.add_argument(
        "--no-demo", action="store_true", help="leave an empty database empty: no demo school"
    )
    command.set_defaults(run=commands.serve)

    command = known.add_parser("worker", help="the outbox worker alone")
    command.set_defaults(run=commands.worker)
    _add_people(known)
    _add_care(known)
    return parser


def _add_people(known: Known) -> None:
    school = known.add_parser("school", help="schools").add_subparsers(required=True, metavar="")
    command = school.add_parser("create", help="a new school")
    command.add_argument("id", metavar="ID")
    command.add_argument("--name", required=True)
    command.add_argument("--timezone", default="Europe/Amsterdam", metavar="TZ")
    command.add_argument("--locale", default="nl", choices=("nl", "en"))
    command.add_argument("--contact", default="", metavar="TEXT", help="how to reach the school")
    command.add_argument(
        "--replace-demo", action="store_true", help="the demo school gives way, wholly"
    )
    command.set_defaults(run=commands.create_school)

    _add_roster(known)
    _add_calendar(known)
    _add_accounts(known)


def _add_roster(known: Known) -> None:
    roster = known.add_parser("roster", help="the roster").add_subparsers(required=True, metavar="")
    command = roster.add_parser("import", help="check a roster, show its differences, apply it")
    command.add_argument("--school", required=True, metavar="ID")
    command.add_argument("--format", choices=("edexml", "oneroster"))
    command.add_argument("--dry-run", action="store_true", help="show the differences only")
    command.add_argument(
        "--confirm", action="store_true", help="also when many guardian links would go"
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.set_defaults(run=commands.import_roster)


def _add_calendar(known: Known) -> None:
    calendar = known.add_parser("calendar", help="the school calendar").add_subparsers(
        required=True, metavar=""
    )
    command = calendar.add_parser(
        "import", help="read days off from elsewhere, show the differences, apply them"
    )
    command.add_argument("--school", required=True, metavar="ID")
    command.add_argument("--region", choices=("noord", "midden", "zuid"), help="of the school")
    command.add_argument("--dry-run", action="store_true", help="show the differences only")
    command.add_argument(
        "--without",
        action="append",
        metavar="NAME",
        help='a day on which the school is open; `--without ""` for none',
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--school-holidays", action="store_true", help="ask the government")
    which.add_argument("--public-holidays", action="store_true", help="of the Netherlands")
    which.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the government's JSON, or .ics"
    )
    command.set_defaults(run=commands.import_calendar)


def _add_accounts(known: Known) -> None:
    account = known.add_parser("account", help="accounts of staff").add_subparsers(
        required=True, metavar=""
    )
    command = account.add_parser("create", help="an activation link for the office or a teacher")
    command.add_argument("--school", required=True, metavar="ID")
    command.add_argument("--role", required=True, choices=("office", "teacher"))
    command.add_argument("--email", required=True)
    command.add_argument("--teacher", metavar="SIS_ID", help="who in the roster the teacher is")
    command.add_argument("--name", help="of a teacher whom no roster knows: a substitute")
    command.set_defaults(run=commands.create_account)

    command = account.add_parser(
        "reset-second-factor", help="for who has lost the phone with the codes"
    )
    command.add_argument("--email", required=True)
    command.set_defaults(run=commands.reset_second_factor)

    command = known.add_parser("invite", help="activation mails to guardians without an account")
    command.add_argument("--school", required=True, metavar="ID")
    command.add_argument("--class", dest="class_name", metavar="NAME")
    command.set_defaults(run=commands.invite)


def _add_care(known: Known) -> None:
    command = known.add_parser("demo", help="the demo school, into an empty database")
    command.set_defaults(run=commands.make_demo)

    command = known.add_parser("check", help="the settings, and whether each part can be reached")
    command.set_defaults(run=care.check)

    command = known.add_parser("backup", help="SQLite and the files beside it, into one archive")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=care.back_up)

    command = known.add_parser("restore", help="what an archive holds, in place of what is there")
    command.add_argument("file", type=Path, metavar="FILE", nargs="?")
    command.add_argument("--replace", action="store_true", help="also when there are schools")
    command.add_argument("--end-sessions", action="store_true", help="everybody must log in again")
    command.add_argument(
        "--begin-anew", action="store_true", help="no archive: after a mongorestore"
    )
    command.set_defaults(run=care.restore)


if __name__ == "__main__":
    sys.exit(main())
