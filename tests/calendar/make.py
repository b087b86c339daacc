"""Files as others make them, with dates of our own: no holiday in here is a real one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from server.presence.closed_days import Period

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TODAY = date(2026, 11, 26)


def instant(day: date) -> str:
    """As the government writes a date: the midnight with which it begins there, in UTC."""
    local = datetime.combine(day, time(), AMSTERDAM)
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def region(name: str, first: date, last: date) -> dict[str, Any]:
    return {"region": name, "startdate": instant(first), "enddate": instant(last)}


def holiday(name: str, *regions: dict[str, Any], compulsory: str = "true") -> dict[str, Any]:
    shown = f"\n   {name} \t"
    return {"type": shown, "compulsorydates": f"{compulsory} ", "regions": list(regions)}


def school_year(name: str, *holidays: dict[str, Any]) -> dict[str, Any]:
    content = {"title": f" {name}\n", "schoolyear": f" {name} ", "vacations": list(holidays)}
    return {"id": name, "type": "schoolvakanties", "notice": "\n", "content": [content]}


AUTUMN = (date(2026, 10, 17), date(2026, 10, 25))
"""Over the night in which the clocks go back: the last day begins in another zone than the first."""
SPRING = (date(2027, 2, 20), date(2027, 2, 28))
MAY = (date(2027, 4, 24), date(2027, 5, 2))


def government(*, autumn: tuple[date, date] = AUTUMN, may: tuple[date, date] = MAY) -> str:
    """One school year, and one that is over."""
    later = (date(2026, 10, 10), date(2026, 10, 18))
    return json.dumps(
        [
            school_year(
                "2026-2027",
                holiday(
                    "Herfstvakantie",
                    region("noord", *autumn),
                    region("zuid ", *later),
                    compulsory="false",
                ),
                holiday("Voorjaarsvakantie", region(" Noord\n", *SPRING), compulsory="false"),
                holiday("Meivakantie", region("heel Nederland", *may)),
            ),
            school_year(
                "2019 - 2020",
                holiday(
                    "Kerstvakantie",
                    region("heel Nederland", date(2019, 12, 21), date(2020, 1, 5)),
                ),
            ),
        ]
    )


def event(summary: str, *lines: str, uid: str = "") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid or summary}", f"SUMMARY:{summary}", *lines, "END:VEVENT"]


def whole_day(summary: str, first: str, end: str | None = None, *more: str) -> list[str]:
    """`end` is the day after the last one, as in any calendar."""
    lines = [f"DTSTART;VALUE=DATE:{first}"]
    lines += [f"DTEND;VALUE=DATE:{end}"] if end else []
    return event(summary, *lines, *more)


def ics(*events: Sequence[str]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Een agenda//NL"]
    return "\r\n".join([*lines, *(line for one in events for line in one), "END:VCALENDAR", ""])


def period(first: date, last: date | None = None, name: str = "") -> Period:
    return Period(first, last or first, name)
