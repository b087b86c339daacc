"""What has happened in one process, said to the others through Redis: wake-up hints, never truth.

A hint names a conversation and nothing that stands in it. Whoever hears it looks into the database
and works out the audience by the rights of that moment. One that is lost costs a second: then every
process looks around by itself. `tell` never waits, and what does not fit is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Protocol

import msgspec

from server.decision import Event
from server.redis import TROUBLE, heed_cancelling, open_redis
from server.school.conversations import (
    ConversationChanged,
    MessageChanged,
    MessageIsTyping,
    MessagePosted,
    MessageWasRead,
)
from storage import ids

log = logging.getLogger("hekje")

CHANNEL = "hekje:hints"
MOST_WAITING = 1_000
AT_ONCE = 100
AGAIN_AFTER = 1.0
"""Seconds after which Redis is tried again; meanwhile processes look around by themselves."""
COMPLAINS_EVERY = 60.0
"""Seconds between lines in the log while Redis is away."""
SAYS_SOMETHING_EVERY = 10.0
SILENCE = 3 * SAYS_SOMETHING_EVERY
"""Seconds after which a connection counts as broken."""


class Hint(msgspec.Struct, tag=True, frozen=True, forbid_unknown_fields=True):
    """Something happened."""


class Changed(Hint, tag="changed", frozen=True):
    """In a conversation: a message, a correction, or who answers. `only`: for one person alone."""

    conversation_id: str
    only: str | None = None


class WasRead(Hint, tag="read", frozen=True):
    """As the event: up to `seq`."""

    conversation_id: str
    reader_id: str
    seq: int


class IsTyping(Hint, tag="typing", frozen=True):
    """Gone with the moment."""

    conversation_id: str
    writer_id: str


class Look(Hint, tag="look", frozen=True):
    """At rights, sessions and hours: whatever it was, it stands in the database."""


AnyHint = Changed | WasRead | IsTyping | Look
Hear = Callable[[AnyHint], Awaitable[None]]


class Said(msgspec.Struct, frozen=True):
    """A hint and the process that it comes from."""

    origin: str
    hint: AnyHint


def hint_of(event: Event) -> AnyHint:
    if isinstance(event, MessagePosted | MessageChanged):
        return Changed(event.conversation.id)
    if isinstance(event, ConversationChanged):
        return Changed(event.conversation.id, event.only)
    if isinstance(event, MessageWasRead):
        return WasRead(event.conversation.id, event.reader_id, event.seq)
    if isinstance(event, MessageIsTyping):
        return IsTyping(event.conversation.id, event.writer_id)
    return Look()


class Hints(Protocol):
    """The port."""

    def tell(self, event: Event) -> None:
        """To all other processes, some time soon."""
        ...


class NoHints:
    """One process alone, or several that look around by themselves."""

    def tell(self, event: Event) -> None:
        return


class RedisHints:
    """On the Redis at `url`. Without it nothing is told and nothing heard."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._me = ids.fresh()
        self._waiting: asyncio.Queue[AnyHint] = asyncio.Queue(MOST_WAITING)
        self._complains_next = 0.0

    def tell(self, event: Event) -> None:
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(hint_of(event))

    async def run(self, hear: Hear) -> None:
        """Say and hear until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again(self._say))
            tasks.create_task(self._again(lambda: self._listen(hear)))

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except TROUBLE as error:
                heed_cancelling()
                self._complain(error)
            await asyncio.sleep(AGAIN_AFTER)

    def _complain(self, error: Exception) -> None:
        at = asyncio.get_running_loop().time()
        if at >= self._complains_next:
            self._complains_next = at + COMPLAINS_EVERY
            log.warning("no hints through Redis: %s", type(error).__name__)

    async def _say(self) -> None:
        async with aclosing(open_redis(self._url)) as redis:
            while True:
                said = await self._some()
                await redis.publish(CHANNEL, msgspec.json.encode(said))

    async def _some(self) -> list[Said]:
        """What waits, or nothing after a while: by that others know that Redis is there."""
        try:
            async with asyncio.timeout(SAYS_SOMETHING_EVERY):
                said = [Said(self._me, await self._waiting.get())]
        except TimeoutError:
            return []
        while len(said) < AT_ONCE and not self._waiting.empty():
            said.append(Said(self._me, self._waiting.get_nowait()))
        return said

    async def _listen(self, hear: Hear) -> None:
        async with aclosing(open_redis(self._url)) as redis, redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            await hear(Look())  # at what was said while nobody listened
            while True:
                message = await channel.get_message(timeout=SILENCE)
                if message is None:
                    raise TimeoutError("silence, though this process itself speaks")
                for said in _read(message["data"]) if message["type"] == "message" else ():
                    if said.origin != self._me:
                        await hear(said.hint)


def _read(text: str) -> list[Said]:
    """Nothing of what another version of Hekje says in a way of its own."""
    try:
        return msgspec.json.decode(text, type=list[Said])
    except msgspec.DecodeError:
        return []
