"""Somebody with a client of their choice: python-socketio's own, or Node's socket.io-client.

Both come back by themselves when the server was away, and count how often they came.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import socketio

from tests.somebody import PATIENCE, Somebody

PEER = Path(__file__).with_name("peer.mjs")


@dataclass(frozen=True)
class Tickets:
    """Where a fresh ticket is for each connection, and the token that asks for it."""

    url: str
    token: str

    async def fetch(self) -> str:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.url, headers=headers) as answer,
        ):
            ticket: str = (await answer.json())["ticket"]
            return ticket


class Client(Protocol):
    """What both can do; `Somebody` says what it means."""

    told: list[tuple[str, Any]]
    came: int
    refusal: dict[str, Any] | None

    async def connect(self) -> Any: ...
    async def knock(self) -> dict[str, Any]: ...
    async def comes_back(self, times: int) -> None: ...
    async def ask(self, event: str, payload: Any = None, **fields: Any) -> dict[str, Any]: ...
    async def ok(self, event: str, **fields: Any) -> dict[str, Any]: ...
    async def refused(self, event: str, **fields: Any) -> dict[str, Any]: ...
    async def hears(self, name: str, count: int = 1) -> list[Any]: ...
    def heard(self, name: str) -> list[Any]: ...
    async def settled(self) -> list[tuple[str, Any]]: ...
    async def leave(self) -> None: ...


class _Returning(Somebody):
    """Counts connections, and knows why one was refused."""

    def __init__(self, url: str, auth: dict[str, Any], tickets: Tickets | None = None) -> None:
        super().__init__(url, auth)
        self.came = 0
        self.refusal: dict[str, Any] | None = None
        self.tickets = tickets

    async def comes_back(self, times: int) -> None:
        """Until it has connected that often in all."""
        await self._until(lambda: self.came >= times)

    async def _until(self, so: Any) -> None:
        async with asyncio.timeout(2 * PATIENCE):
            while not so():
                self._news.clear()
                await self._news.wait()

    def _come(self) -> None:
        self.came += 1
        self._news.set()

    def _be_refused(self, error: dict[str, Any] | None) -> None:
        self.refusal = error
        self._news.set()


class PythonClient(_Returning):
    """python-socketio's `AsyncClient`."""

    def __init__(self, url: str, auth: dict[str, Any], tickets: Tickets | None = None) -> None:
        super().__init__(url, auth, tickets)
        self.client = socketio.AsyncClient(
            reconnection_delay=0.1, reconnection_delay_max=0.5, randomization_factor=0.05
        )
        self.client.on("*", self._hear)
        self.client.on("connect", self._come)
        self.client.on("connect_error", self._stay_out)
        self.client.on("disconnect", self._leave)

    async def connect(self) -> PythonClient:
        await self.client.connect(
            self._url,
            auth=self._show_ticket if self.tickets else self._auth,
            transports=["websocket"],
            wait_timeout=PATIENCE,
        )
        return self

    async def knock(self) -> dict[str, Any]:
        """The error with which the connection is refused."""
        try:
            await self.connect()
        except socketio.exceptions.ConnectionError:
            pass
        await self._until(lambda: self.refusal is not None)
        return self.refusal or {}

    async def leave(self) -> None:
        """Also when it is on its way back, or has just failed to come."""
        await self.client.shutdown()
        await self.client.disconnect()

    async def _show_ticket(self) -> dict[str, str]:
        assert self.tickets
        return {"ticket": await self.tickets.fetch()}

    def _stay_out(self, error: Any) -> None:
        if isinstance(error, dict):
            self._be_refused(error.get("data"))


class NodeClient(_Returning):
    """Node's `socket.io-client`, in a process of its own."""

    def __init__(self, url: str, auth: dict[str, Any], tickets: Tickets | None = None) -> None:
        super().__init__(url, auth, tickets)
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def connect(self) -> NodeClient:
        await self._start()
        await self._until(lambda: self.came or self.refusal)
        assert self.came, self.refusal
        return self

    async def knock(self) -> dict[str, Any]:
        await self._start()
        await self._until(lambda: self.refusal is not None)
        return self.refusal or {}

    async def ask(self, event: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
        id = len(self._waiting)
        future = self._waiting[id] = asyncio.get_running_loop().create_future()
        request = fields if payload is None else payload
        within = int(PATIENCE * 1000)
        self._order("ask", id=id, event=event, payload=request, within=within)
        async with asyncio.timeout(2 * PATIENCE):
            answer = await future
        assert isinstance(answer, dict), answer
        return answer

    async def leave(self) -> None:
        if self._process is None or self._reader is None:
            return
        self._order("leave")
        async with asyncio.timeout(PATIENCE):
            await self._process.wait()
            await self._reader

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "node", str(PEER), stdin=PIPE, stdout=PIPE, limit=2**22
        )
        self._reader = asyncio.create_task(self._read())
        tickets = {"url": self.tickets.url, "token": self.tickets.token} if self.tickets else None
        self._order("connect", url=self._url, auth=self._auth, tickets=tickets)

    def _order(self, order: str, **what: Any) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"order": order, **what}).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self._take(json.loads(line))

    def _take(self, happened: dict[str, Any]) -> None:
        if "id" in happened:
            self._waiting[happened["id"]].set_result(happened["answer"])
        elif "told" in happened:
            name, payload = happened["told"]
            self.told.append((name, payload))
        elif "came" in happened:
            self._come()
        elif happened.get("refused"):
            self._be_refused(happened["refused"])
        elif "gone" in happened:
            self.gone.set()
        self._news.set()
