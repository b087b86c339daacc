"""One request on its way: who asks, when, and what can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from server.clock import date_at
from server.decision import Unauthenticated
from server.recent import RecentConversations
from server.roster_reader import RosterReader
from server.settings import Settings
from storage.schema import ROLES_OF_ACCOUNT, Account, Conversation, Role, School, Session
from storage.store import Store

MOST_ROLES = 200


@dataclass(slots=True)
class Turn:
    """Made anew for each attempt, so that a second look never rests on a first one's reading."""

    store: Store
    roster: RosterReader
    recent: RecentConversations
    settings: Settings
    now: datetime
    push_key: str = ""
    """With which browsers subscribe to pushes."""
    account_id: str = ""
    session: Session | None = None
    again: bool = False
    """Whether it was decided before, on what was no longer so."""
    guessed: bool = False
    """Whether it rests on how a conversation was left, unread: a refusal is then not the last word."""
    _roles: list[Role] | None = field(default=None)

    async def account(self) -> Account:
        account = await self.store.get(Account, self.account_id)
        if account is None:  # it has gone into another
            raise Unauthenticated
        return account

    async def conversation_to_replace(self, conversation_id: str) -> Conversation | None:
        """For a turn that nearly always replaces it: it is not read when it was just written."""
        guess = None if self.again else self.recent.guess(conversation_id)
        if guess is None:
            return await self.store.get(Conversation, conversation_id)
        self.guessed = True
        return guess

    async def roles(self) -> list[Role]:
        """The asker's roles at all schools, as of now."""
        if self._roles is None:
            self._roles = await self.store.find(ROLES_OF_ACCOUNT, self.account_id, limit=MOST_ROLES)
        return self._roles

    def today(self, school: School) -> date:
        """The date at the school."""
        return date_at(self.now, school.timezone)
