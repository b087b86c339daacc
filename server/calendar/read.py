"""A file that somebody gives, whatever calendar it turns out to be."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from server.calendar.government import read_school_holidays
from server.calendar.ics import read_ics
from server.calendar.offer import LONGEST_TEXT, Offer, Unreadable
from storage.schema import Region


def read_calendar(
    text: str, name: str, *, region: Region | None, zone: ZoneInfo, today: date
) -> Offer:
    """Known by how it begins; raises `Unreadable`."""
    if len(text) > LONGEST_TEXT:
        raise Unreadable("file_too_large")
    text = text.removeprefix("\ufeff").lstrip()
    if text[:1] in ("{", "["):
        return read_school_holidays(text, region, today)
    if text[:15].upper() == "BEGIN:VCALENDAR":
        return read_ics(text, name, zone, today)
    raise Unreadable("file_unknown")
