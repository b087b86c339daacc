"""Whether somebody must still hear of a message: by the rights, marks and words of this moment."""

from __future__ import annotations

from dataclasses import dataclass

from server.audience import Participant, participants
from server.turn import Turn
from storage import ids
from storage.schema import Conversation, Message


@dataclass(frozen=True, slots=True)
class Case:
    """A message that somebody may read and has not read."""

    person: Participant
    conversation: Conversation
    message: Message


async def case_of(
    turn: Turn, person_id: str, message_id: str, known: dict[str, Conversation | None]
) -> Case | None:
    """None for what was read or withdrawn, or is no longer theirs. `known`: read in this look."""
    id = ids.conversation_of(message_id)
    if id not in known:
        known[id] = await turn.store.get(Conversation, id)
    conversation = known[id]
    message = await turn.store.get(Message, message_id)
    if conversation is None or message is None:
        return None
    for person in await participants(turn, conversation):
        if person.person_id == person_id and _is_news(person, conversation, message):
            return Case(person, conversation, message)
    return None


async def cases_of(turn: Turn, message_id: str) -> list[Case]:
    """All who must hear of a new message: of a guardian's the team and the other guardians named,
    of a teacher's the guardians."""
    message = await turn.store.get(Message, message_id)
    conversation = await turn.store.get(Conversation, ids.conversation_of(message_id))
    if conversation is None or message is None:
        return []
    return [
        Case(person, conversation, message)
        for person in await participants(turn, conversation)
        if _is_news(person, conversation, message)
    ]


def _is_news(person: Participant, conversation: Conversation, message: Message) -> bool:
    if message.withdrawn or person.person_id == message.author_id:
        return False
    if person.of_team and message.author_role != "guardian":
        return False
    return conversation.positions.get(person.person_id, 0) < message.seq
