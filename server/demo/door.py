"""Into the demo school with a click: on the machine that serves it, and nowhere else.

Whoever may click needs no password, so everything that could make somebody
else's click count is looked at: `HEKJE_URL` names this machine; the request
came from it, under its own name (no page whose name was made to point here)
and through no proxy; the page that asks is our own, by its `Origin` and by
the header that no other page can send; and the demo is the only school. Else
there is nothing here.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from msgspec.structs import replace

from server import edge
from server.decision import Decision, NotFound
from server.demo.faces import FACES, WORDS, locale_of
from server.demo.names import SCHOOL_ID
from server.demo.standing import stands
from server.dispatch import Asker
from server.doors import Doors, device, let_in
from server.handlers import login
from server.nearby import came_from_here
from server.protocol.demo import DemoPerson, DemoShown, EnterDemo
from server.turn import Turn
from storage.schema import (
    GUARDIANS_OF_SCHOOL,
    ROLES_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    Account,
    Guardian,
    Role,
    School,
    Teacher,
)
from storage.writes import Replace


async def show(doors: Doors, request: web.Request) -> web.Response:
    _must_be_here(doors, request)
    turn = partial(_show, locale=edge.locale_of(request))
    return edge.answer(await doors.dispatch.run(Asker(), turn))


async def enter(doors: Doors, request: web.Request) -> web.Response:
    asked = await edge.body(request, EnterDemo)
    _must_be_here(doors, request)
    turn = partial(_enter, face=asked.id, locale=edge.locale_of(request), agent=device(request))
    token: str = await doors.dispatch.run(Asker(), turn)
    return await let_in(doors, request, token, False)


def _must_be_here(doors: Doors, request: web.Request) -> None:
    origin = urlsplit(request.headers.get("Origin", ""))
    if not (
        doors.dispatch.settings.is_local
        and came_from_here(request)
        and origin.scheme == "http"
        and origin.netloc == request.host
        and request.headers.get("X-Hekje") == "1"
    ):
        raise NotFound


async def _show(turn: Turn, locale: str) -> Decision:
    school = await _demo(turn)
    people = [DemoPerson(id=face, role=role, **WORDS[locale][face]) for face, role in FACES.items()]
    return Decision(DemoShown(school=school.name, people=people))


async def _enter(turn: Turn, face: str, locale: str, agent: str) -> Decision:
    """Answers the token of a new session."""
    await _demo(turn)
    account = await _account(turn, face)
    if account is None:
        raise NotFound
    account = replace(account, locale=locale_of(face, locale))
    token, writes, events = await login.enter(turn, account, agent, goes_on=False, afresh=False)
    return Decision(token, (Replace(account), *writes), events)


async def _demo(turn: Turn) -> School:
    whole = await stands(turn.store) == "whole"
    school = await turn.store.get(School, SCHOOL_ID) if whole else None
    if school is None:
        raise NotFound
    return school


async def _account(turn: Turn, face: str) -> Account | None:
    """Of one of the faces; None for anybody else, and for who has given it up."""
    role_name = FACES.get(face)
    if role_name is None:
        return None
    if role_name == "office":
        roles = await turn.store.find(ROLES_OF_SCHOOL, SCHOOL_ID, role_name, limit=1)
        role = next(iter(roles), None)
    else:
        person = await _person(turn, face)
        role = await turn.store.get(Role, person.id) if person else None
    return await turn.store.get(Account, role.account_id) if role else None


async def _person(turn: Turn, face: str) -> Guardian | Teacher | None:
    if FACES[face] == "teacher":
        teachers = await turn.store.find(TEACHERS_OF_SCHOOL, SCHOOL_ID, face, limit=1)
        return next(iter(teachers), None)
    guardians = await turn.store.find(GUARDIANS_OF_SCHOOL, SCHOOL_ID, face, limit=1)
    return next(iter(guardians), None)
