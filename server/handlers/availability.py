"""availability.get, .week, .mine, .preview, .set and .dismiss."""

from __future__ import annotations

from msgspec import convert
from msgspec.structs import asdict

from server import access
from server.circles import classes_of_teacher
from server.clock import rfc3339
from server.decision import Decision
from server.presence.agendas import agenda_of, calendar_of
from server.presence.availability import DAY, WEEKDAYS, Agenda, Calendar, minutes, state
from server.presence.notices import reach
from server.presence.setting import (
    AvailabilityChanged,
    check_dates,
    checked_availability,
    default_availability,
    dismiss_ended,
    set_availability,
)
from server.presence.team import class_availability, classes_now, team_week
from server.protocol import availability as talk
from server.protocol.base import Done
from server.turn import Turn
from storage.schema import Availability, DigestTime


async def get(turn: Turn, request: talk.GetAvailability) -> Decision:
    school_class = await access.open_class_of_mine(turn, request.class_id)
    return Decision(await class_availability(turn, school_class.id))


async def week(turn: Turn, request: talk.ShowTeamWeek) -> Decision:
    school_class = await access.open_class(turn, request.class_id)
    calendar = await calendar_of(turn, school_class.school_id)
    day = request.date or calendar.date_at(turn.now)
    check_dates("date", [day])
    return Decision(await team_week(turn, school_class.id, day - day.weekday() * DAY))


async def mine(turn: Turn, request: talk.ShowMyAvailability) -> Decision:
    school, teacher_id = await access.open_school_as_teacher(turn, request.school_id)
    record = await turn.roster.get(Availability, teacher_id)
    return Decision(
        _shown(record or default_availability(school.id, teacher_id), own=record is not None)
    )


async def preview(turn: Turn, request: talk.PreviewAvailability) -> Decision:
    """By the rule itself, so that what the teacher is told beforehand is what happens."""
    school, teacher_id = await access.open_school_as_teacher(turn, request.school_id)
    agenda = agenda_of(checked_availability(_wanted(school.id, teacher_id, request)))
    check_dates("moments", (moment.date for moment in request.moments))
    calendar = await calendar_of(turn, school.id)
    found = [_reached(agenda, calendar, moment) for moment in request.moments]
    return Decision(talk.PreviewAnswer(moments=found))


def _reached(agenda: Agenda, calendar: Calendar, moment: talk.Moment) -> talk.Reached:
    at = calendar.instant(moment.date, minutes(moment.time))
    way = reach(agenda, calendar, at)
    return talk.Reached(
        at=rfc3339(at),
        available=state(agenda, calendar, at).available,
        notice="push" if way.push else "email" if way.email_at else "none",
        due=rfc3339(way.email_at) if way.email_at and not way.push else None,
    )


async def set_(turn: Turn, request: talk.SetAvailability) -> Decision:
    school, teacher_id = await access.open_school_as_teacher(turn, request.school_id)
    before = await turn.roster.get(Availability, teacher_id)
    wanted = _wanted(school.id, teacher_id, request)
    writes = set_availability(school, before, wanted, confirm=request.confirm, now=turn.now)
    current = set(await classes_now(turn, school.id))
    classes = tuple(id for id in await classes_of_teacher(turn, teacher_id) if id in current)
    events = (AvailabilityChanged(school.id, classes),) if writes else ()
    stored = next((w.record for w in writes if isinstance(w.record, Availability)), before)
    return Decision(_shown(stored or wanted, own=True), writes, events)


async def dismiss(turn: Turn, request: talk.DismissEnded) -> Decision:
    school, teacher_id = await access.open_school_as_teacher(turn, request.school_id)
    before = await turn.roster.get(Availability, teacher_id)
    return Decision(Done(), dismiss_ended(school, before))


def _wanted(
    school_id: str, teacher_id: str, request: talk.SetAvailability | talk.PreviewAvailability
) -> Availability:
    digest = request.digest
    return Availability(
        id=teacher_id,
        school_id=school_id,
        chat=request.chat,
        hours={
            day: tuple((start, end) for start, end in blocks)
            for day, blocks in asdict(request.hours).items()
        },
        away=tuple((first, last) for first, last in request.away),
        digest=DigestTime(digest.at, tuple(digest.days)) if digest else None,
    )


def _shown(record: Availability, *, own: bool) -> talk.MyAvailability:
    digest = record.digest
    return talk.MyAvailability(
        school_id=record.school_id,
        hours=convert({day: record.hours.get(day, ()) for day in WEEKDAYS}, talk.Hours),
        away=[[first, last] for first, last in record.away],
        chat=record.chat,
        digest=convert(asdict(digest), talk.DigestTimes) if digest else None,
        own=own,
        digest_ended_at=rfc3339(record.digest_ended_at) if record.digest_ended_at else None,
    )
