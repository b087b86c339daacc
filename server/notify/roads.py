"""By which road a message goes to somebody, and when: a teacher by their hours, a guardian at once.

A push waits for quiet hours to end; what no device takes becomes an e-mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from server.notify.cases import Case
from server.notify.pushes import Looking, Push
from server.presence.agendas import calendar_of, outlook_of
from server.presence.availability import DAY, Calendar, minutes
from server.turn import Turn
from storage.schema import Account

BUNDLED_OVER = timedelta(minutes=10)
"""How long a guardian's e-mail waits for more, as the domain page says."""
PUSH_TAKES = timedelta(seconds=30)
"""By then it is known whether a device took a push: what goes by e-mail instead goes after that."""


@dataclass(frozen=True, slots=True)
class Way:
    """A road, and when."""

    road: Literal["push", "email"]
    due_at: datetime


async def way_of(turn: Turn, case: Case, looking: Looking, push: Push) -> Way | None:
    """How a message goes to somebody now; None for not at all."""
    way = await _way_by_settings(turn, case)
    if way is None or way.road == "email" or way.due_at > turn.now:
        return way
    account_id = case.person.account_id
    if not await push.reaches(account_id):
        return await email_of(turn, case)
    if await looking.has_open(account_id, case.conversation.id):
        return await email_of(turn, case)
    return way


async def _way_by_settings(turn: Turn, case: Case) -> Way | None:
    person = case.person
    if not person.of_team:
        account = await turn.store.get(Account, person.account_id)
        calendar = await calendar_of(turn, case.message.school_id)
        quiet = account.quiet_hours if account else None
        return Way("push", quiet_until(quiet, calendar, turn.now) or turn.now)
    outlook = await outlook_of(turn, case.message.school_id, person.person_id)
    # an evening stays an evening, however late a worker comes to it
    if outlook.is_there(turn.now) and outlook.is_there(case.message.at):
        return Way("push", turn.now)
    return await email_of(turn, case)


async def email_of(turn: Turn, case: Case) -> Way | None:
    """When a message is mailed by the settings of today; None for a teacher without a digest."""
    if not case.person.of_team:
        return Way("email", bundled_at(case.message.at, turn.now))
    outlook = await outlook_of(turn, case.message.school_id, case.person.person_id)
    due = outlook.next_digest(case.message.at)
    return Way("email", max(due, turn.now)) if due else None


async def email_after_push(turn: Turn, case: Case) -> Way | None:
    """When a message is mailed that a push now does not bring: at the first digest after that."""
    if not case.person.of_team:
        return Way("email", bundled_at(case.message.at, turn.now))
    outlook = await outlook_of(turn, case.message.school_id, case.person.person_id)
    due = outlook.next_digest(turn.now + PUSH_TAKES)
    return Way("email", due) if due else None


def bundled_at(written_at: datetime, now: datetime) -> datetime:
    """When a guardian is mailed; what was held back waits for its like from now on."""
    due = written_at + BUNDLED_OVER
    return due if due >= now + PUSH_TAKES else now + BUNDLED_OVER


def quiet_until(quiet: tuple[str, str] | None, calendar: Calendar, at: datetime) -> datetime | None:
    """The end of the quiet hours in which an instant lies, if any; they may run over midnight."""
    if quiet is None:
        return None
    start, end = map(minutes, quiet)
    today = calendar.date_at(at)
    for day in (today - DAY, today):
        ends = calendar.instant(day if start < end else day + DAY, end)
        if calendar.instant(day, start) <= at < ends:
            return ends
    return None
