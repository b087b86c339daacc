"""team.list, team.add and team.remove."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from server import access
from server.circles import is_here, team_of
from server.decision import Decision, NotFound
from server.protocol import teams as talk
from server.protocol.people import Person
from server.school import teams as rules
from server.school.accounts import RosterChanged
from server.turn import Turn
from storage import ids
from storage.schema import (
    SUBSTITUTES_OF_CLASS,
    TEACHERS_OF_SCHOOL,
    SchoolClass,
    Substitute,
    Teacher,
    TeamMember,
)
from storage.writes import Write


async def list_(turn: Turn, request: talk.ListTeam) -> Decision:
    _, school_class = await access.open_class_as_office(turn, request.class_id)
    return Decision(await _team(turn, school_class, {}))


async def add(turn: Turn, request: talk.AddToTeam) -> Decision:
    school, school_class = await access.open_class_as_office(turn, request.class_id)
    teacher = await turn.roster.get(Teacher, request.teacher_id)
    if teacher is None or not await _can_be_added(turn, teacher, school.id):
        raise NotFound
    writes = rules.add_substitute(
        school,
        school_class,
        teacher,
        await _substitute(turn, school_class, teacher.id),
        request.until,
        turn.today(school),
        of_roster=await _of_roster(turn, school_class, teacher.id),
    )
    return await _answer(turn, school_class, writes, {teacher.id: request.until})


async def remove(turn: Turn, request: talk.RemoveFromTeam) -> Decision:
    school, school_class = await access.open_class_as_office(turn, request.class_id)
    writes = rules.remove_substitute(
        school,
        await _substitute(turn, school_class, request.teacher_id),
        of_roster=await _of_roster(turn, school_class, request.teacher_id),
    )
    return await _answer(turn, school_class, writes, {request.teacher_id: None})


async def _answer(
    turn: Turn,
    school_class: SchoolClass,
    writes: tuple[Write, ...],
    changed: Mapping[str, date | None],
) -> Decision:
    events = (RosterChanged(school_class.school_id),) if writes else ()
    return Decision(await _team(turn, school_class, changed), writes, events)


async def _team(
    turn: Turn, school_class: SchoolClass, changed: Mapping[str, date | None]
) -> talk.TeamAnswer:
    """The team as it will be; `changed` has the substitutes added (until when) and removed."""
    substitutes = await turn.roster.find(SUBSTITUTES_OF_CLASS, school_class.id)
    until: dict[str, date | None] = {one.teacher_id: one.until for one in substitutes}
    until |= changed
    there = await team_of(turn, school_class.id)
    members: list[talk.TeamMember] = []
    others: list[Person] = []
    for teacher in await turn.roster.find(TEACHERS_OF_SCHOOL, school_class.school_id):
        of_roster = await _of_roster(turn, school_class, teacher.id)
        in_it = changed[teacher.id] is not None if teacher.id in changed else teacher.id in there
        if in_it or (of_roster and teacher.id in there):
            ends = None if of_roster else until.get(teacher.id)
            members.append(talk.TeamMember(id=teacher.id, name=teacher.name, until=ends))
        elif await _can_be_added(turn, teacher, school_class.school_id):
            others.append(Person(id=teacher.id, name=teacher.name))
    return talk.TeamAnswer(
        members=sorted(members, key=lambda one: (one.name, one.id)),
        others=sorted(others, key=lambda one: (one.name, one.id)),
    )


async def _can_be_added(turn: Turn, teacher: Teacher, school_id: str) -> bool:
    here = teacher.from_outside or await is_here(turn, teacher.id)
    return teacher.school_id == school_id and here


async def _substitute(turn: Turn, school_class: SchoolClass, teacher_id: str) -> Substitute | None:
    return await turn.roster.get(Substitute, ids.pair(school_class.id, teacher_id))


async def _of_roster(turn: Turn, school_class: SchoolClass, teacher_id: str) -> bool:
    member = await turn.roster.get(TeamMember, ids.pair(school_class.id, teacher_id))
    return member is not None
