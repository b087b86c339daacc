"""The HTTP door: log-in, links, health, and the pages of the web client.

A call of the API takes one JSON object and answers one. Passwords are looked
at here, outside of any turn; all else is a turn, as with the sockets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from server import edge
from server.decision import NotFound, Refusal, Unauthenticated
from server.demo import door as demo
from server.dispatch import Asker
from server.doors import (
    COOKIE,
    Doors,
    device,
    let_in,
    slowed,
    who_asks,
    who_asks_if_known,
    who_has_enrolled,
    with_password,
)
from server.handlers import activation, login, merging
from server.handlers.activation import Activated, Proof, Standing
from server.health import add_health
from server.metrics import count_request
from server.pages import add_pages
from server.protocol import login as calls
from server.school import accounts
from server.tokens import link_id_of
from server.unsubscribing import add_unsubscribe
from storage import ids
from storage.schema import Account

__all__ = ["Doors", "add_routes"]

Call = Callable[[Doors, web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, doors: Doors) -> None:
    app.middlewares.append(edge.refusals)
    app.on_response_prepare.append(edge.add_headers)
    app.on_shutdown.append(lambda _: doors.later.finish())
    for path, call in _CALLS.items():
        app.router.add_post(path, partial(_counted, doors, path, call))
    add_health(app, doors)
    add_unsubscribe(app, doors)
    add_pages(app, doors.dispatch.settings)


# --- In and out ----------------------------------------------------------------------------


async def _log_in(doors: Doors, request: web.Request) -> web.Response:
    asked = await edge.body(request, calls.LogIn)
    email = accounts.folded(asked.email)
    account: Account | None = await doors.dispatch.run(
        Asker(), partial(login.find_account, email=email)
    )

    async def enter(verified: Account) -> Any:
        turn = partial(login.log_in, verified=verified, code=asked.code, agent=device(request))
        return await doors.dispatch.run(Asker(verified.id), turn, boundary=verified.id)

    token = await with_password(doors, request, email, account, asked.password, enter)
    return await let_in(doors, request, token, asked.bearer)


async def _log_out(doors: Doors, request: web.Request) -> web.Response:
    asker, _ = await who_asks(doors, request)
    await doors.dispatch.run(asker, login.log_out)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


async def _ticket(doors: Doors, request: web.Request) -> web.Response:
    asker, _ = await who_asks(doors, request)
    return edge.answer(await doors.dispatch.run(asker, login.make_ticket))


# --- Links ---------------------------------------------------------------------------------


async def _show_activation(doors: Doors, request: web.Request) -> web.Response:
    link_id = _link_id(doors, (await edge.body(request, calls.ShowActivation)).token)
    return edge.answer(await doors.dispatch.run(Asker(), partial(activation.show, link_id=link_id)))


async def _activate(doors: Doors, request: web.Request) -> web.Response:
    asked = await edge.body(request, calls.Activate)
    link_id = _link_id(doors, asked.token)
    asker, own_token = await who_asks_if_known(doors, request)
    known: Standing = await doors.dispatch.run(Asker(), partial(activation.stand, link_id=link_id))

    async def enter(account_id: str, proof: Proof) -> Activated:
        turn = partial(
            activation.activate,
            link_id=link_id,
            proof=proof,
            name=asked.name,
            agent=device(request),
        )
        as_account = Asker(account_id, asker.session if proof.own_session else None)
        activated: Activated = await doors.dispatch.run(as_account, turn, boundary=known.school.id)
        return activated

    account = known.account
    if account is None:
        hashed = await _new_password(doors, asked, known)
        proof = Proof(new_password=hashed, locale=edge.wished_locale(request))
        activated = await enter(ids.fresh(), proof)
    elif asker.account_id == account.id:
        activated = await enter(account.id, Proof(own_session=True))
    elif asked.password is None:
        raise Unauthenticated("confirm_account")
    else:
        activated = await with_password(
            doors, request, account.email, account, asked.password,
            lambda verified: enter(verified.id, Proof(verified=verified, code=asked.code)),
        )  # fmt: skip
    return await let_in(doors, request, activated.token or own_token, asked.bearer)


async def _new_password(doors: Doors, asked: calls.Activate, known: Standing) -> str:
    name = asked.name or known.name
    password = accounts.checked_password(asked.password or "", email=known.link.email, name=name)
    return await doors.passwords.hash(password)


async def _renew_activation(doors: Doors, request: web.Request) -> web.Response:
    asked = await edge.body(request, calls.RenewActivation)
    link_id = link_id_of(doors.signing_key, asked.token)
    if link_id is not None:
        turn = partial(activation.renew, link_id=link_id)
        doors.later.do(partial(doors.dispatch.run, Asker(), turn))
    return edge.answer(status=202)


async def _ask_to_merge(doors: Doors, request: web.Request) -> web.Response:
    """As with a forgotten password, the address is looked up after the answer."""
    asker, _ = await who_has_enrolled(doors, request)
    asked = await edge.body(request, calls.AskToMerge)
    doors.later.do(partial(doors.dispatch.run, asker, partial(merging.ask, email=asked.email)))
    return edge.answer(status=202)


async def _merge(doors: Doors, request: web.Request) -> web.Response:
    asker, own_token = await who_has_enrolled(doors, request)
    asked = await edge.body(request, calls.Merge)
    link_id = _link_id(doors, asked.token)
    other: Account = await doors.dispatch.run(asker, partial(merging.find, link_id=link_id))
    turn = partial(merging.merge_own, link_id=link_id, code=asked.code, agent=device(request))
    token = await slowed(
        doors, request, other.email, partial(doors.dispatch.run, asker, turn, boundary=other.id)
    )
    return await let_in(doors, request, token or own_token, asked.bearer)


async def _forgot_password(doors: Doors, request: web.Request) -> web.Response:
    """Nothing is looked up before the answer, which therefore tells nothing by its time either."""
    asked = await edge.body(request, calls.ForgotPassword)
    turn = partial(login.forgot_password, email=asked.email)
    doors.later.do(partial(doors.dispatch.run, Asker(), turn))
    return edge.answer(status=202)


async def _reset_password(doors: Doors, request: web.Request) -> web.Response:
    asked = await edge.body(request, calls.ResetPassword)
    link_id = _link_id(doors, asked.token)
    account: Account = await doors.dispatch.run(Asker(), partial(login.find_reset, link_id=link_id))
    password = accounts.checked_password(asked.password, email=account.email, name=account.name)
    hashed = await doors.passwords.hash(password)
    turn = partial(login.reset_password, link_id=link_id, hashed=hashed)
    await doors.dispatch.run(Asker(), turn, boundary=account.id)
    return edge.answer()


def _link_id(doors: Doors, token: str) -> str:
    link_id = link_id_of(doors.signing_key, token)
    if link_id is None:
        raise NotFound("link_unknown")
    return link_id


# --- The table -----------------------------------------------------------------------------


async def _counted(doors: Doors, path: str, call: Call, request: web.Request) -> web.StreamResponse:
    outcome = "failed"
    try:
        response = await call(doors, request)
        outcome = "ok"
    except Refusal as why:
        outcome = why.code
        raise
    finally:
        count_request(path, outcome)
    return response


_CALLS: dict[str, Call] = {
    "/api/login": _log_in,
    "/api/logout": _log_out,
    "/api/ticket": _ticket,
    "/api/activation": _show_activation,
    "/api/activate": _activate,
    "/api/activation/renew": _renew_activation,
    "/api/merge/ask": _ask_to_merge,
    "/api/merge": _merge,
    "/api/password/forgot": _forgot_password,
    "/api/password/reset": _reset_password,
    "/api/demo": demo.show,
    "/api/demo/enter": demo.enter,
}
