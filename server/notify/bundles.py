"""Bundles what waits for one person by e-mail: what to write when some of it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from server.notify.cases import Case, case_of
from server.notify.roads import email_of
from server.presence.agendas import outlook_of
from server.presence.outlook import Outlook
from server.turn import Turn
from storage import ids
from storage.schema import Account, Conversation, Delivery, Mail, Mailed, Role, instant_ms
from storage.writes import Delete, Insert, Replace, Write

MOST_BUNDLED = 1_000
"""Messages in one e-mail."""
AGAIN_AFTER = timedelta(hours=1)
"""A guardian is mailed of a conversation at most once in this time, until they read it."""
MOMENT_KEPT = timedelta(days=8)
"""How long it is known which digest moment a teacher's last mail was for; a week has each once."""


async def bundle(turn: Turn, person_id: str, waiting: Sequence[Delivery], host: str) -> list[Write]:
    """One mail of what is due, decided again; what is not due any more moves, or goes.

    A guardian's mail takes along what would have been due a little later. A teacher gets one mail
    at a digest moment: what is late for it comes with the next.
    """
    role = await turn.roster.get(Role, person_id)
    if role is None:  # nobody speaks for them any more
        return [Delete(delivery) for delivery in waiting]
    told, writes = await _looked_at(turn, role, waiting)
    if not any(delivery.due_at <= turn.now for delivery, _ in told):
        return writes
    cases = [case for _, case in told]
    if role.role != "teacher":
        marks = await _conversation_marks(turn, cases)
    else:
        outlook = await outlook_of(turn, role.school_id, role.id)
        moment = _last_moment(outlook, cases, turn.now)
        before = await turn.store.get(Mailed, role.id)
        if before is not None and before.seq >= instant_ms(moment):
            due_at = outlook.next_digest(turn.now)
            return writes + [_moved(delivery, due_at) for delivery, _ in told]
        marks = [_mark(role.id, before, instant_ms(moment), turn.now + MOMENT_KEPT)]
    mail = await _mail(turn, role, cases, host)
    return writes + [Delete(delivery) for delivery, _ in told] + mail + marks


async def _looked_at(
    turn: Turn, role: Role, waiting: Sequence[Delivery]
) -> tuple[list[tuple[Delivery, Case]], list[Write]]:
    """What there is to tell, and what becomes of the rest."""
    told: list[tuple[Delivery, Case]] = []
    writes: list[Write] = []
    known: dict[str, Conversation | None] = {}
    for delivery in waiting:
        is_due = delivery.due_at <= turn.now
        if role.role == "teacher" and not is_due:
            continue
        case = await case_of(turn, role.id, delivery.message_id, known)
        due_at = await _due_again(turn, delivery, case) if case and is_due else delivery.due_at
        if case is None or due_at is None:
            writes.append(Delete(delivery))
        elif due_at > turn.now and is_due:
            writes.append(_moved(delivery, due_at))
        elif is_due or await _held_until(turn, case) is None:
            told.append((delivery, case))
    return told, writes


def _moved(delivery: Delivery, due_at: datetime | None) -> Write:
    return Replace(replace(delivery, due_at=due_at)) if due_at else Delete(delivery)


def _last_moment(outlook: Outlook, cases: Sequence[Case], now: datetime) -> datetime:
    """The digest moment that has come; by settings of today, since the newest message."""
    moment = now
    coming = outlook.next_digest(max(case.message.at for case in cases))
    while coming is not None and coming <= now:
        moment, coming = coming, outlook.next_digest(coming)
    return moment


async def _due_again(turn: Turn, delivery: Delivery, case: Case) -> datetime | None:
    if case.person.of_team:
        way = await email_of(turn, case)
        return way.due_at if way else None
    held = await _held_until(turn, case)
    return held or delivery.due_at


async def _held_until(turn: Turn, case: Case) -> datetime | None:
    """When a guardian may be mailed again of a conversation that they have not opened since."""
    mailed = await turn.store.get(Mailed, _mark_of(case))
    if mailed is None or mailed.expires_at <= turn.now:
        return None
    read = case.conversation.positions.get(case.person.person_id, 0)
    return mailed.expires_at if read < mailed.seq else None


def _mark_of(case: Case) -> str:
    return ids.pair(case.conversation.id, case.person.person_id)


async def _mail(turn: Turn, role: Role, cases: Sequence[Case], host: str) -> list[Write]:
    account = await turn.store.get(Account, role.account_id)
    if account is None:
        return []
    of_team = role.role == "teacher"
    id = ids.fresh()
    mail = Mail(
        id=id,
        template="digest" if of_team else "news",
        to=account.email,
        locale=account.locale,
        person_id=role.id,
        message_ids=tuple(case.message.id for case in cases),
        header_id=f"<{id}@{host}>",
        bucket=ids.bucket(id),
        due_at=turn.now,
    )
    return [Insert(mail)]


async def _conversation_marks(turn: Turn, cases: Sequence[Case]) -> list[Write]:
    """One for each conversation; the guard on an earlier one keeps two workers apart."""
    last: dict[str, Case] = {}
    for case in cases:
        other = last.get(case.conversation.id)
        if other is None or other.message.seq < case.message.seq:
            last[case.conversation.id] = case
    writes: list[Write] = []
    for case in last.values():
        before = await turn.store.get(Mailed, _mark_of(case))
        until = turn.now + AGAIN_AFTER
        writes.append(_mark(_mark_of(case), before, case.message.seq, until))
    return writes


def _mark(id: str, before: Mailed | None, seq: int, expires_at: datetime) -> Write:
    version = before.version if before else 0
    mark = Mailed(id=id, version=version, seq=seq, bucket=ids.bucket(id), expires_at=expires_at)
    return Replace(mark) if before else Insert(mark)
