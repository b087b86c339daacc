"""message.send, .history, .edit, .withdraw, .read, .typing and .search."""

from __future__ import annotations

from server import access, views
from server.circles import classes_of_teacher
from server.decision import Decision, Invalid, Refusal
from server.handlers.conversations import MOST_OF_GUARDIAN
from server.protocol import conversations as talk
from server.protocol.base import Done
from server.school import conversations as rules
from server.school.rights import Seat
from server.turn import Turn
from storage import ids
from storage.schema import (
    MESSAGE_BY_KEY,
    MESSAGES,
    PARTICIPATIONS_OF_GUARDIAN,
    Conversation,
    Message,
)
from storage.words import fold

MOST_UNREAD = 500
"""Messages after what the team has read, looked at for the first that still waits."""


async def send(turn: Turn, request: talk.SendMessage) -> Decision:
    """A key is nearly always new, so the index finds out that it is not: then it is looked up."""
    seat = await access.open_conversation_to_write(turn, request.conversation_id)
    known = await _sent_before(turn, seat, request.key) if turn.again else None
    try:
        outcome = rules.send_message(seat, request.key, request.text, known, turn.now)
    except Refusal:
        known = known or await _sent_before(turn, seat, request.key)
        if known is None:
            raise
        outcome = rules.send_message(seat, request.key, request.text, known, turn.now)
    return _answer(seat, outcome)


async def _sent_before(turn: Turn, seat: Seat, key: str) -> Message | None:
    found = await turn.store.find(
        MESSAGE_BY_KEY, seat.conversation.id, seat.person_id, key, limit=1
    )
    return found[0] if found else None


async def edit(turn: Turn, request: talk.EditMessage) -> Decision:
    seat, message = await access.open_message(turn, request.message_id)
    return _answer(seat, rules.edit_message(seat, message, request.text, turn.now))


async def withdraw(turn: Turn, request: talk.WithdrawMessage) -> Decision:
    seat, message = await access.open_message(turn, request.message_id)
    unread: list[Message] = []
    if seat.conversation.unread_since is not None:
        unread = await _after(turn, seat, rules.team_position(seat.conversation))
    return _answer(seat, rules.withdraw_message(seat, message, turn.now, unread))


async def history(turn: Turn, request: talk.ReadHistory) -> Decision:
    if request.before is not None and request.after is not None:
        raise Invalid("after", "before_or_after")
    seat = await access.open_conversation(turn, request.conversation_id)
    forward = request.after is not None
    id = request.conversation_id
    before = ids.LAST_SEQ if request.before is None else request.before
    rows = await turn.store.find(
        MESSAGES,
        after=ids.of_message(id, min(request.after or 0, ids.LAST_SEQ)),
        before=ids.of_message(id, min(before, ids.LAST_SEQ)),
        descending=not forward,
        limit=request.limit + 1,
    )
    page = rows[: request.limit] if forward else rows[: request.limit][::-1]
    shown = [views.message_seen_from(message, seat) for message in page]
    return Decision(talk.MessagesAnswer(messages=shown, more=len(rows) > request.limit))


async def read(turn: Turn, request: talk.MarkRead) -> Decision:
    seat = await access.open_conversation(turn, request.conversation_id)
    later: list[Message] = []
    if seat.of_team and request.seq < seat.conversation.last_seq:
        later = await _after(turn, seat, request.seq)
    outcome = rules.mark_read(seat, request.seq, later)
    position = outcome.conversation.positions.get(seat.person_id, 0)
    return Decision(talk.ReadAnswer(read_seq=position), outcome.writes, outcome.events)


async def _after(turn: Turn, seat: Seat, seq: int) -> list[Message]:
    """What came after that, in its order."""
    id = seat.conversation.id
    first, last = ids.of_message(id, seq), ids.of_message(id, ids.LAST_SEQ)
    return await turn.store.find(MESSAGES, after=first, before=last, limit=MOST_UNREAD)


async def typing(turn: Turn, request: talk.Typing) -> Decision:
    seat = await access.open_conversation(turn, request.conversation_id)
    if seat.read_only:
        return Decision(Done())
    return Decision(Done(), events=(rules.MessageIsTyping(seat.conversation, seat.person_id),))


async def search(turn: Turn, request: talk.SearchMessages) -> Decision:
    words = fold(request.text)
    if not words:
        raise Invalid("text", "search_words")
    if request.before:
        await access.open_message(turn, request.before)
    scopes = await _scopes(turn, request.conversation_id)
    found: list[talk.Message] = []
    before, wanted = request.before, request.limit + 1
    while len(found) < wanted:  # a teacher named as guardian may not see all of her own class
        rows = await turn.store.search(scopes, words, before=before, limit=wanted)
        for message in rows:
            seat = await _seat(turn, message)
            if seat is not None:
                found.append(views.message_seen_from(message, seat))
        if len(rows) < wanted:
            break
        before = rows[-1].id
    page = found[: request.limit]
    return Decision(talk.FoundAnswer(messages=page, more=len(found) > request.limit))


async def _scopes(turn: Turn, conversation_id: str | None) -> list[str]:
    """Where the asker may look: the conversations they are named in, the classes they teach."""
    if conversation_id is not None:
        await access.open_conversation(turn, conversation_id)
        return [conversation_id]
    scopes: list[str] = []
    for role in await turn.roles():
        if role.role == "teacher":
            scopes += await classes_of_teacher(turn, role.id)
        elif role.role == "guardian":
            parts = await turn.store.find(
                PARTICIPATIONS_OF_GUARDIAN, role.id, limit=MOST_OF_GUARDIAN
            )
            for part in parts:
                row = await turn.store.get(Conversation, part.conversation_id)
                if row and await access.seat_in(turn, row):
                    scopes.append(row.id)
    return scopes


async def _seat(turn: Turn, message: Message) -> Seat | None:
    conversation = await turn.store.get(Conversation, message.conversation_id)
    return await access.seat_in(turn, conversation) if conversation else None


def _answer(seat: Seat, outcome: rules.Outcome) -> Decision:
    message = outcome.message
    if message is None:
        raise TypeError("a rule about a message comes to a message")
    shown = views.message_seen_from(message, seat)
    return Decision(talk.MessageAnswer(message=shown), outcome.writes, outcome.events)
