"""pupil.set_apart."""

from __future__ import annotations

from msgspec.structs import replace

from server import access, views
from server.decision import Conflict, Decision
from server.protocol import people
from server.school.accounts import RosterChanged
from server.turn import Turn
from storage.schema import PLACEMENTS_OF_PUPIL
from storage.writes import Replace


async def set_apart(turn: Turn, request: people.SetApart) -> Decision:
    school, pupil = await access.open_pupil_as_office(turn, request.pupil_id)
    if pupil.apart and not request.apart:
        raise Conflict("apart_in_roster", apart=True)
    marked = replace(pupil, apart_by_office=request.apart)
    placements = await turn.roster.find(PLACEMENTS_OF_PUPIL, pupil.id)
    class_id = placements[-1].class_id if placements else ""
    shown = await views.pupil_shown_to_team(turn, marked, class_id)
    reply = people.PupilAnswer(pupil=shown)
    if marked == pupil:
        return Decision(reply)
    return Decision(reply, (Replace(marked), Replace(school)), (RosterChanged(school.id),))
