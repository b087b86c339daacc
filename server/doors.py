"""What the routes rest on: who asks, a password looked at, a session handed out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from server import edge
from server.decision import Forbidden, Unauthenticated
from server.dispatch import Asker, Dispatch
from server.handlers import login
from server.later import Later
from server.passwords import Passwords
from server.protocol.login import LoggedIn
from server.school import accounts
from server.throttle import Throttle, network_of
from storage.schema import Account, Session

COOKIE = "hekje_session"

Part = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Doors:
    """Made once. `parts` are looked at by `/readyz`: each raises when it is not there."""

    dispatch: Dispatch
    signing_key: bytes
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)
    parts: dict[str, Part] = field(default_factory=dict)
    later: Later = field(default_factory=Later)


# --- Who asks ------------------------------------------------------------------------------


async def who_asks(doors: Doors, request: web.Request) -> tuple[Asker, str]:
    """Whose session it is, with its token; raises `Unauthenticated`."""
    asker, token = await who_asks_if_known(doors, request)
    if asker.session is None:
        raise Unauthenticated
    return asker, token


async def who_has_enrolled(doors: Doors, request: web.Request) -> tuple[Asker, str]:
    """As `who_asks`; raises `CodeSetupRequired` where a second factor is owed."""
    asker, token = await who_asks(doors, request)
    await doors.dispatch.run(asker, login.must_have_enrolled)
    return asker, token


async def who_asks_if_known(doors: Doors, request: web.Request) -> tuple[Asker, str]:
    token = _token(request)
    if not token:
        return Asker(), ""
    try:
        session: Session = await login.session_of_token(doors.dispatch, token)
    except Unauthenticated:
        return Asker(), ""
    account = await doors.dispatch.store.get(Account, session.account_id)
    if account is not None:
        request[edge.LOCALE] = account.locale
    return Asker(session.account_id, session), token


def _token(request: web.Request) -> str:
    """From the header, or from the cookie if a page of ours has sent it along."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    token = request.cookies.get(COOKIE, "")
    if token and request.headers.get("X-Hekje") != "1":
        raise Forbidden("header_missing")
    return token


async def let_in(doors: Doors, request: web.Request, token: str, bearer: bool) -> web.Response:
    """The account, with the token of its session: in the cookie, or for programs in the answer."""
    session = await login.session_of_token(doors.dispatch, token)
    account = await doors.dispatch.run(Asker(session.account_id, session), login.show_account)
    response = edge.answer(LoggedIn(account=account, token=token if bearer else None))
    if not bearer:
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(accounts.SESSION_LASTS.total_seconds()),
            path="/",
            secure=doors.dispatch.settings.https,
            httponly=True,
            samesite="Lax",
        )
    return response


def device(request: web.Request) -> str:
    return request.headers.get("User-Agent", "")


def came_from(doors: Doors, request: web.Request) -> str:
    return network_of(edge.peer_of(request, doors.dispatch.settings.proxies))


# --- Passwords ----------------------------------------------------------------------------


async def with_password(
    doors: Doors,
    request: web.Request,
    email: str,
    account: Account | None,
    password: str,
    enter: Callable[[Account], Awaitable[Any]],
) -> Any:
    """What `enter` answers once the password is right; an unknown address costs the same."""

    async def attempt() -> Any:
        hashed = account.password if account else None
        right = await doors.passwords.verify(hashed, accounts.normalised_password(password))
        if account is None or not right:
            raise Unauthenticated("log_in_failed")
        return await enter(account)

    return await slowed(doors, request, email, attempt)


async def slowed(
    doors: Doors, request: web.Request, email: str, attempt: Callable[[], Awaitable[Any]]
) -> Any:
    """What an attempt to get into an account answers, unless too many have failed.

    Failures are counted before the slot is given on, so that no flood of
    guesses, of passwords or of codes, gets past the throttle.
    """
    network = came_from(doors, request)
    doors.throttle.check(email, network)
    async with doors.passwords.slot():
        doors.throttle.check(email, network)
        try:
            entered = await attempt()
        except Unauthenticated:
            doors.throttle.failed(email, network)
            raise
    doors.throttle.succeeded(email, network)
    return entered
