"""What a mail about messages says: per class and conversation how many wait and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.notify.cases import Case
from server.turn import Turn
from storage.schema import Pupil, School, SchoolClass


@dataclass(frozen=True, slots=True)
class WaitingInConversation:
    """Unread messages of one conversation, for one reader."""

    conversation_id: str
    pupil: str
    """Empty unless the school allows names in mail."""
    messages: int
    since: datetime
    handled: bool
    """A colleague has dealt with it."""


@dataclass(frozen=True, slots=True)
class WaitingInClass:
    """The conversations of one class, those first that still wait, the oldest first."""

    name: str
    conversations: tuple[WaitingInConversation, ...]

    @property
    def waiting(self) -> int:
        """Messages that nobody has dealt with."""
        return sum(one.messages for one in self.conversations if not one.handled)

    @property
    def since(self) -> datetime:
        """The oldest of those, or of all when none waits."""
        waiting = [one.since for one in self.conversations if not one.handled]
        return min(waiting or [one.since for one in self.conversations])


async def waiting_in(turn: Turn, school: School, cases: Sequence[Case]) -> list[WaitingInClass]:
    """By class, in the order of their names."""
    classes: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        conversation = case.conversation
        classes.setdefault(conversation.class_id, {}).setdefault(conversation.id, []).append(case)
    found = []
    for class_id, conversations in classes.items():
        school_class = await turn.roster.get(SchoolClass, class_id)
        waiting = [await _conversation(turn, school, mine) for mine in conversations.values()]
        waiting.sort(key=lambda one: (one.handled, one.since, one.conversation_id))
        found.append(WaitingInClass(school_class.name if school_class else "", tuple(waiting)))
    return sorted(found, key=lambda one: one.name)


async def _conversation(turn: Turn, school: School, cases: Sequence[Case]) -> WaitingInConversation:
    conversation = cases[0].conversation
    pupil = await turn.roster.get(Pupil, conversation.pupil_id) if school.digest_names else None
    return WaitingInConversation(
        conversation.id,
        pupil=pupil.name if pupil else "",
        messages=len(cases),
        since=min(case.message.at for case in cases),
        handled=conversation.handled,
    )
