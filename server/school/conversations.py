"""Conversations and what is done in them.

Each rule replaces the Conversation, the boundary of every race in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from server.decision import AgainstPolicy, ChatClosed, Conflict, Event, Forbidden, ReadOnly
from server.school.rights import Seat
from server.school.text import checked, normalised
from storage import ids
from storage.schema import Conversation, Message, Notice, Teacher
from storage.writes import Insert, Replace, Write

CORRECTED_WITHIN = timedelta(minutes=15)
"""How long a text may be corrected, as the domain page says."""


class MessagePosted(Event, frozen=True):
    """`conversation` is as it became with this."""

    conversation: Conversation
    message: Message


class MessageChanged(Event, frozen=True):
    """Corrected or withdrawn."""

    conversation: Conversation
    message: Message


class ConversationChanged(Event, frozen=True):
    """Its state has changed for the whole team, or for one person alone (`only`)."""

    conversation: Conversation
    only: str | None = None
    guardians_too: bool = False


class MessageWasRead(Event, frozen=True):
    """Somebody has read up to `seq`; of the team only when that is further than any of it had."""

    conversation: Conversation
    reader_id: str
    seq: int


class MessageIsTyping(Event, frozen=True):
    """Gone with the moment: nothing is stored."""

    conversation: Conversation
    writer_id: str


class Outcome(Struct, frozen=True):
    """A conversation as it becomes, with what to write and whom to tell."""

    conversation: Conversation
    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    message: Message | None = None


# --- Messages ------------------------------------------------------------------------------


def send_message(
    seat: Seat, key: str, text: str, sent_before: Message | None, now: datetime
) -> Outcome:
    """A new message, or the one already stored under this key."""
    text = normalised(text)
    if sent_before:
        return _sent_again(seat, sent_before, text)
    _check_open(seat)
    checked(text)
    before = seat.conversation
    message = Message(
        id=ids.of_message(before.id, before.last_seq + 1),
        school_id=before.school_id,
        conversation_id=before.id,
        class_id=before.class_id,
        seq=before.last_seq + 1,
        rev=before.rev + 1,
        key=key,
        author_id=seat.person_id,
        author_role=seat.role,
        author_name=seat.name,
        text=text,
        at=now,
    )
    after = replace(
        before,
        last_seq=message.seq,
        rev=message.rev,
        positions={**before.positions, seat.person_id: message.seq},
        unread_since=None if seat.of_team else before.unread_since or now,
        handled=seat.of_team,
        order=ids.order(now, before.id),
        changed_at=now,
    )
    notice = Notice(
        id=ids.of_notice(message.id, now),
        school_id=before.school_id,
        message_id=message.id,
        bucket=before.bucket,
        due_at=now,
    )
    first = ConversationChanged(after, guardians_too=True) if before.last_seq == 0 else None
    turned = ConversationChanged(after) if before.handled != after.handled else None
    news = first or turned
    events = ((news,) if news else ()) + (MessagePosted(after, message),)
    return Outcome(after, (Replace(after), Insert(message), Insert(notice)), events, message)


def _check_open(seat: Seat) -> None:
    if seat.read_only:
        raise ReadOnly
    if seat.circle.chat_closed and not seat.of_team:
        raise ChatClosed(contact=seat.circle.school.contact)


def _sent_again(seat: Seat, message: Message, text: str) -> Outcome:
    if message.withdrawn:
        same = True  # nothing is kept of a withdrawn text that could tell
    elif message.first_text is not None:
        same = message.first_text == _fingerprint(text)
    else:
        same = message.text == text
    if not same:
        raise Conflict("key_used", message_id=message.id)
    return Outcome(seat.conversation, message=message)


def edit_message(seat: Seat, message: Message, text: str, now: datetime) -> Outcome:
    _must_be_author(seat, message)
    if message.withdrawn:
        raise Conflict("already_withdrawn", message_id=message.id)
    if seat.read_only:
        raise ReadOnly
    text = checked(normalised(text))
    if text == message.text:
        return Outcome(seat.conversation, message=message)
    if now - message.at > CORRECTED_WITHIN:
        raise AgainstPolicy("edit_window", "too_late_to_correct")
    first_text = message.first_text or _fingerprint(message.text)
    changed = replace(message, text=text, edited_at=now, first_text=first_text)
    return _revised(seat.conversation, changed, now)


def withdraw_message(
    seat: Seat, message: Message, now: datetime, unread: Sequence[Message] = ()
) -> Outcome:
    """Leaves a tombstone: nothing of the text, nor what could tell it, is kept.

    `unread`: the messages that the team has not read, in their order.
    """
    _must_be_author(seat, message)
    if message.withdrawn:
        return Outcome(seat.conversation, message=message)
    left = [one for one in unread if one.id != message.id]
    before = replace(seat.conversation, unread_since=waits_since(seat.conversation, left))
    return _revised(before, replace(message, text="", first_text=None, withdrawn=True), now)


def _must_be_author(seat: Seat, message: Message) -> None:
    if message.author_id != seat.person_id:
        raise Forbidden("not_the_author")


def _revised(before: Conversation, message: Message, now: datetime) -> Outcome:
    after = replace(before, rev=before.rev + 1, order=ids.order(now, before.id), changed_at=now)
    message = replace(message, revised=after.rev)
    return Outcome(
        after, (Replace(after), Replace(message)), (MessageChanged(after, message),), message
    )


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- Marks and states ----------------------------------------------------------------------


def mark_read(seat: Seat, seq: int, after_it: Sequence[Message] = ()) -> Outcome:
    """`after_it`: the messages after `seq`, in their order, where a teacher reads up to there."""
    before = seat.conversation
    seq = min(seq, before.last_seq)
    if seq <= before.positions.get(seat.person_id, 0):
        return Outcome(before)
    after = replace(before, positions={**before.positions, seat.person_id: seq})
    if seat.of_team:
        after = replace(after, unread_since=waits_since(after, after_it))
    own = ConversationChanged(after, only=seat.person_id)
    if seat.of_team and team_position(after) == team_position(before):
        return Outcome(after, (Replace(after),), (own,))  # guardians don't learn how many read
    told = MessageWasRead(after, seat.person_id, seq)
    return Outcome(after, (Replace(after),), (told, own))


def team_position(conversation: Conversation) -> int:
    """How far *the team* has read: as far as anybody did who was in it, also if they left since."""
    named = conversation.guardian_ids
    return max((seq for id, seq in conversation.positions.items() if id not in named), default=0)


def waits_since(conversation: Conversation, unread: Iterable[Message]) -> datetime | None:
    """When the first of these was sent that still waits for the team to read it."""
    first = first_unread(conversation, unread)
    return first.at if first else None


def first_unread(conversation: Conversation, messages: Iterable[Message]) -> Message | None:
    """Of a guardian; what was handled before needs nobody, whether somebody opened it or not."""
    since, read = conversation.unread_since, team_position(conversation)
    if since is None:
        return None
    for message in messages:
        waits = message.author_role == "guardian" and not message.withdrawn
        if waits and message.seq > read and message.at >= since:
            return message
    return None


def take_conversation(seat: Seat, taken: bool, holder: Teacher | None = None) -> Outcome:
    """`holder`: who has taken it, with the name that a colleague is told."""
    _must_be_team(seat)
    before = seat.conversation
    if holder and holder.id in seat.circle.teacher_ids and holder.id != seat.person_id:
        raise Conflict("taken_by_another", taken_by={"id": holder.id, "name": holder.name})
    return _state(before, replace(before, taken_by=seat.person_id if taken else None))


def handle_conversation(seat: Seat, handled: bool) -> Outcome:
    _must_be_team(seat)
    before = seat.conversation
    since = None if handled else before.unread_since
    return _state(before, replace(before, handled=handled, unread_since=since))


def _state(before: Conversation, after: Conversation) -> Outcome:
    if before == after:
        return Outcome(before)
    return Outcome(after, (Replace(after),), (ConversationChanged(after),))


def _must_be_team(seat: Seat) -> None:
    if not seat.of_team:
        raise Forbidden("team_only")
