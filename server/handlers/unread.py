"""notice.unread and school.show_unread: what parents wrote and no teacher has read for too long.

Worked out when the office asks: nothing is kept for it beside the instant at which a conversation
began to wait, so that it costs nobody anything until then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from server import access
from server.clock import rfc3339
from server.decision import Decision
from server.presence.agendas import calendar_of
from server.presence.school_days import waited_before
from server.protocol import unread as talk
from server.protocol.people import Person
from server.school.accounts import RosterChanged
from server.school.conversations import first_unread, team_position
from server.school.rights import has_ended
from server.turn import Turn
from storage import ids
from storage.schema import (
    CONVERSATIONS_UNREAD,
    MESSAGES,
    Conversation,
    Guardian,
    Message,
    School,
    SchoolClass,
)
from storage.writes import Replace

SHOWN_FOR = timedelta(days=180)
"""A message that has waited for longer is another year's."""
MOST_SHOWN = 200
LOOKED_AT = 500
"""Messages of one conversation, looked through for the first that waits."""


async def unread(turn: Turn, request: talk.ListUnread) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    return Decision(await _shown(turn, school))


async def show_unread(turn: Turn, request: talk.ShowUnread) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    changed = replace(school, unread_days=request.days)
    reply = await _shown(turn, changed)
    if changed == school:
        return Decision(reply)
    return Decision(reply, (Replace(changed),), (RosterChanged(school.id),))


async def _shown(turn: Turn, school: School) -> talk.UnreadAnswer:
    if school.unread_days is None:
        return talk.UnreadAnswer(unread=[])
    calendar = await calendar_of(turn, school.id)
    before = waited_before(calendar, turn.now, school.unread_days)
    waiting = await _waiting(turn, school, before) if before else []
    found: dict[tuple[str, str], talk.Unread] = {}
    for conversation in waiting:
        one = await _unread(turn, school, conversation)
        if one is not None:
            found.setdefault((one.class_id, one.guardian.id), one)
    return talk.UnreadAnswer(days=school.unread_days, unread=list(found.values()))


async def _waiting(turn: Turn, school: School, before: datetime) -> list[Conversation]:
    """Those that wait longest first."""
    return await turn.store.find(
        CONVERSATIONS_UNREAD,
        school.id,
        after=turn.now - SHOWN_FOR,
        before=before,
        limit=MOST_SHOWN,
    )


async def _unread(turn: Turn, school: School, conversation: Conversation) -> talk.Unread | None:
    """None where nobody can do anything about it any more: the year has ended, the parent left."""
    school_class = await turn.roster.get(SchoolClass, conversation.class_id)
    if school_class is None or has_ended(school, school_class, turn.today(school)):
        return None
    message = await _first(turn, conversation)
    guardian = await turn.roster.get(Guardian, message.author_id) if message else None
    if message is None or guardian is None or guardian.gone:
        return None
    return talk.Unread(
        class_id=school_class.id,
        guardian=Person(id=guardian.id, name=guardian.name),
        since=rfc3339(message.at),
    )


async def _first(turn: Turn, conversation: Conversation) -> Message | None:
    """The message that waits; of it only who wrote it and when is shown."""
    id, read = conversation.id, team_position(conversation)
    first, last = ids.of_message(id, read), ids.of_message(id, ids.LAST_SEQ)
    found = await turn.store.find(MESSAGES, after=first, before=last, limit=LOOKED_AT)
    return first_unread(conversation, found)
