"""The turns behind the link in a digest: whose it is, and turning it off."""

from __future__ import annotations

from dataclasses import dataclass

from server import access
from server.decision import Decision, NotFound
from server.presence.agendas import agendas_of
from server.presence.setting import AvailabilityChanged, end_digest
from server.school.accounts import RightsChanged
from server.turn import Turn
from storage import ids
from storage.schema import Account, Availability, Role, School


@dataclass(frozen=True, slots=True)
class DigestOf:
    """What the page behind the link says."""

    school: str
    locale: str
    on: bool


async def show(turn: Turn, *, teacher_id: str) -> Decision:
    """Changes nothing: mail scanners follow links."""
    school, account = await _reader(turn, teacher_id)
    (agenda,) = await agendas_of(turn, school.id, [teacher_id])
    return Decision(DigestOf(school.name, account.locale, on=agenda.digest is not None))


async def end(turn: Turn, *, teacher_id: str) -> Decision:
    """Once or again, it is off; a page of theirs that is open says so at once."""
    school, account = await _reader(turn, teacher_id)
    before = await turn.roster.get(Availability, teacher_id)
    writes = end_digest(school, before, teacher_id, turn.now)
    events = (AvailabilityChanged(school.id, ()), RightsChanged((account.id,))) if writes else ()
    return Decision(DigestOf(school.name, account.locale, on=False), writes, events)


async def _reader(turn: Turn, teacher_id: str) -> tuple[School, Account]:
    """A link of somebody who does not teach there any more is the same as one that never was."""
    role = await turn.roster.get(Role, teacher_id)
    school = await turn.roster.school(ids.school_of(teacher_id))
    account = await turn.store.get(Account, role.account_id) if role else None
    if school is None or account is None or role is None or role.role != "teacher":
        raise NotFound("link_unknown")
    if not await access.still_holds(turn, role):
        raise NotFound("link_unknown")
    return school, account
