"""The days on which a school is closed, and calendars from elsewhere that it can take over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from server.protocol.base import Answer, Id, Request, about

Region = Annotated[
    Literal["noord", "midden", "zuid"], about("of the national school holidays: the school's")
]
Closed = Annotated[list[date], Meta(max_length=2_000), about("dates, `YYYY-MM-DD`")]
DayName = Annotated[str, Meta(max_length=80)]
Kind = Annotated[
    Literal["school_holidays", "public_holidays", "file"],
    about(
        "`school_holidays`: the server asks the government, for a `region`; `public_holidays` of the"
        " Netherlands; `file`: the government's JSON, for a `region`, or an iCalendar file"
    ),
]
LeftOut = Annotated[list[DayName], Meta(max_length=500), about("names of days that stay open")]
Rev = Annotated[int, Meta(ge=0, le=999_999_999), about("counts the changes of the calendar")]


class Period(Request):
    """Days in a row with one name, both dates included."""

    first: date
    last: date
    name: DayName = ""


class Edition(Request):
    """What a calendar from elsewhere has for one year, or one file of it."""

    source: Annotated[str, Meta(min_length=1, max_length=120)]
    periods: Annotated[list[Period], Meta(max_length=500)]


class GetCalendar(Request):
    """The dates on which a school is closed, and what they are called."""

    school_id: Id


class SetCalendar(Request):
    """Sets all dates on which the school is closed; what is not in the list is open.

    With the `rev` that you have seen nobody's change is lost: another one is a `conflict`.
    """

    school_id: Id
    closed: Closed
    names: Annotated[
        Annotated[list[Period], Meta(max_length=500)] | None,
        about("what these dates are called; left out: a date that stays keeps its name"),
    ] = None
    rev: Rev | None = None


class CalendarAnswer(Answer):
    closed: Annotated[list[date], about("in their order")]
    names: Annotated[list[Period], about("what closed dates are called, in their order")] = []
    rev: Rev = 0
    region: Region | None = None


class ProposeCalendar(Request):
    """Shows what taking over a calendar from elsewhere would change, and changes nothing.

    `calendar.import` with the answer's `kind`, `editions`, `left_out`, `region` and `rev` does it.
    """

    school_id: Id
    kind: Kind
    region: Region | None = None
    file: Annotated[str, Meta(max_length=60_000), about("the text of the file")] = ""
    file_name: Annotated[
        str, Meta(max_length=80), about("under which the next edition of it will be known")
    ] = ""
    left_out: Annotated[LeftOut | None, about("left out: those of last time")] = None


class OfferedName(Answer):
    """A name in a calendar from elsewhere."""

    name: str
    taken: Annotated[bool, about("not one of `left_out`")]
    note: Annotated[
        Literal["advised", "optional"] | None,
        about(
            "`advised`: schools may choose other dates; `optional`: not every school is closed then"
        ),
    ] = None


class ProposalAnswer(Answer):
    """Differences, by name, and what to send to make them so."""

    kind: Kind
    editions: list[Edition]
    left_out: list[str]
    rev: Rev
    names: list[OfferedName]
    comes: Annotated[list[Period], about("open now, closed then")]
    goes: Annotated[list[Period], about("closed by an earlier edition, open then")]
    stays: Annotated[list[Period], about("closed already")]
    named: Annotated[list[Period], about("closed already, and called this then")]
    skipped: Annotated[int, about("events that close no whole day, or cannot be understood")] = 0
    region: Region | None = None


class ImportCalendar(Request):
    """Takes over what `calendar.propose` showed, entirely or not at all.

    If the calendar has changed since (`rev`) it is a `conflict`: propose again.
    """

    school_id: Id
    rev: Rev
    kind: Kind
    editions: Annotated[list[Edition], Meta(max_length=50)]
    left_out: LeftOut = []
    region: Region | None = None
