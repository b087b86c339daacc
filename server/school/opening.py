"""How a conversation comes to be: who it is with, settled before its first message and for good."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from server.decision import AgainstPolicy, NotFound, ReadOnly
from server.school.conversations import ConversationChanged, Outcome
from server.school.rights import Circle
from storage import ids
from storage.schema import Conversation, Participation
from storage.writes import Insert, Replace


def participants(circle: Circle, asker_id: str, named: list[str] | None) -> tuple[str, ...]:
    """Who a conversation about this pupil is with, as asked by a guardian or by the team.

    Raises `NotFound` for a guardian the asker does not see, `AgainstPolicy`
    where guardians who live apart would be named together.
    """
    is_guardian = asker_id in circle.guardian_ids
    apart = circle.apart
    if is_guardian:
        wanted = {asker_id, *(named or ())}
        visible = {asker_id} if apart else circle.guardian_ids
    else:
        wanted = set(named) if named is not None else set(circle.guardian_ids)
        visible = circle.guardian_ids
    if not wanted <= visible:
        raise NotFound
    if not wanted:
        raise AgainstPolicy("no_guardians", "no_guardians")
    if apart and len(wanted) > 1:
        raise AgainstPolicy("apart", "guardians_apart")
    return tuple(sorted(wanted))


def open_conversation(
    circle: Circle,
    asker_id: str,
    guardian_ids: tuple[str, ...],
    known: Conversation | None,
    now: datetime,
    *,
    ended: bool = False,
) -> Outcome:
    """The one conversation with these participants, made if there is none yet.

    `ended`: the class's year is over; what is not there for the asker is then not made.
    """
    if known and (known.last_seq or asker_id in known.opened_by):
        return Outcome(known)
    if ended:
        raise ReadOnly
    if known is None:
        conversation = _new(circle, asker_id, guardian_ids, now)
        parts = [_participation(conversation, guardian_id) for guardian_id in guardian_ids]
        news = ConversationChanged(conversation, only=asker_id)
        return Outcome(conversation, (Insert(conversation), *map(Insert, parts)), (news,))
    joined = replace(known, opened_by=(*known.opened_by, asker_id))
    return Outcome(joined, (Replace(joined),), (ConversationChanged(joined, only=asker_id),))


def _participation(conversation: Conversation, guardian_id: str) -> Participation:
    return Participation(
        id=ids.pair(conversation.id, guardian_id),
        school_id=conversation.school_id,
        guardian_id=guardian_id,
        conversation_id=conversation.id,
    )


def _new(
    circle: Circle, asker_id: str, guardian_ids: tuple[str, ...], now: datetime
) -> Conversation:
    id = ids.of_conversation(circle.school_class.id, circle.pupil.id, guardian_ids)
    return Conversation(
        id=id,
        school_id=circle.school.id,
        class_id=circle.school_class.id,
        pupil_id=circle.pupil.id,
        guardian_ids=guardian_ids,
        opened_by=(asker_id,),
        order=ids.NEVER + id,
        bucket=ids.bucket(ids.school_of(id)),
        changed_at=now,
    )
