"""What other processes have stored in conversations, told to the clients of this one.

The database is looked into once a second, and at once where another process gives a hint.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime, timedelta

from server.audience import listeners
from server.decision import Event
from server.dispatch import Asker, Dispatch
from server.frames import event as frame
from server.hints import Changed, IsTyping, WasRead
from server.publish import publish
from server.school.conversations import (
    ConversationChanged,
    MessageChanged,
    MessageIsTyping,
    MessagePosted,
    MessageWasRead,
)
from server.turn import Turn
from storage import ids
from storage.schema import (
    BUCKETS,
    CONVERSATIONS_CHANGED,
    MESSAGES,
    MESSAGES_REVISED,
    Conversation,
    Message,
)
from storage.writes import Unavailable

log = logging.getLogger("hekje")

HEADS_OF = timedelta(minutes=2)
OVERLAP = timedelta(seconds=5)
"""Looked back further than the last look, since clocks of processes differ a little."""
MOST_CHANGED = 2_000
"""Changed conversations of a bucket in one look; others show in a client's next heads or start."""
REMEMBERED = MOST_CHANGED * BUCKETS
AT_ONCE = 50
"""Conversations looked at before others get a turn."""


class Elsewhere:
    """One per serving process. `others`: whether another may serve the same database."""

    def __init__(self, dispatch: Dispatch, *, others: bool) -> None:
        self._dispatch = dispatch
        self._others = others
        self._told: OrderedDict[str, int] = OrderedDict()
        self._telling = asyncio.Lock()
        self._since = dispatch.clock()

    async def begin(self) -> None:
        """What was stored until now clients read when they connect: it is no news to anybody."""
        if self._others:
            for conversation in await self._changed_since(self._since - OVERLAP):
                self._told[conversation.id] = conversation.rev

    async def hear(self, hint: Changed | WasRead | IsTyping) -> None:
        """What another process says has happened; the database says whether and what."""
        try:
            conversation = await self._dispatch.store.get(Conversation, hint.conversation_id)
            if conversation is not None:
                await self._tell_hint(conversation, hint)
        except Unavailable:
            return  # the next look makes up for it
        except Exception:
            log.exception("a hint could not be followed")

    async def look(self) -> None:
        """At every conversation whose `rev` has risen since the last look."""
        now = self._dispatch.clock()
        for conversation in await self._changed_since(self._since - OVERLAP):
            async with self._telling:
                await self._tell_news(conversation)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        self._since = now

    async def _tell_hint(
        self, conversation: Conversation, hint: Changed | WasRead | IsTyping
    ) -> None:
        async with self._telling:
            news = await self._tell_news(conversation)
        turn = self._dispatch.turn(Asker())
        if isinstance(hint, WasRead):
            read = MessageWasRead(conversation, hint.reader_id, hint.seq)
            await self._publish(turn, read)
        elif isinstance(hint, IsTyping):
            await self._publish(turn, MessageIsTyping(conversation, hint.writer_id))
        elif not news:
            await self._publish(turn, ConversationChanged(conversation, hint.only))

    async def _tell_news(self, conversation: Conversation) -> bool:
        """Whether there was anything that the clients here have not heard."""
        known = self._dispatch.told.get(conversation.id, 0)
        known = max(known, self._told.get(conversation.id, 0))
        if conversation.rev <= known:
            return False
        await self._tell(conversation, known, self._since - OVERLAP)
        self._told[conversation.id] = conversation.rev
        self._told.move_to_end(conversation.id)
        return True

    async def _tell(self, conversation: Conversation, known: int, since: datetime) -> None:
        """What another process stored and this one's clients have not heard."""
        store, id = self._dispatch.store, conversation.id
        turn = self._dispatch.turn(Asker())
        await self._publish(turn, ConversationChanged(conversation, guardians_too=True))
        newest = await store.find(
            MESSAGES,
            after=ids.of_message(id, 0),
            before=ids.of_message(id, ids.LAST_SEQ),
            descending=True,
            limit=50,
        )
        if not known:  # nothing was told since this process began: not all that was ever corrected
            known = max((_rev_at(message, since) for message in newest), default=0)
        for message in reversed(newest):
            if message.revised is None and message.rev > known and message.at >= since:
                await self._publish(turn, MessagePosted(conversation, message))
        for message in await store.find(MESSAGES_REVISED, id, after=known, limit=50):
            await self._publish(turn, MessageChanged(conversation, message))

    async def _publish(self, turn: Turn, event: Event) -> None:
        await publish(turn, self._dispatch.connections, event, None)

    async def tell_heads(self) -> None:
        """Each connection hears the `rev` of its conversations that changed in the last minutes."""
        turn = self._dispatch.turn(Asker())
        heads: dict[int, tuple[object, dict[str, int]]] = {}
        for number, conversation in enumerate(await self._changed_since(turn.now - HEADS_OF)):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
            for listener in await listeners(turn, self._dispatch.connections, conversation, None):
                for connection in listener.connections:
                    _, mine = heads.setdefault(id(connection), (connection, {}))
                    mine[conversation.id] = conversation.rev
        for connection in self._dispatch.connections:
            if id(connection) in heads:
                connection.push(frame("heads", heads[id(connection)][1]))

    async def _changed_since(self, since: datetime) -> list[Conversation]:
        """A process that is alone has written all of them itself."""
        if not self._others:
            return self._dispatch.recent.changed_since(since)
        found: list[Conversation] = []
        for bucket in range(BUCKETS):
            found += await self._dispatch.store.find(
                CONVERSATIONS_CHANGED, bucket, after=since, limit=MOST_CHANGED
            )
        return found


def _rev_at(message: Message, at: datetime) -> int:
    """The last `rev` that a message had for sure by then; a withdrawal has no date."""
    if message.at >= at:
        return 0
    if message.revised and message.edited_at and message.edited_at < at and not message.withdrawn:
        return message.revised
    return message.rev
