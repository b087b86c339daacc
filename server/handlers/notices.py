"""notice.failures: whom mail did not reach."""

from __future__ import annotations

from datetime import timedelta

from server import access
from server.clock import rfc3339
from server.decision import Decision
from server.protocol import notices
from server.school.accounts import folded
from server.turn import Turn
from storage.schema import (
    UNDELIVERED_OF_SCHOOL,
    Account,
    Guardian,
    Role,
    RoleName,
    Teacher,
    Undelivered,
)

SHOWN_FOR = timedelta(days=90)
MOST_SHOWN = 200


async def failures(turn: Turn, request: notices.ListFailures) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    marks = await turn.store.find(
        UNDELIVERED_OF_SCHOOL,
        school.id,
        after=turn.now - SHOWN_FOR,
        descending=True,
        limit=MOST_SHOWN,
    )
    shown = []
    for mark in marks:
        reader = await reader_of(turn, mark)
        if reader is not None:
            role, name = reader
            shown.append(
                notices.Failure(
                    person_id=mark.id,
                    role=role,
                    name=name,
                    email=mark.to,
                    trouble=mark.cause,
                    said=mark.said,
                    at=rfc3339(mark.failed_at),
                )
            )
    return Decision(notices.FailuresAnswer(failures=shown))


async def reader_of(turn: Turn, mark: Undelivered) -> tuple[RoleName, str] | None:
    """Role and name of whom a mail did not reach; None once it would go elsewhere, or nowhere."""
    role = await turn.roster.get(Role, mark.id)
    account = await turn.store.get(Account, role.account_id) if role else None
    if account is not None and account.email != mark.to:
        return None
    guardian = await turn.roster.get(Guardian, mark.id)
    if guardian is not None:
        moved = account is None and folded(guardian.email or "") != mark.to
        return None if guardian.gone or moved else ("guardian", guardian.name)
    teacher = await turn.roster.get(Teacher, mark.id)
    if teacher is not None:
        return None if teacher.gone else ("teacher", teacher.name)
    return "office", account.name if account else ""
