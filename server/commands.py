"""What the `hekje` command does, on the database that the settings name."""

from __future__ import annotations

import argparse
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server import demo
from server.app import open_store
from server.app import serve as serve_until_stopped
from server.calendar import describe as calendar_words
from server.calendar.offer import LONGEST_TEXT, Kind
from server.calendar.propose import Asked
from server.clock import now
from server.decision import Decision, Refusal
from server.dispatch import Asker, Dispatch
from server.handlers import accounts, calendar, invitations
from server.notify.letters import Letters
from server.notify.outbox import send_due
from server.notify.transport import open_transport
from server.roster.current import NeedsConfirmation
from server.roster.current import import_roster as apply
from server.roster.describe import describe, doubts, shortened
from server.roster.fields import LONGEST_NAME
from server.roster.picture import FaultyRoster
from server.roster.read import read_roster
from server.roster.sentences import say
from server.school.text import checked_name
from server.settings import Settings, signing_key
from server.tokens import link_token
from server.turn import Turn
from server.words import sentence
from storage.schema import Link, School
from storage.writes import Duplicate, Insert, Stale

SCHOOL_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")

REPLACE = "hekje school create ID --name NAME --replace-demo puts yours in its place."

Decide = Callable[[Turn], Awaitable[Decision]]


class Failed(Exception):
    """A command that could not be carried out; its text says why."""


def said(error: OSError, place: Path | None = None) -> str:
    """Which file, or else place, and what is wrong with it."""
    if error.strerror is None:  # one of ours, whose text says all
        return str(error)
    sentence = f"{error.filename or place}: {error.strerror}"
    if isinstance(error, PermissionError):
        sentence += "; give the command as the user that Hekje runs as"
    return sentence


async def serve(settings: Settings, options: argparse.Namespace) -> None:
    if not options.no_demo:
        await _offer_demo(settings)
    await serve_until_stopped(settings, worker=not options.no_worker)


async def worker(settings: Settings, _: argparse.Namespace) -> None:
    await serve_until_stopped(settings, web_side=False)


async def create_school(settings: Settings, options: argparse.Namespace) -> None:
    if not SCHOOL_ID.fullmatch(options.id):
        raise Failed("an ID is 1 to 32 lower-case letters, digits and hyphens")
    try:
        name = checked_name(options.name)
    except Refusal as why:
        raise Failed(f"the name of the school: {sentence(why, 'en')}") from why
    if len(name) > LONGEST_NAME or len(options.name.splitlines()) > 1:
        raise Failed(f"the name of a school is one line of at most {LONGEST_NAME} characters")
    try:
        ZoneInfo(options.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise Failed(f"{options.timezone} is not a time zone such as Europe/Amsterdam") from error
    school = School(
        id=options.id,
        name=name,
        timezone=options.timezone,
        locale=options.locale,
        contact=options.contact,
    )
    async with opened(settings) as dispatch:
        await _clear_of_demo(settings, dispatch, replace=options.replace_demo)
        try:
            await dispatch.store.commit([Insert(school)])
        except Duplicate as error:
            raise Failed(f"there is a school {options.id} already") from error
    print(f"School {options.id} is there. Next: hekje roster import --school {options.id} FILE")


async def import_roster(settings: Settings, options: argparse.Namespace) -> None:
    async with opened(settings) as dispatch:
        store, school_id = dispatch.store, options.school
        school = await store.get(School, school_id)
        if school is None:
            raise Failed(f"there is no school {school_id}; make it with hekje school create")
        locale = school.locale
        try:
            today = now().astimezone(ZoneInfo(school.timezone)).date()
            picture = read_roster(*options.files, form=options.format, locale=locale, today=today)
            preview = await apply(store, school_id, picture, now=now(), dry_run=True)
            print("\n".join([*shortened(picture.remarks, locale), *describe(preview, locale)]))
            if options.dry_run:
                print("\n".join([*doubts(preview, locale), say("dry_run", locale)]))
            else:
                await apply(store, school_id, picture, now=now(), confirm=options.confirm)
                print(say("done", locale))
        except FaultyRoster as error:
            raise Failed(f"{say('faults_head', locale)}\n{error}") from error
        except NeedsConfirmation as error:
            raise Failed(f"{say('not_confirmed', locale)}\n{error}") from error
        except (Stale, Duplicate) as error:
            raise Failed(say("kept_changing", locale)) from error


async def import_calendar(settings: Settings, options: argparse.Namespace) -> None:
    async with opened(settings) as dispatch:
        school = await dispatch.store.get(School, options.school)
        if school is None:
            raise Failed(f"there is no school {options.school}; make it with hekje school create")
        look = partial(
            calendar.show_proposal,
            school_id=school.id,
            asked=_calendar_asked(options),
            left_out=None if options.without is None else list(filter(None, options.without)),
        )
        proposal = await _run(dispatch, look, school.locale)
        print("\n".join(calendar_words.describe(proposal, school.locale)))
        if options.dry_run:
            print(calendar_words.say("dry_run", school.locale))
            return
        take = partial(calendar.take_proposal, school_id=school.id, proposal=proposal)
        await _run(dispatch, take, school.locale)
        print(calendar_words.say("done", school.locale))


def _calendar_asked(options: argparse.Namespace) -> Asked:
    if options.file is None:
        kind: Kind = "school_holidays" if options.school_holidays else "public_holidays"
        return Asked(kind, options.region)
    try:
        with options.file.open(encoding="utf-8", errors="replace", newline="") as file:
            return Asked("file", options.region, file.read(LONGEST_TEXT + 1), options.file.name)
    except OSError as error:
        raise Failed(f"{options.file}: {error.strerror}") from error


async def create_account(settings: Settings, options: argparse.Namespace) -> None:
    if options.role == "teacher" and bool(options.teacher) == bool(options.name):
        raise Failed("--teacher SIS_ID says who in the roster the teacher is, or --name who is new")
    decide = partial(
        invitations.create_account_link,
        school_id=options.school,
        role=options.role,
        email=options.email,
        teacher_sis_id=options.teacher,
        name=options.name if options.role == "teacher" else None,
    )
    async with opened(settings) as dispatch:
        link: Link = await _run(dispatch, decide)
        token = link_token(signing_key(settings), link.id)
        print(f"{settings.url}/activate#{token}")
        await _send_mail(settings, dispatch)


async def reset_second_factor(settings: Settings, options: argparse.Namespace) -> None:
    async with opened(settings) as dispatch:
        await _run(dispatch, partial(accounts.reset_totp_of_address, email=options.email))
    print(f"{options.email} enrols a second factor at the next log-in, if the school asks for one")


async def invite(settings: Settings, options: argparse.Namespace) -> None:
    async with opened(settings) as dispatch:
        find = partial(
            invitations.classes_to_invite, school_id=options.school, name=options.class_name
        )
        invited: frozenset[str] = frozenset()
        for class_id in await _run(dispatch, find):
            rest = partial(invitations.invite_rest, class_id=class_id, done=invited)
            invited |= frozenset(await _run(dispatch, rest))
        await _send_mail(settings, dispatch)
    print(f"{len(invited)} guardians invited")


# --- The demo school -----------------------------------------------------------------------


async def make_demo(settings: Settings, _: argparse.Namespace) -> None:
    if not settings.is_local:
        raise Failed(f"a demo school is for this machine alone, and HEKJE_URL is {settings.url}")
    async with opened(settings) as dispatch:
        try:
            await demo.make(dispatch.store, settings, now(), _tell)
        except demo.NotEmpty as error:
            raise Failed("there is a school already, and a demo stands alone") from error
    print("\n".join(demo.log_ins(settings)))


def _tell(line: str) -> None:
    print(line, flush=True)


async def _offer_demo(settings: Settings) -> None:
    """What a start does by itself: it makes one in an empty database, and says that it is there."""
    async with opened(settings) as dispatch:
        store = dispatch.store
        if settings.is_local and await demo.stands(store) in ("empty", "unfinished"):
            with suppress(demo.NotEmpty):
                await demo.make(store, settings, now(), _tell)
        standing = await demo.stands(store)
    if standing == "whole" and settings.is_local:
        _tell("\n".join(demo.log_ins(settings)))
    elif standing in ("whole", "unfinished"):
        _tell(f"The demo school is here, and HEKJE_URL is {settings.url}. {REPLACE}")


async def _clear_of_demo(settings: Settings, dispatch: Dispatch, *, replace: bool) -> None:
    """A real school never stands beside the demo, whose people anybody on the machine can be."""
    if await demo.stands(dispatch.store) not in ("whole", "unfinished"):
        return
    if not replace:
        raise Failed(f"the demo school is here, and a school does not stand beside it. {REPLACE}")
    await demo.remove(dispatch.store, settings.data / "mail")
    print("The demo school is gone, with all that was written in it.")


# --- Around each ---------------------------------------------------------------------------


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Dispatch]:
    store = await open_store(settings)
    try:
        yield Dispatch(store, settings)
    finally:
        await store.close()


async def _run(dispatch: Dispatch, decide: Decide, locale: str = "en") -> Any:
    try:
        return await dispatch.run(Asker(), decide)
    except Refusal as why:
        raise Failed(sentence(why, locale)) from why


async def _send_mail(settings: Settings, dispatch: Dispatch) -> None:
    """What is due goes out now, so that it needs no server; what fails is left to the worker."""
    transport = open_transport(settings.smtp, settings.data / "mail")
    letters = Letters(settings.url, settings.mail_from, signing_key(settings))
    try:
        await send_due(dispatch.store, transport, letters)
    finally:
        await transport.close()
