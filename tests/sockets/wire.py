"""A WebSocket by hand, for frames that no client library would send, and for not reading."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tests.somebody import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Wire:
    """One connection. It answers the server's pings while it reads, and reads only when asked."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reader = asyncio.StreamReader()
        self._writer: asyncio.StreamWriter | None = None
        self._has_ended = False
        self.head = ""
        """What the server said to the handshake."""
        self.code: int | None = None
        """With which the server closed."""
        self.heard: list[str] = []
        """Everything that was read, in order."""

    async def upgrade(
        self,
        query: str = "EIO=4&transport=websocket",
        headers: Iterable[str] = (),
        *,
        buffer: int = 0,
    ) -> Wire:
        """The handshake; `buffer` limits what the system takes in for a reader who does not read."""
        parts = urlsplit(self._url)
        conversation = socket.socket()
        if buffer:
            conversation.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        conversation.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(conversation, (parts.hostname, parts.port))
        self._reader, self._writer = await asyncio.open_connection(
            sock=conversation, limit=buffer or 2**16
        )
        key = base64.b64encode(os.urandom(16)).decode()
        asked = [
            f"GET /socket.io/?{query} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket",
            "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers,
        ]  # fmt: skip
        self._writer.write(("\r\n".join(asked) + "\r\n\r\n").encode())
        async with asyncio.timeout(PATIENCE):
            self.head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        return self

    @property
    def status(self) -> int:
        return int(self.head.split(" ", 2)[1])

    async def body(self) -> dict[str, Any]:
        """Of an answer that was no upgrade."""
        length = next(
            line for line in self.head.lower().split("\r\n") if line.startswith("content-length")
        )
        async with asyncio.timeout(PATIENCE):
            return dict(json.loads(await self._reader.readexactly(int(length.split(":")[1]))))

    async def connect(self, token: str) -> Wire:
        """CONNECT with a token, and wait until the server has agreed."""
        await self.send("40" + json.dumps({"token": token}))
        await self.hears("40{")
        return self

    # --- Out -------------------------------------------------------------------------------

    async def send(self, *texts: str) -> None:
        """Text frames, all at once."""
        await self.send_bytes(b"".join(framed(text.encode()) for text in texts))

    async def send_bytes(self, raw: bytes) -> None:
        assert self._writer is not None
        if self._has_ended:
            return
        self._writer.write(raw)
        with suppress(ConnectionError):
            await self._writer.drain()

    def say_no_more(self) -> None:
        """Nothing comes any more; what the server says can still be read."""
        assert self._writer is not None
        self._has_ended = True
        with suppress(OSError):
            self._writer.write_eof()

    async def ask(self, name: str, payload: Any, id: int = 0) -> dict[str, Any]:
        """The answer to a request, `ok` or not."""
        await self.send(f"42{id}{json.dumps([name, payload])}")
        return await self.answer(id)

    # --- In --------------------------------------------------------------------------------

    async def answer(self, id: int = 0) -> dict[str, Any]:
        text = await self.hears(f"43{id}[")
        (answer,) = json.loads(text[len(f"43{id}") :])
        return dict(answer)

    async def answers(self, count: int) -> dict[int, dict[str, Any]]:
        """So many answers by id, in whatever order they come."""
        found: dict[int, dict[str, Any]] = {}
        while len(found) < count:
            id, _, answer = (await self.hears("43"))[2:].partition("[")
            found[int(id)] = json.loads(answer.removesuffix("]"))
        return found

    async def hears(self, beginning: str) -> str:
        """The next text that begins so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                text = await self.next()
                assert text is not None, f"closed with {self.code} before {beginning}…"
                if text.startswith(beginning):
                    return text

    async def closed(self) -> int | None:
        """Read to the end: the code with which the server closed, or None if it just cut us off."""
        async with asyncio.timeout(PATIENCE):
            while await self.next() is not None:
                pass
        return self.code

    async def next(self) -> str | None:
        """The next text, or None when the connection is over."""
        while True:
            try:
                opcode, payload = await self._frame()
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if opcode == TEXT:
                text = payload.decode()
                self.heard.append(text)
                if text == "2":
                    await self.send("3")
                return text
            if opcode == PONG:
                self.heard.append("pong " + payload.decode(errors="replace"))
                return self.heard[-1]
            if opcode == CLOSE:
                self.code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                await self.send_bytes(framed(payload, CLOSE))
                return None

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self._reader.readexactly(2)
        assert first & 0x70 == 0, "a reserved bit is set: something was compressed"
        if length == 126:
            (length,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return first & 0x0F, await self._reader.readexactly(length)

    async def leave(self) -> None:
        """Go without a word."""
        if self._writer is not None:
            self._writer.transport.abort()
            with suppress(ConnectionError):
                await self._writer.wait_closed()


def framed(payload: bytes, opcode: int = TEXT, *, last: bool = True) -> bytes:
    """A masked frame, as clients must send; the mask is zero, which changes nothing."""
    head = bytes([(0x80 if last else 0) | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        head += struct.pack("!BH", 0x80 | 126, len(payload))
    else:
        head += struct.pack("!BQ", 0x80 | 127, len(payload))
    return head + bytes(4) + payload
