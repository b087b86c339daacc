"""The agendas and the calendar of a school, read with its roster and remembered as long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from server.presence.availability import DEFAULT, Agenda, Calendar, chat_is_closed, read_agenda
from server.presence.outlook import Outlook
from server.turn import Turn
from storage import ids
from storage.schema import AVAILABILITIES_OF_SCHOOL, Availability, SchoolCalendar


async def calendar_of(turn: Turn, school_id: str) -> Calendar:
    """Raises LookupError for a school that is not there."""
    known = await turn.roster.remember(school_id)
    if "calendar" not in known:
        known["calendar"] = await _read_calendar(turn, school_id)
    calendar: Calendar = known["calendar"]
    return calendar


async def _read_calendar(turn: Turn, school_id: str) -> Calendar:
    school = await turn.roster.school(school_id)
    if school is None:
        raise LookupError(f"there is no school {school_id}")
    record = await turn.roster.get(SchoolCalendar, ids.of_calendar(school_id))
    return Calendar(ZoneInfo(school.timezone), frozenset(record.closed if record else ()))


async def agendas_of(turn: Turn, school_id: str, teacher_ids: Iterable[str]) -> list[Agenda]:
    """In the same order; the default for whoever has set nothing."""
    known = await turn.roster.remember(school_id)
    if "agendas" not in known:
        records = await turn.roster.find(AVAILABILITIES_OF_SCHOOL, school_id)
        known["agendas"] = {record.id: agenda_of(record) for record in records}
    agendas: dict[str, Agenda] = known["agendas"]
    return [agendas.get(id, DEFAULT) for id in teacher_ids]


async def outlook_of(turn: Turn, school_id: str, teacher_id: str) -> Outlook:
    """Remembered as long as settings and calendar stand: many messages ask the same."""
    known = await turn.roster.remember(school_id)
    key = ("outlook", teacher_id)
    if key not in known:
        (agenda,) = await agendas_of(turn, school_id, [teacher_id])
        known[key] = Outlook(agenda, await calendar_of(turn, school_id))
    outlook: Outlook = known[key]
    return outlook


async def chat_closed(turn: Turn, school_id: str, teacher_ids: Iterable[str]) -> bool:
    """Whether none of a team that has any takes messages."""
    return chat_is_closed(await agendas_of(turn, school_id, teacher_ids))


def agenda_of(record: Availability) -> Agenda:
    digest: Any = record.digest and (record.digest.at, record.digest.days)
    return read_agenda(record.chat, record.hours, record.away, digest)
