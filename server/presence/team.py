"""When the team of a class is there, as it is shown, and who is told when that changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from server.circles import contacts_of, team_of
from server.clock import rfc3339
from server.connections import Connection, Connections
from server.presence.agendas import agendas_of, calendar_of
from server.presence.availability import (
    DAY,
    WEEKDAYS,
    Agenda,
    Block,
    State,
    blocks_on,
    chat_is_closed,
    clock_time,
    reason_on,
    state,
    team_state,
)
from server.protocol.availability import (
    AvailableTeacher,
    AvailableTeam,
    ClassAvailability,
    Hours,
    TeacherOnDay,
    TeamDay,
    TeamWeek,
)
from server.school.rights import has_ended
from server.turn import Turn
from storage import ids
from storage.schema import (
    CLASSES_OF_SCHOOL,
    PLACEMENTS_OF_CLASS,
    ROLES_OF_SCHOOL,
    Role,
    Teacher,
)


async def class_availability(turn: Turn, class_id: str) -> ClassAvailability:
    school_id = ids.school_of(class_id)
    calendar = await calendar_of(turn, school_id)
    team = await _named_team(turn, class_id)
    agendas = await agendas_of(turn, school_id, [id for _, id in team])
    whole = team_state(agendas, calendar, turn.now)
    return ClassAvailability(
        class_id=class_id,
        team=AvailableTeam(
            available=whole.available,
            until=_shown(whole.until),
            reason=whole.reason,
            next=_shown(whole.next),
        ),
        teachers=[
            _teacher(id, name, agenda, state(agenda, calendar, turn.now))
            for (name, id), agenda in zip(team, agendas, strict=True)
        ],
        chat_closed=chat_is_closed(agendas),
    )


async def team_week(turn: Turn, class_id: str, monday: date) -> TeamWeek:
    """Who of the team is there on which date: hours, closed days and days away together."""
    school_id = ids.school_of(class_id)
    calendar = await calendar_of(turn, school_id)
    team = await _named_team(turn, class_id)
    agendas = await agendas_of(turn, school_id, [id for _, id in team])

    def on(day: date, id: str, name: str, agenda: Agenda) -> TeacherOnDay:
        blocks = blocks_on(agenda, calendar, day)
        reason = None if blocks else reason_on(agenda, calendar, day)
        return TeacherOnDay(teacher_id=id, name=name, hours=_clock_times(blocks), reason=reason)

    days = [monday + number * DAY for number in range(7)]
    return TeamWeek(
        class_id=class_id,
        days=[
            TeamDay(
                date=day,
                closed=day in calendar.closed,
                teachers=[
                    on(day, id, name, agenda)
                    for (name, id), agenda in zip(team, agendas, strict=True)
                ],
            )
            for day in days
        ],
    )


async def _named_team(turn: Turn, class_id: str) -> list[tuple[str, str]]:
    """Names and ids, by name."""
    team = []
    for teacher_id in await team_of(turn, class_id):
        teacher = await turn.roster.get(Teacher, teacher_id)
        if teacher is not None:
            team.append((teacher.name, teacher.id))
    return sorted(team)


def _teacher(id: str, name: str, agenda: Agenda, found: State) -> AvailableTeacher:
    return AvailableTeacher(
        teacher_id=id,
        name=name,
        hours=_usual(agenda) if agenda.chat else Hours(),
        available=found.available,
        until=_shown(found.until),
        reason=found.reason,
        next=_shown(found.next),
    )


def _usual(agenda: Agenda) -> Hours:
    return Hours(**{day: _clock_times(agenda.hours[n]) for n, day in enumerate(WEEKDAYS)})


def _clock_times(blocks: Sequence[Block]) -> list[list[str]]:
    return [[clock_time(start), clock_time(end)] for start, end in blocks]


def _shown(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


# --- Who is told ---------------------------------------------------------------------------


async def classes_now(turn: Turn, school_id: str) -> list[str]:
    """The ids of a school's classes whose year has not ended."""
    school = await turn.roster.school(school_id)
    classes = await turn.roster.find(CLASSES_OF_SCHOOL, school_id)
    if school is None:
        return []
    return [one.id for one in classes if not has_ended(school, one, turn.today(school))]


async def outlines(turn: Turn, school_id: str) -> dict[str, int]:
    """What the answers of each class rest on: changes when they may."""
    calendar = await calendar_of(turn, school_id)
    found = {}
    for class_id in await classes_now(turn, school_id):
        team = sorted(await team_of(turn, class_id))
        agendas = await agendas_of(turn, school_id, team)
        found[class_id] = hash((calendar.zone.key, calendar.closed, *team, *agendas))
    return found


async def listeners_of_class(
    turn: Turn, connections: Connections, class_id: str, source: Connection | None
) -> list[Connection]:
    """The connections here of a class's team, the guardians of its pupils, and the office."""
    people = set(await team_of(turn, class_id))
    for placement in await turn.roster.find(PLACEMENTS_OF_CLASS, class_id):
        people |= {contact.guardian.id for contact in await contacts_of(turn, placement.pupil_id)}
    roles = [await turn.roster.get(Role, id) for id in people]
    roles += await turn.roster.find(ROLES_OF_SCHOOL, ids.school_of(class_id), "office")
    accounts = {role.account_id for role in roles if role is not None}
    return [one for id in accounts for one in connections.of(id) if one is not source]
