"""The one file that knows python-socketio and python-engineio from the inside.

Their servers are kept for CONNECT and its answer; the connection itself is a
`Line`, and packets go through here, because of what was found in the libraries
(`check_assumptions` fails the start when they are no longer as they were):

- a client may send events named `connect` and `disconnect`, which run the
  server's own handlers with a forged environment;
- a binary header makes a connection buffer attachments without bound;
- the queue to a client is unbounded, and costs a task per packet;
- a socket that never sends CONNECT stays open for ever;
- a connection that ends before CONNECT is answered is never forgotten;
- whoever leaves is looked for in the rooms of all others;
- aiohttp agrees to permessage-deflate, at 100 kB a connection.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable
from typing import Any

import engineio
import msgspec
import socketio
from aiohttp import WSCloseCode, web

from server import handshake, words
from server.decision import Down, Invalid, NotFound, Refusal, TooLarge, Unauthenticated
from server.edge import locale_of
from server.frames import refusal, websocket_text
from server.leftovers import Leftovers
from server.line import LARGEST_FRAME, Line
from server.moment import Moment
from server.strict_json import parse

LINE = "hekje.line"
"""Where the environment of a connect handler holds its `Line`."""
LONGEST_ID = 20
LONGEST_NAMESPACE = 100
_DIGITS = frozenset("0123456789")


class Engine(engineio.AsyncServer):
    """Engine.IO over WebSocket alone."""

    gate: Gate

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """The door of `/socket.io/`; raises the `Refusal` of whoever may not connect at all."""
        if self.gate.draining:
            raise Down
        handshake.check(request, self.gate.origins)
        line = Line(self.generate_id(), locale_of(request), self.gate.moment)
        try:
            await line.accept(request)
        except (web.HTTPException, ConnectionError, ValueError) as error:  # of headers in no ASCII
            raise Invalid("transport", "websocket_only") from error
        self.gate.meet(line)
        try:
            await line.talk(self.gate.packet)
        finally:
            self.gate.forget(line)
        return await line.part()


class Rooms(socketio.AsyncManager):
    """Nobody is in any room but their own here, so who leaves is looked for in no other."""

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        for room in (sid, None):
            self.basic_leave_room(sid, namespace, room)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]


class Gate(socketio.AsyncServer):
    """Socket.IO with its packets guarded; requests go to the line's client, none to a handler."""

    def __init__(self, origins: Iterable[str]) -> None:
        super().__init__(
            client_manager=Rooms(),
            async_mode="aiohttp",
            transports=["websocket"],
            monitor_clients=False,
            logger=_quiet("hekje.socketio"),
            engineio_logger=_quiet("hekje.engineio"),
        )
        self.eio.gate = self
        self.origins = frozenset(map(handshake.as_sent, origins))
        self.draining = False
        """Whether newcomers are sent away, to come back."""
        self.moment = Moment()
        self._leftovers = Leftovers()

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def lines(self) -> list[Line]:
        return list(self.eio.sockets.values())

    def meet(self, line: Line) -> None:
        self.eio.sockets[line.sid] = line
        self.environ[line.sid] = {LINE: line}

    def forget(self, line: Line) -> None:
        """The connection is over: nothing of it is left, however far it had come."""
        self.eio.sockets.pop(line.sid, None)
        self.environ.pop(line.sid, None)
        sid = self.manager.sid_from_eio_sid(line.sid, "/")
        if sid is not None:
            self.manager.basic_disconnect(sid, "/")
        if line.client is not None:
            line.client.lost()
        self._leftovers.one_more()

    async def packet(self, line: Line, text: str) -> None:
        """One Socket.IO packet, behind Engine.IO's `4`."""
        kind = text[1:2]
        if kind == "2":
            _request(line, text)
        elif kind == "0":
            await self._connect(line, text)
        elif text in ("41", "41/,"):
            line.hang_up(WSCloseCode.OK)
        elif kind == "5":  # how many binary parts follow, a dash, and then as a request
            _refuse(line, _id_at(text, text.find("-") + 1)[0], Invalid("", "does_not_fit"))
        else:  # CONNECT_ERROR, and ACK: the server never asks for one
            line.count_malformed()

    async def _connect(self, line: Line, text: str) -> None:
        namespace, rest = "/", text[2:]
        if rest.startswith("/"):
            named, _, rest = rest.partition(",")
            namespace = named.partition("?")[0]
        if line.client is not None:
            line.count_malformed()
            return
        try:
            if namespace != "/":
                raise NotFound
            auth = _parsed(rest, len(text)) if rest else None
        except Refusal as why:
            line.count_malformed()
            line.write(_connect_error(namespace[:LONGEST_NAMESPACE], why, line.locale))
            return
        await self._handle_connect(line.sid, "/", auth)
        if line.client is None:
            line.count_malformed()
        else:
            line.open = True


def _request(line: Line, text: str) -> None:
    """`42`, perhaps an id to answer to, and `["message.send", {…}]`."""
    id, start = _id_at(text, 2)
    if text[start : start + 1] in _DIGITS:  # half an id would answer to something else
        line.count_malformed()
        return
    try:
        if line.client is None:
            raise Unauthenticated
        name, payload = _event(_parsed(text[start:], len(text)))
    except Refusal as why:
        _refuse(line, id, why)
        return
    line.client.take(id, name, payload)


def _id_at(text: str, start: int) -> tuple[int | None, int]:
    """The id to answer to, if there is one, and where it ends."""
    end = start
    while end < len(text) and end < start + LONGEST_ID and text[end] in _DIGITS:
        end += 1
    return int(text[start:end]) if end > start else None, end


def _refuse(line: Line, id: int | None, why: Refusal) -> None:
    """There is always an answer, to strangers too; then it counts."""
    if line.client is not None:
        line.client.refuse(id, why)
    elif id is not None:
        line.write(refusal(id, words.error(why, line.locale)))
    line.count_malformed()


def _parsed(text: str, length: int) -> Any:
    """The JSON of a frame so long (in characters); raises `TooLarge` or `Invalid`."""
    largest = LARGEST_FRAME - (length - len(text))
    if len(text) > largest or (not text.isascii() and len(text.encode()) > largest):
        raise TooLarge
    try:
        return parse(text)
    except ValueError as error:
        raise Invalid("", "does_not_fit") from error


def _event(parsed: Any) -> tuple[str, Any]:
    """Name and payload of `["message.send", {…}]`; raises `Invalid` for any other shape."""
    if not isinstance(parsed, list) or not 1 <= len(parsed) <= 2 or not isinstance(parsed[0], str):
        raise Invalid("", "does_not_fit")
    return parsed[0], parsed[1] if len(parsed) == 2 else None


def refused(why: Refusal, locale: str) -> socketio.exceptions.ConnectionRefusedError:
    """What a connect handler raises, so that the client gets the refusal as data."""
    told = words.error(why, locale)
    return socketio.exceptions.ConnectionRefusedError(told["message"], told)


def _connect_error(namespace: str, why: Refusal, locale: str) -> bytes:
    """The same, where the library is not asked."""
    error = words.error(why, locale)
    told = msgspec.json.encode({"message": error["message"], "data": error})
    where = b"" if namespace == "/" else namespace.encode() + b","
    return websocket_text(b"44" + where + told)


def _quiet(name: str) -> logging.Logger:
    """The libraries log what people write to each other from INFO on."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    return logger


_SIGNATURES: list[tuple[type, str, list[str]]] = [
    (socketio.AsyncServer, "_handle_connect", ["self", "eio_sid", "namespace", "data"]),
    (socketio.AsyncServer, "_engineio_server_class", ["self"]),
    (socketio.AsyncManager, "sid_from_eio_sid", ["self", "eio_sid", "namespace"]),
    (socketio.AsyncManager, "basic_leave_room", ["self", "sid", "namespace", "room"]),
    (socketio.AsyncManager, "basic_disconnect", ["self", "sid", "namespace", "kwargs"]),
    (engineio.AsyncServer, "handle_request", ["self", "args", "kwargs"]),
    (engineio.AsyncServer, "send_packet", ["self", "sid", "pkt"]),
    (engineio.AsyncServer, "_get_socket", ["self", "sid"]),
]


def check_assumptions() -> None:
    """Fails the start when the libraries are no longer as this file takes them to be."""
    for owner, name, expected in _SIGNATURES:
        found = list(inspect.signature(getattr(owner, name, _is_gone)).parameters)
        if found != expected:
            raise RuntimeError(f"{owner.__qualname__}.{name} takes {found}, expected {expected}")
    gate = Gate([])
    for part, names in (
        (gate, ("environ", "manager", "eio", "handlers")),
        (gate.eio, ("sockets",)),
        (gate.manager, ("rooms", "pending_connect", "pending_disconnect")),
    ):
        for name in names:
            if not hasattr(part, name):
                raise RuntimeError(f"{type(part).__qualname__} has no {name}")


def _is_gone() -> None:
    """Stands for what a library has no longer."""
