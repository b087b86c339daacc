"""A caller at the HTTP door: what is no HTTP is answered in our form, and patience has an end.

aiohttp answers what its parser refuses with a text and a stack trace in the
log, waits an hour for a request, and for ever for somebody to read its answer.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from aiohttp import http_exceptions, web

from server import edge
from server.decision import Down, Invalid, Refusal, TooLarge

log = logging.getLogger("hekje")

ASKED_WITHIN = 10.0
"""Seconds in which a request's head must have come, from the connection or the last answer on."""
LINGER = 2.0
"""Seconds in which the rest of a body that nobody wants may still come."""
READ_WITHIN = 15.0
"""Seconds that an answer may wait without any of it being read."""
WAITING_TO_BE_ACCEPTED = 1024


class Door(web.BaseSite):
    """Where callers come in: one address of an application."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        super().__init__(runner, backlog=WAITING_TO_BE_ACCEPTED)
        self._host, self._port = host, port

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Raises OSError when the address cannot be listened on."""
        await super().start()
        server = self._runner.server
        assert server is not None  # else the line above has raised
        self._server = await asyncio.get_running_loop().create_server(
            partial(Caller, server), self._host, self._port, backlog=self._backlog
        )


class Caller(web.RequestHandler):
    """One connection, from which requests come."""

    __slots__ = ("_is_websocket", "_unread")

    def __init__(self, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # None means no log; addresses are personal
            keepalive_timeout=ASKED_WITHIN,
            lingering_time=LINGER,
            auto_decompress=False,
        )
        self._is_websocket = False
        self._unread: asyncio.TimerHandle | None = None

    # --- Refusals ----------------------------------------------------------------------------

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What the parser refuses, which is nobody's fault here; or what not even a route answers."""
        if status < 500:
            _let_go(exc)
            return self._refuse(request, *_not_http(exc))
        log.error("a request failed", exc_info=exc)
        return self._refuse(request, Down(), 503)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """What the library refuses before any route is asked gets our form as well."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            resp = self._refuse(request, edge.named(resp), resp.status)
        if "Upgrade" in request.headers and not self._is_websocket:
            resp.force_close()  # what follows may be of the protocol that was hoped for
        return await super().finish_response(request, resp, start_time)

    def _refuse(self, request: web.BaseRequest, why: Refusal, status: int) -> web.Response:
        """The connection ends with it: where the next request would begin is anybody's guess."""
        response = edge.refusal(request, why, status)
        edge.put_headers(response)
        response.force_close()
        return response

    # --- Whoever does not read ---------------------------------------------------------------

    def set_parser(self, *parser: Any, **options: Any) -> None:
        """From here on it is a WebSocket, and its `Line` watches over what waits."""
        super().set_parser(*parser, **options)
        self._is_websocket = True

    def pause_writing(self) -> None:
        super().pause_writing()
        if not self._is_websocket:
            self._unread = asyncio.get_running_loop().call_later(READ_WITHIN, self._cut)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_waiting()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()
        for message, _ in self._messages:
            _let_go(getattr(message, "exc", None))

    def _stop_waiting(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def _let_go(exc: BaseException | None) -> None:
    """What the parser raised holds on to all that was sent, in a ring that only a full gc undoes."""
    if exc is not None:
        exc.__traceback__ = None


def _not_http(exc: BaseException | None) -> tuple[Refusal, int]:
    """With the status: 431 tells that the head is what is too large."""
    if isinstance(exc, http_exceptions.LineTooLong) or "too many headers" in str(exc)[:100].lower():
        return TooLarge(), 431
    return Invalid("", "not_http"), 400
