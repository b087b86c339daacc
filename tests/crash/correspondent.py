"""Somebody who writes on and on, and keeps in step as `docs/protocol.md` says a client should."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import socketio

from tests.cast import REGENBOOG

AT_ONCE = 3
"""Letters under way on one connection before the first is answered."""
ANSWERED_WITHIN = 10.0

Letter = dict[str, str]
Message = dict[str, Any]


class Correspondent:
    """One connection of a person. Sends each letter, with its key, until it is answered."""

    def __init__(self, url: str, person: str, number: int, letters: Iterator[Letter]) -> None:
        self.name = f"{person}-{number}"
        self.messages: dict[str, Message] = {}
        self.positions: dict[str, int] = {}
        self.answered: list[tuple[Letter, Message]] = []
        self.faults: list[str] = []
        self.came = 0
        self.sent_again = 0
        self.writing = True
        self.on_answer: Callable[[], None] = lambda: None
        self.silent = asyncio.Event()
        self.arrived = asyncio.Event()
        self._url = url
        self._auth = {"token": REGENBOOG.token(person)}
        self._letters = letters
        self._unanswered: deque[Letter] = deque()
        self._early: list[Message] | None = []
        self._told: set[tuple[str, int]] = set()
        self._talk: asyncio.Task[None] | None = None
        self._client = socketio.AsyncClient(
            reconnection_delay=0.05, reconnection_delay_max=0.3, randomization_factor=0.04
        )
        self._client.on("connect", self._come)
        self._client.on("disconnect", self._go)
        self._client.on("message.posted", self._hear)
        self._client.on("message.changed", self._hear)

    async def connect(self) -> None:
        await self._client.connect(self._url, auth=self._auth, transports=["websocket"])

    async def has_come(self, times: int) -> None:
        while self.came < times:
            self.arrived.clear()
            await self.arrived.wait()

    async def leave(self) -> None:
        if self._talk is not None:
            self._talk.cancel()
        await self._client.shutdown()
        if self._client.eio.http is not None:  # left open when it was trying to come back
            await self._client.eio.http.close()

    async def ask(self, event: str, **fields: Any) -> dict[str, Any]:
        """The answer; cancelled when the connection is lost."""
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def take(answer: dict[str, Any]) -> None:
            if "message" in answer:
                self._keep(answer["message"])  # at once: what follows on the line builds on it
            if not answered.done():
                answered.set_result(answer)

        await self._client.emit(event, fields, callback=take)
        async with asyncio.timeout(ANSWERED_WITHIN):
            return await answered

    # --- Connections -----------------------------------------------------------------------

    def _come(self) -> None:
        self.came += 1
        self.arrived.set()
        self._told.clear()
        self._early = []
        self._start_over()

    def _go(self, *_: Any) -> None:
        if self._talk is not None:
            self._talk.cancel()

    def _start_over(self) -> None:
        if self._talk is not None:
            self._talk.cancel()
        self._talk = asyncio.create_task(self._converse())

    async def _converse(self) -> None:
        """Until the connection is lost: catch up, send what is unanswered, then new letters."""
        try:
            await self._catch_up()
            self.sent_again += len(self._unanswered)
            while self._has_letters():
                self.silent.clear()
                await self._send_some()
            self.silent.set()
        except TimeoutError:
            self.faults.append(f"{self.name}: no answer within {ANSWERED_WITHIN} s")
        except socketio.exceptions.SocketIOError:
            pass  # lost while sending; the next connection goes on

    def _has_letters(self) -> bool:
        while self.writing and len(self._unanswered) < AT_ONCE:
            self._unanswered.append(next(self._letters))
        return bool(self._unanswered)

    async def _send_some(self) -> None:
        """In order; whatever was not accepted stays first in line."""
        some = list(self._unanswered)[:AT_ONCE]
        answers = await asyncio.gather(*(self.ask("message.send", **letter) for letter in some))
        for letter, answer in zip(some, answers, strict=True):
            if not answer["ok"]:
                if answer["error"]["code"] != "unavailable":
                    self.faults.append(f"{self.name}: {letter['key']} was refused: {answer}")
                return
            self._unanswered.popleft()
            self.answered.append((letter, answer["message"]))
            self.on_answer()

    # --- In step ---------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        start = await self.ask("session.start", since=self.positions)
        assert start["ok"], start
        for message in start["missed"]:
            self._remember(message)
        for conversation_id in start["restart"]:
            await self._read(conversation_id)
        for conversation in start["conversations"]:
            if conversation["id"] not in self.positions and conversation["last_seq"]:
                await self._read(conversation["id"])
            self.positions[conversation["id"]] = conversation["rev"]
        early, self._early = self._early or [], None
        for message in early:
            self._keep(message)

    async def _read(self, conversation_id: str) -> None:
        after, more = 0, True
        while more:
            page = await self.ask(
                "message.history", conversation_id=conversation_id, after=after, limit=200
            )
            for message in page["messages"]:
                self._remember(message)
                after = message["seq"]
            more = page["more"]

    def _hear(self, push: dict[str, Message]) -> None:
        message = push["message"]
        if (message["id"], message["rev"]) in self._told:
            self.faults.append(f"{self.name}: was told {message['id']} twice")
        self._told.add((message["id"], message["rev"]))
        if self._early is not None:
            self._early.append(message)
        else:
            self._keep(message)

    def _keep(self, message: Message) -> None:
        """What comes live comes in order: a gap would be asked for, and is a fault here."""
        id, rev = message["conversation_id"], message["rev"]
        position = self.positions.get(id, 0)
        if rev == position + 1:
            self.positions[id] = rev
        elif rev > position:
            self.faults.append(f"{self.name}: {id} went from {position} to {rev}")
            self._start_over()
        self._remember(message)

    def _remember(self, message: Message) -> None:
        known = self.messages.get(message["id"])
        if known is None or known["rev"] <= message["rev"]:
            self.messages[message["id"]] = message
