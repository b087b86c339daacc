"""Made-up agendas and calendars around a day, for properties."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from server.presence.availability import Agenda, Block, Calendar, Digest

CHANGES = (
    *(
        ("Europe/Amsterdam", date(*day))
        for day in (
            (2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29),
        )
    ),
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # by half an hour
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("America/Havana", date(2027, 3, 14)),  # the day has no midnight
    ("America/Havana", date(2026, 11, 1)),  # the day has two
    ("America/Nuuk", date(2027, 3, 27)),  # the hour before midnight is skipped
    ("America/Nuuk", date(2026, 10, 24)),
    ("America/St_Johns", date(2010, 11, 7)),  # back to the day before
    ("Pacific/Apia", date(2011, 12, 30)),  # that day never was
    ("Asia/Kathmandu", date(2026, 10, 25)),  # no change, and 45 minutes past the hour
)  # fmt: skip
"""Zones, and days on which their clocks do something."""

QUARTERS = st.integers(0, 95).map(lambda quarter: quarter * 15)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Block, ...]:
    """Some that touch, none that overlap; the night is where clocks change, so it comes often."""
    night = st.sampled_from([0, 30, 60, 75, 90, 120, 135, 150, 180, 195, 210, 1380, 1410, 1440])
    edges = sorted(draw(st.sets(QUARTERS | night, max_size=7)))
    touching = list(itertools.pairwise(edges))
    return tuple(block for block in touching if draw(st.booleans()))


@st.composite
def agendas(draw: st.DrawFn, day: date) -> Agenda:
    near = st.integers(-6, 7).map(lambda days: day + timedelta(days=days))
    away = draw(
        st.lists(st.tuples(near, near).map(lambda pair: (min(pair), max(pair))), max_size=2)
    )
    digest = st.builds(Digest, QUARTERS, st.frozensets(st.integers(0, 6), min_size=1))
    return Agenda(
        chat=draw(st.sampled_from([True, True, True, False])),
        hours=tuple(draw(blocks()) for _ in range(7)),
        away=tuple(away),
        digest=draw(st.none() | digest),
    )


@st.composite
def calendars(draw: st.DrawFn, zone: str, day: date) -> Calendar:
    near = st.integers(-6, 7).map(lambda days: day + timedelta(days=days))
    return Calendar(ZoneInfo(zone), frozenset(draw(st.sets(near, max_size=3))))
