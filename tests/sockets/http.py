"""HTTP by hand, for requests that no client library would send."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.somebody import PATIENCE

HOST = b"Host: hekje.school.example\r\n"
JSON = b"Content-Type: application/json\r\n"
LAST = b"Connection: close\r\n"


@dataclass(frozen=True)
class Answer:
    """One answer, taken apart no further than needed."""

    status: int
    head: str
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        told = json.loads(self.body)
        assert told["ok"] is False
        assert told["error"]["message"]
        return dict(told["error"])


def get(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """A request without a body, after which the connection ends."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"%b %b HTTP/1.1\r\n%b%b%b\r\n" % (method, path, HOST, LAST, lines)


def post(path: bytes, *headers: bytes, body: bytes = b"{}") -> bytes:
    """A request with a body whose framing the headers tell."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"POST %b HTTP/1.1\r\n%b%b%b\r\n%b" % (path, HOST, LAST, lines, body)


class Talk:
    """A connection: bytes go out when asked to, and answers are read until it ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def begin(cls, url: str, *, buffer: int = 0) -> Talk:
        """`buffer` limits what the system takes in for somebody who does not read."""
        parts = urlsplit(url)
        talk = socket.socket()
        if buffer:
            talk.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        talk.setblocking(False)
        await asyncio.get_running_loop().sock_connect(talk, (parts.hostname, parts.port))
        return cls(*await asyncio.open_connection(sock=talk, limit=buffer or 2**16))

    async def say(self, raw: bytes) -> Talk:
        with suppress(ConnectionError):
            self._writer.write(raw)
            await self._writer.drain()
        return self

    async def hear(self, within: float = PATIENCE) -> bytes:
        """Everything until the server closes, which must be in so many seconds."""
        heard = b""
        async with asyncio.timeout(within):
            with suppress(ConnectionError):
                while some := await self._reader.read(2**16):
                    heard += some
        return heard

    async def beginning(self, patience: float) -> bytes:
        """The first bytes of an answer, or none: without any in time, the server hears that we end."""
        with suppress(ConnectionError):
            try:
                async with asyncio.timeout(patience):
                    return await self._reader.read(2**16)
            except TimeoutError:
                with suppress(OSError):
                    self._writer.write_eof()
                return await self.hear()
        return b""

    async def answer(self) -> Answer:
        """The only answer before the server closes."""
        heard = await self.hear()
        head, _, body = heard.partition(b"\r\n\r\n")
        assert head, "closed without a word"
        return Answer(int(head.split(b" ", 2)[1]), head.decode("latin-1"), body)

    def is_over(self) -> bool:
        """Whether the server has cut us off, as far as can be told without reading."""
        return self._writer.transport.is_closing()

    async def leave(self) -> None:
        self._writer.transport.abort()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def ask(url: str, raw: bytes) -> Answer:
    talk = await (await Talk.begin(url)).say(raw)
    try:
        return await talk.answer()
    finally:
        await talk.leave()
