"""What a calendar from elsewhere offers, and why one cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from server.presence.closed_days import Edition

Kind = Literal["school_holidays", "public_holidays", "file"]
Note = Literal["advised", "optional"]
"""`advised`: schools may choose other dates; `optional`: not every school is closed then."""

LONGEST_TEXT = 2_000_000
"""Code points of a file; a calendar of a school has a tenth of that at most."""


class Unreadable(Exception):
    """A file that cannot be used; its text is the name of the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Some editions, with what is to be known of the names in them."""

    kind: Kind
    editions: tuple[Edition, ...]
    notes: Mapping[str, Note] = field(default_factory=dict)
    skipped: int = 0
    """Events that close no whole day, or cannot be understood."""

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, in the order in which it first comes."""
        every = sorted(
            (period for edition in self.editions for period in edition.periods),
            key=lambda period: (period.first, period.name),
        )
        return tuple(dict.fromkeys(period.name for period in every))

    def without(self, names: frozenset[str]) -> tuple[Edition, ...]:
        """The editions with these left out; an edition of which nothing is left stays, empty."""
        return tuple(
            Edition(one.source, tuple(p for p in one.periods if p.name not in names))
            for one in self.editions
        )


def school_years(today: date, count: int = 2) -> tuple[tuple[str, date, date], ...]:
    """`2026-2027` with its first and last day, for the one that is going on and those after it."""
    first = today.year if today.month >= 8 else today.year - 1
    return tuple(
        (f"{year}-{year + 1}", date(year, 8, 1), date(year + 1, 7, 31))
        for year in range(first, first + count)
    )
