"""How the server is: alive, ready part by part, and in numbers that know nobody."""

from __future__ import annotations

import asyncio
import hmac
import logging
from functools import partial

from aiohttp import web
from prometheus_client import generate_latest

from server import edge, parts
from server.decision import Forbidden
from server.doors import Doors, Part
from server.metrics import CONNECTIONS, MAIL_WAITS, REGISTRY
from server.nearby import came_from_here
from storage.schema import Deployment
from storage.writes import Unavailable

log = logging.getLogger("hekje")

ANSWERS_WITHIN = 2.0
"""Seconds that a part has to show that it is there."""
LOOKED_AT_LAST = 1.0
"""Seconds for which one look serves all who ask."""
SERVES_WITHOUT = frozenset({"mail", "redis"})
"""Parts whose trouble is told, but is no reason to send people to another server."""


def add_health(app: web.Application, doors: Doors) -> None:
    store, clock = doors.dispatch.store, doors.dispatch.clock
    doors.parts["database"] = partial(store.get, Deployment, "deployment")
    doors.parts["mail"] = lambda: parts.check_mail_moves(store, clock())
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", Readiness(doors.parts).answer)
    app.router.add_get("/metrics", partial(_metrics, doors))


async def _healthz(_: web.Request) -> web.Response:
    return edge.answer()


class Readiness:
    """What was last seen of each part."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = parts
        self._states: dict[str, str] = {}
        self._looked_at = -LOOKED_AT_LAST
        self._looking = asyncio.Lock()

    async def answer(self, _: web.Request) -> web.Response:
        states = await self._look()
        ready = all(state == "ok" or name in SERVES_WITHOUT for name, state in states.items())
        return edge.json_response({"ok": ready, "parts": states}, 200 if ready else 503)

    async def _look(self) -> dict[str, str]:
        loop = asyncio.get_running_loop()
        async with self._looking:
            if loop.time() >= self._looked_at + LOOKED_AT_LAST:
                states = await asyncio.gather(*map(_state, *zip(*self._parts.items(), strict=True)))
                self._states = dict(zip(self._parts, states, strict=True))
                self._looked_at = loop.time()
        return self._states


async def _state(name: str, part: Part) -> str:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await part()
    except parts.Trouble as trouble:
        log.warning("the part %s is not well: %s", name, trouble.word)
        return trouble.word
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, it is not ready
        log.warning("the part %s is not there: %s", name, error)
        return "unavailable"
    return "ok"


# --- Numbers -------------------------------------------------------------------------------


async def _metrics(doors: Doors, request: web.Request) -> web.Response:
    if not _may_measure(doors, request):
        raise Forbidden
    CONNECTIONS.set(len(doors.dispatch.connections))
    await _measure_mail(doors)
    return web.Response(body=generate_latest(REGISTRY), content_type="text/plain", charset="utf-8")


async def _measure_mail(doors: Doors) -> None:
    """Without a database there is no number; the others are told all the same."""
    try:
        waited = await parts.mail_waits(doors.dispatch.store, doors.dispatch.clock())
        MAIL_WAITS.set(waited.total_seconds())
    except Unavailable:
        MAIL_WAITS.set(float("nan"))


def _may_measure(doors: Doors, request: web.Request) -> bool:
    """Whoever has the token; or this machine, unless it speaks for another."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = doors.dispatch.settings.metrics_token
    if expected and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), expected.encode())
    return came_from_here(request)
