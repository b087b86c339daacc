"""Who hears of a conversation: those who have a place in it by the roster as it is now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from server.circles import circle_of
from server.connections import Connection, Connections
from server.school.rights import Seat, is_read_only
from server.turn import Turn
from storage.schema import Conversation, Role, RoleName


class Participant(NamedTuple):
    """Somebody who has a place in a conversation, and the account that speaks for them."""

    person_id: str
    role: RoleName
    account_id: str
    veiled: bool
    """See `Seat.veiled`."""

    @property
    def of_team(self) -> bool:
        return self.role == "teacher"


class Listener(NamedTuple):
    """Somebody who may hear of it now, and the connections they have here."""

    person: Participant
    connections: list[Connection]


async def listeners(
    turn: Turn, connections: Connections, conversation: Conversation, source: Connection | None
) -> list[Listener]:
    """Everyone who is connected here and has a place in the conversation now."""
    present = []
    unwritten = conversation.last_seq == 0
    for person in await participants(turn, conversation):
        if unwritten and person.person_id not in conversation.opened_by:
            continue
        mine = [c for c in connections.of(person.account_id) if c is not source]
        if mine:
            present.append(Listener(person, mine))
    return present


async def participants(turn: Turn, conversation: Conversation) -> tuple[Participant, ...]:
    """Each account that has a place in it now, once; worked out anew when the roster changes."""
    known = await turn.roster.remember(conversation.school_id)
    key = ("participants", conversation.id)
    if key not in known:
        known[key] = tuple([person async for person in _seated(turn, conversation)])
    found: tuple[Participant, ...] = known[key]
    return found


async def _seated(turn: Turn, conversation: Conversation) -> AsyncIterator[Participant]:
    """Whoever is named takes part as guardian or not at all."""
    circle = await circle_of(turn, conversation.class_id, conversation.pupil_id)
    if circle is None:
        return
    named, seated = set(), set()
    for guardian_id in conversation.guardian_ids:
        role = await turn.roster.get(Role, guardian_id)
        if role is None:
            continue
        named.add(role.account_id)
        if guardian_id in circle.guardian_ids and role.account_id not in seated:
            seated.add(role.account_id)
            veiled = circle.apart
            yield Participant(guardian_id, "guardian", role.account_id, veiled)
    for teacher_id in circle.teacher_ids:
        role = await turn.roster.get(Role, teacher_id)
        if role is not None and role.account_id not in named | seated:
            seated.add(role.account_id)
            yield Participant(teacher_id, "teacher", role.account_id, veiled=False)


async def seat_for(turn: Turn, conversation: Conversation, person: Participant) -> Seat:
    """The place of one of its participants; raises LookupError when the pupil is gone."""
    circle = await circle_of(turn, conversation.class_id, conversation.pupil_id)
    if circle is None:
        raise LookupError("the class or the pupil of a conversation is gone")
    read_only = is_read_only(conversation, circle, turn.today(circle.school))
    return Seat(conversation, circle, person.person_id, person.role, "", read_only)
