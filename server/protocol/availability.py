"""When teachers read messages, and the dates on which a school is closed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from server.protocol.base import Answer, Id, Instant, Push, Request, about
from server.protocol.people import ClockTime

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BlockTime = Annotated[
    str,
    Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    about("clock time, `HH:MM`; `24:00` as an end"),
]
Block = Annotated[list[BlockTime], Meta(min_length=2, max_length=2)]
Blocks = Annotated[
    list[Block], Meta(max_length=1_440), about("start (included) and end (excluded)")
]
Away = Annotated[
    list[Annotated[list[date], Meta(min_length=2, max_length=2)]],
    Meta(max_length=1_000),
    about("first and last dates"),
]
Reason = Annotated[
    Literal["chat_off", "school_closed", "away", "outside_hours"],
    about("the first of these that holds"),
]


class Hours(Request):
    """Blocks of each weekday, none on a day that is left out. They may touch, not overlap."""

    mon: Blocks = []
    tue: Blocks = []
    wed: Blocks = []
    thu: Blocks = []
    fri: Blocks = []
    sat: Blocks = []
    sun: Blocks = []


class GetAvailability(Request):
    """Whether the team of a class is there now, and each of its teachers. Ask again at `until` or `next`."""

    class_id: Id


class AvailableTeam(Answer):
    """The team: there while any of its teachers is."""

    available: bool
    until: Annotated[Instant | None, about("the end, if there is any")] = None
    reason: Reason | None = None
    next: Annotated[Instant | None, about("when there again, if ever")] = None


class AvailableTeacher(Answer):
    """One teacher of a team."""

    teacher_id: str
    name: str
    hours: Annotated[Hours, about("of an ordinary week; none with chat off")]
    available: bool
    until: Annotated[Instant | None, about("the end, if there is any")] = None
    reason: Reason | None = None
    next: Annotated[Instant | None, about("when there again, if ever")] = None


class ClassAvailability(Answer):
    """When the team of a class is there, for whoever writes to it."""

    class_id: str
    team: AvailableTeam
    teachers: Annotated[list[AvailableTeacher], about("by name")]
    chat_closed: Annotated[
        bool, about("no teacher takes texts now: the school's `contact` says how to reach it")
    ] = False


class AvailabilityChanged(Push):
    """A teacher's hours or the school's calendar has changed: this is how it stands now."""

    class_id: str
    team: AvailableTeam
    teachers: list[AvailableTeacher]
    chat_closed: bool = False


class DigestTimes(Request):
    """When the one e-mail goes out that bundles what is unread."""

    at: ClockTime
    days: Annotated[list[Weekday], Meta(min_length=1, max_length=7)]


class ShowMyAvailability(Request):
    """What you have set at a school where you teach, or its default."""

    school_id: Id


class MyAvailability(Answer):
    """A teacher's own hours, days away, chat and digest."""

    school_id: str
    hours: Hours
    away: Away
    chat: bool
    own: Annotated[bool, about("set by you; until then the school's default holds")]
    digest: Annotated[DigestTimes | None, about("null: none")]
    digest_ended_at: Annotated[
        Instant | None, about("when a link in the digest turned it off: `availability.dismiss`")
    ] = None


class SetAvailability(Request):
    """Sets your hours at a school, all of them at once.

    Without a digest no e-mail tells you of messages: who has not asked whether that is meant says
    `confirm: false`, and is told so, as `policy` (`rule: "no_digest"`).
    """

    school_id: Id
    hours: Hours
    away: Away
    chat: Annotated[bool, about("whether guardians can write to you")]
    digest: Annotated[DigestTimes | None, about("null: none")]
    confirm: bool = True


class DismissEnded(Request):
    """You know by now that your digest is off: neither this nor `session.start` says so any more."""

    school_id: Id


class Moment(Request):
    """A date and a time of day, in the school's time zone."""

    date: date
    time: ClockTime


class PreviewAvailability(Request):
    """What settings would mean, before they are set: how a guardian's message of each moment reaches you."""

    school_id: Id
    hours: Hours
    away: Away
    chat: bool
    digest: Annotated[DigestTimes | None, about("null: none")]
    moments: Annotated[list[Moment], Meta(min_length=1, max_length=10)]


class Reached(Answer):
    """How a message of that moment reaches a teacher."""

    at: Instant
    available: bool
    notice: Annotated[
        Literal["push", "email", "none"], about("`push`: at once; `email`: in the digest then due")
    ]
    due: Annotated[Instant | None, about("when the digest goes out")] = None


class PreviewAnswer(Answer):
    moments: Annotated[list[Reached], about("in the order asked")]


class ShowTeamWeek(Request):
    """Which of the team are there on each date of a week."""

    class_id: Id
    date: Annotated[date | None, about("any date of that week; today without it")] = None


class TeacherOnDay(Answer):
    """A teacher's hours on a date, or why there are none."""

    teacher_id: str
    name: str
    hours: Blocks = []
    reason: Reason | None = None


class TeamDay(Answer):
    date: date
    teachers: Annotated[list[TeacherOnDay], about("by name")]
    closed: Annotated[bool, about("the school is closed")] = False


class TeamWeek(Answer):
    class_id: str
    days: Annotated[list[TeamDay], about("Monday first")]
