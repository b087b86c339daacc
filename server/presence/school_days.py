"""School days: Monday to Friday, unless the school is closed."""

from __future__ import annotations

from datetime import date, datetime

from server.presence.availability import DAY, Calendar

LONGEST_CLOSED = 400
"""Days to look back over at most: no school is closed for longer than a year."""


def is_school_day(calendar: Calendar, day: date) -> bool:
    return day.weekday() < 5 and day not in calendar.closed


def waited_before(calendar: Calendar, now: datetime, days: int) -> datetime | None:
    """What was sent before this instant has waited for so many whole school days; None: nothing has.

    A message of Monday, on whatever hour, has waited for Tuesday and Wednesday on Thursday.
    """
    day = calendar.date_at(now)
    for _ in range(LONGEST_CLOSED):
        day -= DAY
        days -= is_school_day(calendar, day)
        if days == 0:
            return calendar.instant(day, 0)
    return None
