"""Tells people what has happened, once it is committed.

The audience is worked out from the rights of that moment, never from rooms or
from what was true when the turn began; only named people are told, and nobody
means nobody. What goes to several connections alike is encoded once.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import convert

from server import views
from server.audience import Listener, listeners, seat_for
from server.connections import Connection, Connections
from server.decision import Event
from server.frames import event as frame
from server.presence.setting import AvailabilityChanged
from server.presence.team import class_availability, listeners_of_class
from server.protocol import conversations as told
from server.protocol.availability import AvailabilityChanged as Stands
from server.protocol.session import SessionChanged
from server.school.accounts import RightsChanged, RosterChanged, SessionsEnded
from server.school.conversations import (
    ConversationChanged,
    MessageChanged,
    MessageIsTyping,
    MessagePosted,
    MessageWasRead,
)
from server.turn import Turn
from storage.schema import Message


async def publish(
    turn: Turn, connections: Connections, event: Event, source: Connection | None
) -> None:
    """Tell everyone concerned except the connection whose request caused it."""
    if isinstance(event, MessagePosted):
        present = await listeners(turn, connections, event.conversation, source)
        _tell_message(present, "message.posted", event.message, told.MessagePosted)
    elif isinstance(event, MessageChanged):
        present = await listeners(turn, connections, event.conversation, source)
        _tell_message(present, "message.changed", event.message, told.MessageChanged)
    elif isinstance(event, ConversationChanged):
        await _tell_conversation(turn, connections, event, source)
    elif isinstance(event, MessageWasRead):
        await _tell_read(turn, connections, event, source)
    elif isinstance(event, MessageIsTyping):
        await _tell_typing(turn, connections, event, source)
    elif isinstance(event, AvailabilityChanged):
        for class_id in event.class_ids:
            await _tell_availability(turn, connections, class_id, source)
    elif isinstance(event, RightsChanged):
        for account_id in event.account_ids:
            for connection in tuple(connections.of(account_id)):
                if connection is not source:
                    connection.push(frame("session.changed", SessionChanged()))
    elif isinstance(event, SessionsEnded):
        for connection in tuple(connections.of(event.account_id)):
            if connection.session_id in event.session_ids:
                connection.end()
    elif isinstance(event, RosterChanged):
        return  # `server.watch` notices the school's new version, in this process as in others
    else:
        raise TypeError(f"nobody knows how to tell {type(event).__name__}")


def _tell_message(
    present: list[Listener],
    name: str,
    message: Message,
    push: Callable[..., told.MessagePosted | told.MessageChanged],
) -> None:
    """One encoding for all who see the same: the author has its key, a veiled reader no name."""
    encoded: dict[tuple[bool, bool], bytes] = {}
    for listener in present:
        mine = listener.person.person_id == message.author_id
        veiled = listener.person.veiled and not mine
        if (mine, veiled) not in encoded:
            shown = views.message_shown(message, mine=mine, veiled=veiled)
            encoded[mine, veiled] = frame(name, push(message=shown))
        for connection in listener.connections:
            connection.push(encoded[mine, veiled])


async def _tell_conversation(
    turn: Turn, connections: Connections, event: ConversationChanged, source: Connection | None
) -> None:
    for listener in await listeners(turn, connections, event.conversation, source):
        if event.only is not None and listener.person.person_id != event.only:
            continue
        if event.only is None and not (listener.person.of_team or event.guardians_too):
            continue
        seat = await seat_for(turn, event.conversation, listener.person)
        shown = await views.conversation_seen_from(turn, seat)
        encoded = frame("conversation.changed", told.ConversationChanged(conversation=shown))
        for connection in listener.connections:
            connection.push(encoded)


async def _tell_availability(
    turn: Turn, connections: Connections, class_id: str, source: Connection | None
) -> None:
    present = await listeners_of_class(turn, connections, class_id, source)
    if present:
        stands = await class_availability(turn, class_id)
        encoded = frame("availability.changed", convert(stands, Stands, from_attributes=True))
        for connection in present:
            connection.push(encoded)


async def _tell_read(
    turn: Turn, connections: Connections, event: MessageWasRead, source: Connection | None
) -> None:
    """Guardians hear how far the team has read, the team which guardian has."""
    conversation = event.conversation
    by_guardian = event.reader_id in conversation.guardian_ids
    for listener in await listeners(turn, connections, conversation, source):
        if listener.person.of_team and by_guardian:
            _push(
                listener,
                told.MessageWasRead(
                    conversation_id=conversation.id, seq=event.seq, by=event.reader_id
                ),
                "message.was_read",
            )
        elif not listener.person.of_team and not by_guardian:
            _push(
                listener,
                told.MessageWasRead(conversation_id=conversation.id, seq=event.seq, by="team"),
                "message.was_read",
            )


async def _tell_typing(
    turn: Turn, connections: Connections, event: MessageIsTyping, source: Connection | None
) -> None:
    """Guardians learn that the team writes; nobody hears of themselves or of another guardian."""
    by_guardian = event.writer_id in event.conversation.guardian_ids
    for listener in await listeners(turn, connections, event.conversation, source):
        person = listener.person
        if person.person_id == event.writer_id or (by_guardian and not person.of_team):
            continue
        by = event.writer_id if person.of_team else "team"
        _push(
            listener,
            told.MessageIsTyping(conversation_id=event.conversation.id, by=by),
            "message.is_typing",
        )


def _push(
    listener: Listener, payload: told.MessageWasRead | told.MessageIsTyping, name: str
) -> None:
    encoded = frame(name, payload)
    for connection in listener.connections:
        connection.push(encoded)
