"""One client's connection: a WebSocket from its upgrade to its end, and nothing of Socket.IO.

What is told goes out as ready frames, those of one moment together. What a slow
reader has not taken waits in the transport's own buffer; whoever lets more than
`MOST_WAITING` bytes wait is cut off, and catches up after reconnecting. Nothing
is written once a connection is closing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from server.decision import Refusal
from server.frames import websocket_pong, websocket_text
from server.moment import Moment

log = logging.getLogger("hekje")

LARGEST_FRAME = 64 * 1024
"""Bytes of a frame that is taken; up to four times as much is still read, to answer `too_large`."""
MOST_WAITING = 5_000_000
"""Bytes that may wait for a reader before anything more is written."""
MALFORMED_ALLOWED = 10
AUTHENTICATED_WITHIN = 10.0
PING_EVERY = 25.0
PONG_WITHIN = 20.0
PARTED_WITHIN = 2.0
"""Seconds that a client may take to answer that the connection closes, or to read what is left."""
CUT_AFTER = PARTED_WITHIN + 1
AT_ONCE = 64
"""Frames of one client that are looked at before others get a turn."""


class Client(Protocol):
    """Who is at the other end, once it is known."""

    at_work: asyncio.Task[None] | None
    """Carries out what was asked."""

    def take(self, id: int | None, name: str, payload: Any) -> None: ...

    def refuse(self, id: int | None, why: Refusal) -> None: ...

    def lost(self) -> None: ...


class Line:
    """The connection. `accept` it, `talk`, then `part`."""

    def __init__(self, sid: str, locale: str, moment: Moment) -> None:
        self.sid = sid
        self.locale = locale
        """Of the sentences in refusals: what the client asked for, then the account's own."""
        self.client: Client | None = None
        self.open = False
        """Whether the client has been told that it is connected."""
        self.closing = self.closed = False
        self.malformed = 0
        self._socket = web.WebSocketResponse(
            compress=False, autoping=False, max_msg_size=4 * LARGEST_FRAME, timeout=PARTED_WITHIN
        )
        self._transport: asyncio.Transport | None = None
        self._moment = moment
        self._frames: list[bytes] = []
        """Of this moment, not written yet."""
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._farewell: asyncio.Task[bool] | None = None
        self._pinged = False

    async def accept(self, request: web.Request) -> None:
        """Upgrade; raises an HTTPException when the request is no handshake."""
        await self._socket.prepare(request)
        self._transport = request.transport
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(AUTHENTICATED_WITHIN, self._refuse_stranger)
        self._timer = loop.call_later(PING_EVERY, self._ping)
        self.write(_hello(self.sid))

    async def talk(self, take: Callable[[Line, str], Awaitable[None]]) -> None:
        """Read until the connection is over; `take` gets each Socket.IO packet, behind its `4`."""
        try:
            await self._read(take)
        except Exception:
            log.exception("a connection failed")
            self.hang_up(WSCloseCode.INTERNAL_ERROR)
        finally:
            self.flush()
            self.closing = self.closed = True
            self._stop_timers()
            self._cut_later()

    async def part(self) -> web.StreamResponse:
        """Wait until the client has heard that the connection closes, or does not listen."""
        if self._farewell is not None:
            await asyncio.wait([self._farewell])
        return self._socket

    async def _read(self, take: Callable[[Line, str], Awaitable[None]]) -> None:
        read = 0
        while not self.closing:
            message = await self._socket.receive()
            if self.closing:  # what was sent before it heard of that is not taken any more
                return
            read += 1
            if read % AT_ONCE == 0:  # frames that have come already are received without waiting
                await asyncio.sleep(0)
            if message.type is WSMsgType.TEXT:
                text: str = message.data
                if text[:1] == "4":
                    await take(self, text)
                elif text[:1] == "3":
                    self._pong()
                elif text[:1] == "1":
                    return
                else:
                    self.count_malformed()
            elif message.type is WSMsgType.PING:
                self.write(websocket_pong(bytes(message.data)))
            elif message.type is WSMsgType.BINARY:
                self.count_malformed()
            elif message.type is not WSMsgType.PONG:
                return

    def write(self, frame: bytes) -> None:
        """Send a ready frame, with all others of this moment."""
        if not self.closing:
            if not self._frames:
                self._moment.add(self)
            self._frames.append(frame)

    def flush(self) -> None:
        """Hand over what is to be sent; whoever lets too much wait is cut off."""
        frames, self._frames = self._frames, []
        transport = self._transport
        if not frames or self.closing or transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MOST_WAITING:
            self.cut()
        else:
            transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    async def send(self, pkt: Any) -> None:
        """How the libraries send what they say themselves: the answer to CONNECT."""
        self.write(websocket_text(pkt.encode().encode()))

    async def close(self, *_: Any, **__: Any) -> None:
        """How the libraries close a connection."""
        self.hang_up(WSCloseCode.OK)

    def hang_up(self, code: int) -> None:
        """Close with a code; a client that was not told to stay away comes back by itself."""
        if not self.closing:
            self.flush()
            self.closing = True
            self._farewell = asyncio.ensure_future(self._socket.close(code=code))
            self._cut_later()

    def cut(self) -> None:
        """Drop the connection, and with it what its reader has not taken."""
        self.closing = True
        if self._transport is not None:
            self._transport.abort()

    def count_malformed(self) -> None:
        """Against those who send what no client does: so many, then no more."""
        self.malformed += 1
        if self.malformed >= MALFORMED_ALLOWED:
            self.hang_up(WSCloseCode.POLICY_VIOLATION)

    def _cut_later(self) -> None:
        """A transport closes when all is read: without this, whoever does not read keeps it.

        Of who has gone nothing else is held until then.
        """
        if self._transport is not None:
            asyncio.get_running_loop().call_later(CUT_AFTER, self._transport.abort)

    def _refuse_stranger(self) -> None:
        if self.client is None:
            self.hang_up(WSCloseCode.POLICY_VIOLATION)

    def _ping(self) -> None:
        self._pinged = True
        self.write(_PING)
        self._timer = asyncio.get_running_loop().call_later(PONG_WITHIN, self.cut)

    def _pong(self) -> None:
        """The answer to a ping. Who answers without being asked does not read either."""
        if not self._pinged or self._timer is None:
            self.count_malformed()
            return
        self._pinged = False
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PING_EVERY, self._ping)

    def _stop_timers(self) -> None:
        for timer in (self._deadline, self._timer):
            if timer is not None:
                timer.cancel()


_PING = websocket_text(b"2")


def _hello(sid: str) -> bytes:
    told = {
        "sid": sid,
        "upgrades": [],
        "pingTimeout": int(PONG_WITHIN * 1000),
        "pingInterval": int(PING_EVERY * 1000),
        "maxPayload": LARGEST_FRAME,
    }
    return websocket_text(b"0" + msgspec.json.encode(told))
