"""conversation.open, .list, .take and .handle."""

from __future__ import annotations

from server import access, views
from server.circles import classes_of_teacher
from server.decision import Decision
from server.protocol import conversations as talk
from server.school import conversations as rules
from server.school import opening
from server.school.rights import Seat, has_ended, is_read_only
from server.turn import Turn
from storage import ids
from storage.schema import (
    CONVERSATIONS_OF_CLASS,
    PARTICIPATIONS_OF_GUARDIAN,
    Conversation,
    Teacher,
)

MOST_OF_GUARDIAN = 1_000
"""Conversations of one guardian: pupils × classes they were in × who else is named."""


async def open(turn: Turn, request: talk.OpenConversation) -> Decision:
    circle, (person_id, role, name) = await access.open_circle(
        turn, request.class_id, request.pupil_id
    )
    guardian_ids = opening.participants(circle, person_id, request.guardian_ids)
    id = ids.of_conversation(request.class_id, request.pupil_id, guardian_ids)
    known = await turn.store.get(Conversation, id)
    today = turn.today(circle.school)
    ended = has_ended(circle.school, circle.school_class, today)
    outcome = opening.open_conversation(
        circle, person_id, guardian_ids, known, turn.now, ended=ended
    )
    conversation = outcome.conversation
    read_only = is_read_only(conversation, circle, today)
    seat = Seat(conversation, circle, person_id, role, name, read_only)
    return await _answer(turn, seat, outcome)


async def list_(turn: Turn, request: talk.ListConversations) -> Decision:
    before = await _order_of(turn, request.before) if request.before else None
    seats = await newest(turn, request.limit + 1, class_id=request.class_id, before=before)
    shown = [await views.conversation_seen_from(turn, seat) for seat in seats[: request.limit]]
    return Decision(talk.ConversationsAnswer(conversations=shown, more=len(seats) > request.limit))


async def take(turn: Turn, request: talk.TakeConversation) -> Decision:
    seat = await access.open_conversation(turn, request.conversation_id)
    taken_by = seat.conversation.taken_by
    holder = await turn.roster.get(Teacher, taken_by) if taken_by else None
    return await _answer(turn, seat, rules.take_conversation(seat, request.taken, holder))


async def handle(turn: Turn, request: talk.HandleConversation) -> Decision:
    seat = await access.open_conversation(turn, request.conversation_id)
    return await _answer(turn, seat, rules.handle_conversation(seat, request.handled))


async def newest(
    turn: Turn, limit: int, *, class_id: str | None = None, before: str | None = None
) -> list[Seat]:
    """The asker's places in the conversations changed last, of one class or of all theirs."""
    found: dict[str, Seat] = {}
    for role in await turn.roles():
        if role.role == "teacher":
            for taught in await classes_of_teacher(turn, role.id):
                if class_id in (None, taught):
                    found |= await _of_class(turn, taught, before, limit)
        elif role.role == "guardian":
            for row in await _of_guardian(turn, role.id):
                if class_id in (None, row.class_id) and (before is None or row.order < before):
                    found |= await _seated(turn, [row])
    seats = sorted(found.values(), key=lambda seat: seat.conversation.order, reverse=True)
    return seats[:limit]


async def _of_class(turn: Turn, class_id: str, before: str | None, limit: int) -> dict[str, Seat]:
    """So many that the asker sees: what only its opener knows of must not fill the page."""
    found: dict[str, Seat] = {}
    while len(found) < limit:
        rows = await turn.store.find(
            CONVERSATIONS_OF_CLASS, class_id, before=before, descending=True, limit=limit
        )
        found |= await _seated(turn, rows)
        if len(rows) < limit:
            break
        before = rows[-1].order
    return found


async def _of_guardian(turn: Turn, guardian_id: str) -> list[Conversation]:
    parts = await turn.store.find(PARTICIPATIONS_OF_GUARDIAN, guardian_id, limit=MOST_OF_GUARDIAN)
    rows = [await turn.store.get(Conversation, part.conversation_id) for part in parts]
    return [row for row in rows if row is not None]


async def _seated(turn: Turn, rows: list[Conversation]) -> dict[str, Seat]:
    seats = [await access.seat_in(turn, row) for row in rows]
    return {seat.conversation.id: seat for seat in seats if seat}


async def _order_of(turn: Turn, conversation_id: str) -> str:
    return (await access.open_conversation(turn, conversation_id)).conversation.order


async def _answer(turn: Turn, seat: Seat, outcome: rules.Outcome) -> Decision:
    shown = await views.conversation_seen_from(turn, seat.take(outcome.conversation))
    return Decision(talk.ConversationAnswer(conversation=shown), outcome.writes, outcome.events)
