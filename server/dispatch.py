"""One turn: decide, commit, publish, answer. The one place that writes, tells and answers.

A decision rests on what was read; each record it replaces is guarded by its
version, and when somebody was faster the turn is decided again. Turns on one
conversation queue up as well: that keeps pushes in the order stored and costs
less than deciding again.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.bell import Bell
from server.clock import now
from server.connections import Connection, Connections
from server.decision import Conflict, Decision, Down, Refusal
from server.hints import Hints, NoHints
from server.metrics import COMMIT, DELIVERY
from server.presence.online import DeviceFocused, Online
from server.presence.online.memory import MemoryOnline
from server.presence.setting import AvailabilityChanged
from server.presence.team import outlines
from server.publish import publish
from server.queues import Queues
from server.recent import RecentConversations
from server.roster_reader import RosterMemory, RosterReader
from server.school.conversations import MessageChanged, MessagePosted
from server.settings import Settings
from server.turn import Turn
from storage.schema import Conversation, Mail, Notice, Session
from storage.store import Store
from storage.writes import Duplicate, Insert, Stale, Unavailable, Write

log = logging.getLogger("hekje")

ATTEMPTS = 8
REMEMBERED = 10_000

Decide = Callable[[Turn], Awaitable[Decision]]


@dataclass(slots=True)
class Asker:
    """Who asks, through which connection if any."""

    account_id: str = ""
    session: Session | None = None
    connection: Connection | None = None


class Dispatch:
    """Carries out turns on one store, and tells the connections of this process."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = now,
        push_key: str = "",
        online: Online | None = None,
        hints: Hints | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.connections = Connections()
        self.clock = clock
        self.push_key = push_key
        self.online = online or MemoryOnline()
        self.bell = Bell()
        """Rung when a turn has left work for the worker of this process."""
        self._hints = hints or NoHints()
        self.told: OrderedDict[str, int] = OrderedDict()
        """The last `rev` of each conversation that this process has told its clients."""
        self.told_outlines: dict[str, dict[str, int]] = {}
        """When the teams of each school are there, as its clients here were last told."""
        self._memory = RosterMemory()
        self.recent = RecentConversations()
        self._queues = Queues()

    def turn(self, asker: Asker, *, again: bool = False) -> Turn:
        moment = self.clock()
        return Turn(
            store=self.store,
            roster=RosterReader(self.store, self._memory, moment),
            recent=self.recent,
            settings=self.settings,
            now=moment,
            push_key=self.push_key,
            account_id=asker.account_id,
            session=asker.session,
            again=again,
        )

    async def run(self, asker: Asker, decide: Decide, *, boundary: str | None = None) -> Any:
        """The reply to a request; raises a `Refusal`, whatever goes wrong.

        Turns with the same `boundary` (the record their races are about) are
        carried out one after the other.
        """
        asked_at = time.perf_counter()
        try:
            async with self._queues.of(boundary) if boundary else nullcontext():
                return await self._decide_and_tell(asker, decide, asked_at)
        except Refusal:
            raise
        except Unavailable as error:
            log.warning("the database is unavailable: %s", error)
            raise Down from error
        except Exception as error:
            log.exception("a turn failed")
            raise Down from error

    async def _decide_and_tell(self, asker: Asker, decide: Decide, asked_at: float) -> Any:
        for attempt in range(ATTEMPTS):
            turn = self.turn(asker, again=attempt > 0)
            try:
                decision = await decide(turn)
                await self._commit(decision)
            except (Stale, Duplicate):
                continue
            except Refusal:
                if turn.guessed:
                    continue
                raise
            if decision.events:
                await self._tell(asker, decision)
                DELIVERY.observe(time.perf_counter() - asked_at)
            if any(map(_is_for_the_worker, decision.writes)):
                self.bell.ring()
            return decision.reply
        raise Conflict("too_busy")

    async def _commit(self, decision: Decision) -> None:
        if decision.writes:
            began = time.perf_counter()
            await self.store.commit(decision.writes)
            self.recent.stored(decision.writes)
            COMMIT.observe(time.perf_counter() - began)

    async def _tell(self, asker: Asker, decision: Decision) -> None:
        """What is stored is stored: trouble in telling is logged, and a gap in `rev` mends it."""
        turn = self.turn(asker)
        for event in decision.events:
            try:
                if isinstance(event, DeviceFocused):
                    await self._focus(asker.connection, event.conversation_id)
                    continue
                self._hints.tell(event)
                await publish(turn, self.connections, event, asker.connection)
                if isinstance(event, MessagePosted | MessageChanged):
                    self._remember(event.conversation)
                elif isinstance(event, AvailabilityChanged):
                    self.told_outlines[event.school_id] = await outlines(turn, event.school_id)
            except Exception:
                log.exception("%s could not be told", type(event).__name__)

    async def _focus(self, connection: Connection | None, conversation_id: str | None) -> None:
        if connection is not None:
            connection.device = connection.device._replace(conversation_id=conversation_id)
            await self.online.here(connection.device)

    def _remember(self, conversation: Conversation) -> None:
        self.told[conversation.id] = conversation.rev
        self.told.move_to_end(conversation.id)
        if len(self.told) > REMEMBERED:
            self.told.popitem(last=False)


def _is_for_the_worker(write: Write) -> bool:
    return isinstance(write, Insert) and isinstance(write.record, Notice | Mail)
