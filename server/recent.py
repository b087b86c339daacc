"""Conversations as this process last stored them.

That is how nearly every one still is when the next message comes. It is a
guess all the same, and counts only where it is replaced: the guard of its
version then proves it, or the turn is decided again on what is stored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from storage.schema import Conversation
from storage.writes import Delete, Insert, Write

REMEMBERED = 10_000


class RecentConversations:
    """The last so many that were written, by id."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Conversation] = OrderedDict()

    def guess(self, id: str) -> Conversation | None:
        return self._known.get(id)

    def changed_since(self, at: datetime) -> list[Conversation]:
        """Of these, those that people see another `rev` of."""
        return [one for one in self._known.values() if one.changed_at > at]

    def forget(self, id: str) -> None:
        self._known.pop(id, None)

    def stored(self, writes: Iterable[Write]) -> None:
        """Take over what a commit has just made of them."""
        for write in writes:
            conversation = write.record
            if not isinstance(conversation, Conversation):
                continue
            self.forget(conversation.id)
            if not isinstance(write, Delete):
                version = 1 if isinstance(write, Insert) else conversation.version + 1
                self._known[conversation.id] = replace(conversation, version=version)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
