"""school.require_second_factor and school.name_in_digests."""

from __future__ import annotations

from msgspec.structs import replace

from server import access, views
from server.decision import Decision
from server.protocol import people
from server.school.accounts import RosterChanged
from server.turn import Turn
from storage.schema import School
from storage.writes import Replace


async def require_second_factor(turn: Turn, request: people.RequireSecondFactor) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    return _changed(turn, school, replace(school, second_factor=tuple(sorted(set(request.roles)))))


async def name_in_digests(turn: Turn, request: people.NameInDigests) -> Decision:
    school = await access.open_school_as_office(turn, request.school_id)
    return _changed(turn, school, replace(school, digest_names=request.allowed))


def _changed(turn: Turn, school: School, changed: School) -> Decision:
    reply = people.SchoolAnswer(school=views.school_shown(turn, changed))
    if changed == school:
        return Decision(reply)
    return Decision(reply, (Replace(changed),), (RosterChanged(school.id),))
