"""One conversation as it grows by the rules, in memory; nothing is stored before `writes`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.clock import date_at
from server.school import conversations as rules
from server.school import opening
from server.school.rights import Circle, Seat, seat_of
from storage.schema import Conversation, Message, Participation, RoleName
from storage.writes import Insert, Write

Person = tuple[str, RoleName, str]
"""Id, role and name, as `rights.seat_of` takes them."""

A_MOMENT = timedelta(seconds=1)


@dataclass(slots=True)
class Talk:
    """What everybody does in it goes through the rule for it, at an instant of their choice.

    The rules' notices are left out: nobody is mailed of what was said before the school was there.
    """

    circle: Circle
    people: Mapping[str, Person]
    """By SIS id."""
    conversation: Conversation
    participations: tuple[Participation, ...]
    last_at: datetime
    messages: dict[str, Message] = field(default_factory=dict)

    @classmethod
    def open(
        cls, circle: Circle, people: Mapping[str, Person], asker: str, named: Collection[str],
        at: datetime,
    ) -> Talk:  # fmt: skip
        asker_id = people[asker][0]
        guardian_ids = opening.participants(circle, asker_id, [people[one][0] for one in named])
        outcome = opening.open_conversation(circle, asker_id, guardian_ids, None, at)
        made = [write.record for write in outcome.writes]
        participations = tuple(one for one in made if isinstance(one, Participation))
        return cls(circle, people, outcome.conversation, participations, at)

    def say(self, who: str, text: str, at: datetime) -> Message:
        """Never before what was said last."""
        at = max(at, self.last_at + A_MOMENT)
        number = self.conversation.last_seq + 1
        outcome = rules.send_message(self._seat(who), f"demo-{number}", text, None, at)
        return self._take(outcome, at)

    def correct(self, message: Message, who: str, text: str) -> None:
        at = message.at + timedelta(minutes=2)
        self._take(rules.edit_message(self._seat(who), message, text, at), at)

    def withdraw(self, message: Message, who: str) -> None:
        at = message.at + timedelta(minutes=1)
        self._take(rules.withdraw_message(self._seat(who), message, at), at)

    def read(self, who: str) -> None:
        seat = self._seat(who)
        self.conversation = rules.mark_read(seat, self.conversation.last_seq).conversation

    def handle(self, who: str) -> None:
        self.conversation = rules.handle_conversation(self._seat(who), True).conversation

    def take(self, who: str) -> None:
        self.conversation = rules.take_conversation(self._seat(who), True).conversation

    def writes(self) -> list[Write]:
        """As it has become, each record once."""
        records = (self.conversation, *self.participations, *self.messages.values())
        return [Insert(record) for record in records]

    def _seat(self, who: str) -> Seat:
        today = date_at(self.last_at, self.circle.school.timezone)
        seat = seat_of(self.conversation, self.circle, [self.people[who]], today)
        if seat is None:
            raise LookupError(f"{who} has no place in this conversation")
        return seat

    def _take(self, outcome: rules.Outcome, at: datetime) -> Message:
        message = outcome.message
        if message is None:
            raise TypeError("a rule about a message comes to a message")
        self.conversation = outcome.conversation
        self.messages[message.id] = message
        self.last_at = at
        return message
