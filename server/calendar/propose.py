"""What a school would be offered: an offer, without the names on which it stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from server.calendar.fetch import fetch_school_holidays
from server.calendar.government import read_school_holidays
from server.calendar.offer import Kind, Offer, Unreadable
from server.calendar.public import public_holidays
from server.calendar.read import read_calendar
from server.presence.closed_days import Differences, Edition, called, revision, take_over
from storage.schema import Region, School, SchoolCalendar


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calendar somebody wants to take over."""

    kind: Kind
    region: Region | None = None
    text: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What it comes to, and all that is needed to make it so."""

    offer: Offer
    editions: tuple[Edition, ...]
    left_out: tuple[str, ...]
    region: Region | None
    differences: Differences
    seen: int
    """The calendar with which it was compared."""


async def find_offer(
    asked: Asked, school: School, before: SchoolCalendar | None, today: date, address: str
) -> Offer:
    """Read in a thread, since a file may take a while; raises `Unreadable`."""
    region = asked.region or (before.region if before else None)
    if asked.kind == "public_holidays":
        return await asyncio.to_thread(public_holidays, school.locale, today)
    if asked.kind == "school_holidays":
        if region is None:
            raise Unreadable("region_missing")
        text = await fetch_school_holidays(address)
        return await asyncio.to_thread(read_school_holidays, text, region, today)
    return await asyncio.to_thread(
        read_calendar,
        asked.text,
        asked.file_name,
        region=region,
        zone=ZoneInfo(school.timezone),
        today=today,
    )


def propose(
    offer: Offer,
    school: School,
    before: SchoolCalendar | None,
    today: date,
    *,
    left_out: Sequence[str] | None = None,
    region: Region | None = None,
) -> Proposal:
    """Without a choice of `left_out` that of last time holds, or else what most schools do."""
    known = before.left_out.get(offer.kind) if before else None
    if left_out is None:
        left_out = known if known is not None else _optional(offer)
    names = frozenset(map(called, left_out))
    region = (region or (before.region if before else None)) if _of_region(offer) else None
    editions = offer.without(names)
    _, differences = take_over(
        school, before, editions, today, left_out={offer.kind: sorted(names)}, region=region
    )
    return Proposal(offer, editions, tuple(sorted(names)), region, differences, revision(before))


def _optional(offer: Offer) -> list[str]:
    return [name for name, note in offer.notes.items() if note == "optional"]


def _of_region(offer: Offer) -> bool:
    return offer.kind == "school_holidays"
