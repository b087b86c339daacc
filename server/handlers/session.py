"""session.start: all for the first screen in one answer, and what was missed since the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server import access, views
from server.circles import circle_of, rooms
from server.clock import rfc3339
from server.decision import Decision
from server.handlers.conversations import newest
from server.presence.team import class_availability
from server.protocol import people
from server.protocol.conversations import Message as MessageShown
from server.protocol.session import DigestEnded, SessionStarted, StartSession
from server.school.rights import Seat
from server.turn import Turn
from storage import ids
from storage.schema import (
    MESSAGES,
    MESSAGES_REVISED,
    Availability,
    Conversation,
    Deployment,
    Role,
    SchoolClass,
)

CONVERSATIONS = 200
MISSED_OF_ONE = 200
MISSED = 1_000


async def start(turn: Turn, request: StartSession) -> Decision:
    account = await turn.account()
    deployment = await turn.store.get(Deployment, "deployment")
    seats = await newest(turn, CONVERSATIONS + 1)
    classes, pupils = await _classes_and_pupils(turn, seats[:CONVERSATIONS])
    missed, restart, gone = await _since(turn, request.since)
    return Decision(
        SessionStarted(
            account=await views.account_shown(turn, account),
            schools=await _schools(turn),
            classes=classes,
            pupils=pupils,
            channels=[],
            conversations=[
                await views.conversation_seen_from(turn, seat) for seat in seats[:CONVERSATIONS]
            ],
            more=len(seats) > CONVERSATIONS,
            availability=[await class_availability(turn, shown.id) for shown in classes],
            epoch=deployment.epoch if deployment else "",
            now=rfc3339(turn.now),
            push_key=turn.push_key,
            digests_ended=await _digests_ended(turn),
            missed=missed,
            restart=restart,
            gone=gone,
        )
    )


async def _schools(turn: Turn) -> list[people.School]:
    shown = []
    held = [role for role in await turn.roles() if await access.still_holds(turn, role)]
    for school_id in dict.fromkeys(role.school_id for role in held):
        school = await turn.roster.school(school_id)
        if school:
            shown.append(views.school_shown(turn, school))
    return shown


async def _digests_ended(turn: Turn) -> list[DigestEnded]:
    """Where a link turned the asker's digest off, and they have not been told."""
    found = []
    for role in await turn.roles():
        if role.role == "teacher" and await access.still_holds(turn, role):
            record = await turn.roster.get(Availability, role.id)
            if record and record.digest_ended_at:
                at = rfc3339(record.digest_ended_at)
                found.append(DigestEnded(school_id=role.school_id, at=at))
    return found


async def _classes_and_pupils(
    turn: Turn, seats: Sequence[Seat]
) -> tuple[list[people.SchoolClass], list[people.Pupil]]:
    """Those somebody has to do with, and the classes of conversations whose pupil has moved."""
    classes: dict[str, people.SchoolClass] = {}
    pupils: dict[tuple[str, str], people.Pupil] = {}
    for role in await turn.roles():
        if not await access.still_holds(turn, role):
            continue
        for class_id, pupil_ids in (await rooms(turn, role)).items():
            if class_id not in classes:
                await _add_class(turn, class_id, classes)
            for pupil_id in pupil_ids:
                await _add_pupil(turn, role, class_id, pupil_id, pupils)
    for seat in seats:
        if seat.conversation.class_id not in classes:
            await _add_class(turn, seat.conversation.class_id, classes)
    return list(classes.values()), list(pupils.values())


async def _add_pupil(
    turn: Turn,
    role: Role,
    class_id: str,
    pupil_id: str,
    pupils: dict[tuple[str, str], people.Pupil],
) -> None:
    """What a teacher sees goes before what the same person sees as guardian."""
    circle = await circle_of(turn, class_id, pupil_id)
    if circle is None or not circle.placed:
        return
    if role.role == "guardian":
        shown = views.pupil_shown_to_guardian(circle, role.id)
        pupils.setdefault((class_id, pupil_id), shown)
    else:
        shown = await views.pupil_shown_to_team(turn, circle.pupil, class_id)
        pupils[class_id, pupil_id] = shown


async def _add_class(turn: Turn, class_id: str, classes: dict[str, people.SchoolClass]) -> None:
    school_class = await turn.roster.get(SchoolClass, class_id)
    school = await turn.roster.school(ids.school_of(class_id))
    if school and school_class:
        classes[class_id] = await views.class_shown(turn, school, school_class)


async def _since(
    turn: Turn, since: Mapping[str, int] | None
) -> tuple[list[MessageShown] | None, list[str] | None, list[str] | None]:
    """Messages written or revised since, conversations with too many, those no longer theirs."""
    if since is None:
        return None, None, None
    missed: list[MessageShown] = []
    restart: list[str] = []
    gone: list[str] = []
    for conversation_id, rev in since.items():
        conversation = await turn.store.get(Conversation, conversation_id)
        seat = await access.seat_in(turn, conversation) if conversation else None
        if seat is None:
            gone.append(conversation_id)
            continue
        found = await _missed(turn, seat, rev)
        if found is None or len(missed) + len(found) > MISSED:
            restart.append(conversation_id)
        else:
            missed += found
    return missed, restart, gone


async def _missed(turn: Turn, seat: Seat, rev: int) -> list[MessageShown] | None:
    """What came after `rev`, in that order; None when it is more than a client should be sent.

    `rev` rises with `seq`, so new messages are the last ones; revised ones
    have an index of their own. What is written meanwhile does not count, or
    it would push the oldest of the missed ones out.
    """
    conversation = seat.conversation
    behind = conversation.rev - rev
    if behind <= 0:
        return [] if behind == 0 else None
    revised = await turn.store.find(
        MESSAGES_REVISED, conversation.id, after=rev, limit=MISSED_OF_ONE + 1
    )
    newest = await turn.store.find(
        MESSAGES,
        after=ids.of_message(conversation.id, 0),
        before=ids.of_message(conversation.id, conversation.last_seq + 1),
        descending=True,
        limit=min(behind, MISSED_OF_ONE + 1),
    )
    found = {
        message.id: message
        for message in (*revised, *newest)
        if max(message.rev, message.revised or 0) > rev
    }
    if len(found) > MISSED_OF_ONE:
        return None
    ordered = sorted(found.values(), key=lambda message: message.revised or message.rev)
    return [views.message_seen_from(message, seat) for message in ordered]
