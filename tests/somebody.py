"""Somebody with a client: python-socketio's own, as a third party would use it."""

from __future__ import annotations

import asyncio
from typing import Any

import socketio

PATIENCE = 10.0
"""Seconds after which what a test waits for is not coming."""


class Somebody:
    """A connected client that remembers what it was told, in order."""

    def __init__(self, url: str, auth: dict[str, Any]) -> None:
        self.told: list[tuple[str, Any]] = []
        self._url = url
        self._auth = auth
        self._news = asyncio.Event()
        self.gone = asyncio.Event()
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self._hear)
        self.client.on("disconnect", self._leave)

    async def connect(self) -> Somebody:
        await self.client.connect(
            self._url, auth=self._auth, transports=["websocket"], wait_timeout=PATIENCE
        )
        return self

    async def ask(self, event: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
        """The whole answer, `ok` or not."""
        request = fields if payload is None else payload
        answer = await self.client.call(event, request, timeout=PATIENCE)
        assert isinstance(answer, dict), answer
        return answer

    async def ok(self, event: str, **fields: Any) -> dict[str, Any]:
        answer = await self.ask(event, fields)
        assert answer["ok"] is True, answer
        return answer

    async def sends(self, conversation_id: str, key: str, text: str) -> dict[str, Any]:
        """The message, as it was stored."""
        letter = {"conversation_id": conversation_id, "key": key, "text": text}
        message: dict[str, Any] = (await self.ok("message.send", **letter))["message"]
        return message

    async def refused(self, event: str, **fields: Any) -> dict[str, Any]:
        """The error of an answer that must be no."""
        answer = await self.ask(event, fields)
        assert answer["ok"] is False, answer
        assert answer["error"]["message"], answer
        error: dict[str, Any] = answer["error"]
        return error

    async def hears(self, name: str, count: int = 1) -> list[Any]:
        """The first `count` pushes of that name, once they have come."""
        async with asyncio.timeout(PATIENCE):
            while len(self.heard(name)) < count:
                self._news.clear()
                await self._news.wait()
        return self.heard(name)[:count]

    def heard(self, name: str) -> list[Any]:
        return [payload for told, payload in self.told if told == name]

    async def settled(self) -> list[tuple[str, Any]]:
        """All that was told until now: an answer comes after whatever was pushed before it."""
        await self.ask("message.history", conversation_id="nothing")
        return self.told

    async def leave(self) -> None:
        await self.client.disconnect()

    async def _hear(self, event: str, payload: Any = None) -> None:
        self.told.append((event, payload))
        self._news.set()

    async def _leave(self, *_: Any) -> None:
        self.gone.set()
