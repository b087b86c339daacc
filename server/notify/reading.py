"""What a worker reads by: a turn in which nobody asks anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.recent import RecentConversations
from server.roster_reader import RosterMemory, RosterReader
from server.settings import Settings
from server.turn import Turn
from storage.store import Store

AT_A_TIME = 50
"""Schools that are remembered: what is due together is of a few, and a worker meets all of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the roster as it is at each moment; remembers it while it stands."""

    store: Store
    memory: RosterMemory = field(default_factory=lambda: RosterMemory(AT_A_TIME))

    def at(self, now: datetime) -> Turn:
        """Made anew for each look, so that none rests on the rights of an earlier one."""
        roster = RosterReader(self.store, self.memory, now)
        return Turn(self.store, roster, RecentConversations(), Settings(), now)
