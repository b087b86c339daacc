"""Which days count when somebody waits for a school."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.presence.availability import Calendar
from server.presence.school_days import is_school_day, waited_before

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPEN = Calendar(AMSTERDAM, frozenset())


def at(day: int, hour: int = 12) -> datetime:
    """In November 2026, where the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("sent", "asked", "days", "waited"),
    [
        (at(23, 0), at(25, 23), 2, False),
        (at(23, 23), at(26, 0), 2, True),
        (at(23), at(25), 1, True),
        (at(27, 16), at(30, 23), 1, False),  # the Monday after a Friday counts once it is over
        (at(28), at(30), 1, False),
        (at(20), at(24), 1, True),
        (at(22), at(24), 1, True),
    ],
)
def test_whole_school_days_after_the_day_it_was_sent(
    sent: datetime, asked: datetime, days: int, waited: bool
) -> None:
    before = waited_before(OPEN, asked.astimezone(UTC), days)
    assert before
    assert (sent < before) is waited


@given(
    closed=st.frozensets(st.dates(date(2026, 10, 1), date(2026, 12, 31)), max_size=40),
    day=st.dates(date(2026, 10, 20), date(2026, 12, 20)),
    days=st.integers(1, 10),
)
def test_it_is_the_same_as_counting_them_one_by_one(
    closed: frozenset[date], day: date, days: int
) -> None:
    calendar = Calendar(AMSTERDAM, closed)
    now = datetime(day.year, day.month, day.day, 9, tzinfo=AMSTERDAM).astimezone(UTC)
    before = waited_before(calendar, now, days)
    assert before
    for back in range(60):
        sent = day - timedelta(days=back)
        between = [sent + timedelta(days=n) for n in range(1, back)]
        waited = sum(is_school_day(calendar, one) for one in between) >= days
        assert (calendar.instant(sent, 23 * 60) < before) is waited


def test_in_a_school_that_never_opens_nobody_waits() -> None:
    always = frozenset(date(2025, 1, 1) + timedelta(days=n) for n in range(800))
    assert waited_before(Calendar(AMSTERDAM, always), at(26).astimezone(UTC), 1) is None
