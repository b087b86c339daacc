"""The socket door: who connects, and each request carried out in the order sent."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, web

from server import access, handshake, words
from server.decision import (
    CodeSetupRequired,
    Decision,
    Down,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Refusal,
    Unauthenticated,
)
from server.dispatch import Asker, Dispatch
from server.frames import answer, refusal
from server.handlers import EVENTS
from server.handlers.login import redeem_ticket, session_of_token
from server.limits import RateLimit
from server.line import Line
from server.metrics import count_request
from server.presence.online import Device
from server.protocol.people import AccountAnswer
from server.protocol.session import SessionStarted
from server.roster_reader import Version
from server.school.accounts import must_be_live
from server.strict_json import convert
from server.turn import Turn
from server.wire import LINE, Gate, refused
from storage import ids
from storage.schema import Account, Session
from storage.writes import Unavailable

log = logging.getLogger("hekje")

CONNECT_WITHIN = 5.0
MOST_QUEUED = 128
"""Requests of one connection that may wait: more than a burst."""
DRAIN_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of an account when it connects."""

    versions: dict[str, Version | None]
    rights: int
    owes_second_factor: bool


class SocketConnection:
    """An authenticated client. Its requests queue up and are carried out one by one."""

    def __init__(self, sockets: Sockets, line: Line, session: Session, client: Client) -> None:
        self.account_id = session.account_id
        self.session_id = session.id
        self.school_ids = frozenset(client.versions)
        self.versions = client.versions
        self.device = Device(session.account_id, ids.fresh())
        self.rights = client.rights
        self.owes_second_factor = client.owes_second_factor
        self.asker = Asker(session.account_id, session, self)
        self.waiting: deque[tuple[int | None, str, Any]] = deque()
        self.at_work: asyncio.Task[None] | None = None
        self.ended = False
        self._sockets = sockets
        self._line = line

    def push(self, frame: bytes) -> None:
        """Nothing before CONNECT is answered, nor while a second factor is owed."""
        if self._line.open and not self.ended and not self.owes_second_factor:
            self._line.write(frame)

    def end(self) -> None:
        """Close for good. Only the request that brought this about is still answered."""
        self.ended = True
        self.waiting.clear()
        if self.at_work is None or self.at_work is not asyncio.current_task():
            self._line.hang_up(WSCloseCode.POLICY_VIOLATION)

    def lost(self) -> None:
        """The line is gone. What was asked is still carried out; its answer has nowhere to go."""
        self._sockets.dispatch.connections.remove(self)
        self._sockets.say_gone(self.device)

    @property
    def second_factor(self) -> bool:
        return self.asker.session is not None and self.asker.session.second_factor

    def take(self, id: int | None, name: str, payload: Any) -> None:
        """Queue a request; refuse it at once when there are too many."""
        if self.ended:
            return
        try:
            if self._sockets.gate.draining:
                raise Down
            self._sockets.rate.spend(self.account_id)
            if len(self.waiting) >= MOST_QUEUED:
                raise RateLimited(1)
        except Refusal as why:
            self.refuse(id, why)
            return
        self.waiting.append((id, name, payload))
        if self.at_work is None:
            self.at_work = asyncio.get_running_loop().create_task(self._work())

    def refuse(self, id: int | None, why: Refusal) -> None:
        if id is not None:
            self._line.write(refusal(id, words.error(why, self._line.locale)))

    async def _work(self) -> None:
        try:
            while self.waiting:
                id, name, payload = self.waiting.popleft()
                await self._answer(id, name, payload)
        finally:
            self.at_work = None
            if self.ended:
                self._line.hang_up(WSCloseCode.POLICY_VIOLATION)

    async def _answer(self, id: int | None, name: str, payload: Any) -> None:
        outcome = "ok"
        try:
            reply = await self._sockets.carry_out(self, name, payload)
            if isinstance(reply, AccountAnswer | SessionStarted):
                self._line.locale = reply.account.locale
            if id is not None:
                self._line.write(answer(id, reply))
        except Refusal as why:
            outcome = why.code
            self.refuse(id, why)
        except Exception:  # beside a turn, such as in encoding its reply: still there is an answer
            log.exception("a request could not be answered")
            outcome = Down.code
            self.refuse(id, Down())
        count_request(name if name in EVENTS else "unknown", outcome)


class Sockets:
    """Socket.IO on one application."""

    def __init__(self, dispatch: Dispatch) -> None:
        self.dispatch = dispatch
        self.rate = RateLimit(dispatch.settings.rate, dispatch.settings.burst)
        self.gate = Gate(
            [*handshake.own_origins(dispatch.settings.url), *dispatch.settings.origins]
        )
        self.gate.on("connect", self._connect)
        self._leaving: set[asyncio.Task[None]] = set()

    def attach(self, app: web.Application) -> None:
        self.gate.attach(app, socketio_path="socket.io")

    async def carry_out(self, connection: SocketConnection, name: str, payload: Any) -> Any:
        """The reply to one request; raises a `Refusal`."""
        entry = EVENTS.get(name)
        if entry is None:
            raise NotFound
        if not isinstance(payload, dict):
            raise Invalid("", "does_not_fit")
        request = convert(payload, entry.request)
        boundary = entry.boundary(request) if entry.boundary else None

        async def decide(turn: Turn) -> Decision:
            if not entry.enrolling:
                await _must_have_enrolled(turn, connection)
            allowed = await access.has_one_of(turn, entry.roles, connection.school_ids)
            # its own doors come first: what is not there for somebody is `not_found` in any role
            decision = await entry.handler(turn, request)
            if not allowed:
                raise Forbidden
            return decision

        return await self.dispatch.run(connection.asker, decide, boundary=boundary)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Raises ConnectionRefusedError with the refusal as data; leaves nothing behind then."""
        line: Line = environ[LINE]
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._let_in(line, auth)
        except Refusal as why:
            raise refused(why, line.locale) from why
        except (Unavailable, TimeoutError) as error:
            log.warning("the database is unavailable: %s", error)
            raise refused(Down(), line.locale) from error
        except Exception as error:
            log.exception("a connection could not be set up")
            raise refused(Down(), line.locale) from error

    async def _let_in(self, line: Line, auth: Any) -> None:
        """Looks at the session again once others can find the connection: it may have ended."""
        session = await self._authenticate(auth)
        client = await self._client(line, session)
        connections, most = self.dispatch.connections, self.dispatch.settings.connections
        if len(tuple(connections.of(session.account_id))) >= most:
            raise RateLimited(60)
        connection = SocketConnection(self, line, session, client)
        connections.add(connection)
        try:
            must_be_live(await self.dispatch.store.get(Session, session.id), self.dispatch.clock())
        except BaseException:
            connections.remove(connection)
            raise
        line.client = connection
        await self.dispatch.online.here(connection.device)

    async def _authenticate(self, auth: Any) -> Session:
        if not isinstance(auth, dict):
            raise Unauthenticated
        ticket, token = auth.get("ticket"), auth.get("token")
        if isinstance(ticket, str):
            return await redeem_ticket(self.dispatch, ticket)
        if isinstance(token, str):
            return await session_of_token(self.dispatch, token)
        raise Unauthenticated

    async def _client(self, line: Line, session: Session) -> Client:
        """Raises `Forbidden` without any role."""
        account = await self.dispatch.store.get(Account, session.account_id)
        if account is None:
            raise Unauthenticated
        line.locale = account.locale
        turn = self.dispatch.turn(Asker(account.id))
        rights = await access.fingerprint(turn)
        if rights is None:
            raise Forbidden
        schools = {role.school_id: None for role in await turn.roles()}
        versions = {id: await turn.roster.version(id) for id in schools}
        asked = await access.asks_second_factor(turn, schools)
        return Client(versions, rights, asked and not session.second_factor)

    def say_gone(self, device: Device) -> None:
        """Whoever has left looks at nothing any more."""
        task = asyncio.get_running_loop().create_task(self.dispatch.online.gone(device))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def drain(self) -> None:
        """Finish what was begun, then close so that clients come back, and not all at once."""
        self.gate.draining = True
        lines = self.gate.lines()
        tasks = [line.client.at_work for line in lines if line.client and line.client.at_work]
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_WITHIN)
        random.shuffle(lines)
        for line in lines:
            line.hang_up(WSCloseCode.SERVICE_RESTART)
            await asyncio.sleep(min(0.002, 1 / len(lines)))


async def _must_have_enrolled(turn: Turn, connection: SocketConnection) -> None:
    """A session that owes a second factor is looked up again, for it may have one now."""
    if connection.second_factor:
        return
    owes = await access.asks_second_factor(turn, connection.school_ids)
    if owes:
        connection.asker.session = await turn.store.get(Session, connection.session_id)
        owes = not connection.second_factor
    connection.owes_second_factor = owes
    if owes:
        raise CodeSetupRequired
