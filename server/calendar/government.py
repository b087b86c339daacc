"""The national school holidays, as the government publishes them: open data, in JSON.

A document is one school year, or a list of them. Each holiday has dates per region, written as
instants: `2026-10-16T22:00:00.000Z` is the 17th of October in the Netherlands. First and last day
are both included. There is whitespace in unexpected places.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from server.calendar.offer import Note, Offer, Unreadable
from server.presence.closed_days import LONGEST_PERIOD, Edition, Period, called
from storage.schema import Region

EVERYWHERE = "heel nederland"
ZONE = ZoneInfo("Europe/Amsterdam")
MOST_YEARS, MOST_HOLIDAYS = 50, 50


class _Region(msgspec.Struct, frozen=True):
    region: str
    startdate: str
    enddate: str


class _Vacation(msgspec.Struct, frozen=True):
    type: str
    regions: list[_Region]
    compulsorydates: str | bool = True


class _Year(msgspec.Struct, frozen=True):
    schoolyear: str
    vacations: list[_Vacation]


class _Document(msgspec.Struct, frozen=True):
    content: list[_Year]


def read_school_holidays(text: str, region: Region | None, today: date) -> Offer:
    """The holidays of a region, an edition per school year that is not over; raises `Unreadable`."""
    if region is None:
        raise Unreadable("region_missing")
    notes: dict[str, Note] = {}
    editions: dict[str, list[Period]] = {}
    for year in _years(text):
        found = list(_holidays(year, region, notes))
        if any(period.last >= today for period in found):
            editions.setdefault(f"school_holidays {''.join(year.schoolyear.split())}", []).extend(
                found
            )
    if not editions:
        raise Unreadable("no_holidays")
    return Offer(
        kind="school_holidays",
        editions=tuple(Edition(source[:80], tuple(some)) for source, some in editions.items()),
        notes=notes,
    )


def _years(text: str) -> list[_Year]:
    try:
        if text.startswith("["):
            documents = msgspec.json.decode(text, type=list[_Document])
        else:
            documents = [msgspec.json.decode(text, type=_Document)]
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unreadable("not_holidays") from error
    return [year for document in documents for year in document.content][:MOST_YEARS]


def _holidays(year: _Year, region: Region, notes: dict[str, Note]) -> Iterator[Period]:
    for vacation in year.vacations[:MOST_HOLIDAYS]:
        name = called(vacation.type)
        for one in vacation.regions[:MOST_HOLIDAYS]:
            if called(one.region).casefold() in (region, EVERYWHERE):
                if str(vacation.compulsorydates).strip().casefold() == "false":
                    notes[name] = "advised"
                yield _period(one, name)


def _period(one: _Region, name: str) -> Period:
    period = Period(_day(one.startdate), _day(one.enddate), name)
    if not 0 < len(period) <= LONGEST_PERIOD:
        raise Unreadable("not_holidays")
    return period


def _day(written: str) -> date:
    """The date in the Netherlands; what names no zone is written as it is there."""
    try:
        moment = datetime.fromisoformat(written.strip())
        return moment.astimezone(ZONE).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError) as error:
        raise Unreadable("not_holidays") from error
