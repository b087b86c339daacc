"""What time it is, asked once per turn and handed on as an argument."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

TICK = timedelta(milliseconds=1)
"""What is due at this very instant is due, and a look-up excludes its bounds."""


def now() -> datetime:
    """This instant in UTC, in whole milliseconds, as records and the protocol keep it."""
    return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


@lru_cache(maxsize=1_000)
def rfc3339(at: datetime) -> str:
    """`2026-11-23T20:05:00.000Z`. Remembered, since a message is shown to several at once.

    Instants of two zones can be equal, and what is remembered of one is then said of both.
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def date_at(instant: datetime, timezone: str) -> date:
    """The date in a time zone, such as `Europe/Amsterdam`."""
    return _date_in_minute(int(instant.timestamp()) // 60, timezone)


@lru_cache(maxsize=1_000)
def _date_in_minute(minute: int, timezone: str) -> date:
    """Rights are asked for at every event, and dates change at whole minutes everywhere."""
    return datetime.fromtimestamp(minute * 60, ZoneInfo(timezone)).date()
