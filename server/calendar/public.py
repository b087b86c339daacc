"""Public holidays of the Netherlands, for this school year and the next."""

from __future__ import annotations

from datetime import date

from server.calendar.offer import Note, Offer, school_years
from server.presence.closed_days import Edition, Period, called


def public_holidays(locale: str, today: date) -> Offer:
    """By their names in a language; those on which not everything is closed are noted."""
    import holidays  # large, and wanted a few times a year

    years = school_years(today)
    language = "en_US" if locale == "en" else "nl"
    calendars = {
        category: holidays.country_holidays(
            "NL",
            years=range(years[0][1].year, years[-1][2].year + 1),
            language=language,
            categories=(category,),
        )
        for category in ("public", "optional")
    }
    notes: dict[str, Note] = {called(name): "optional" for name in calendars["optional"].values()}
    every = sorted(
        (day, called(name)) for calendar in calendars.values() for day, name in calendar.items()
    )
    return Offer(
        kind="public_holidays",
        editions=tuple(
            Edition(
                f"public_holidays {year}",
                tuple(Period(day, day, name) for day, name in every if first <= day <= last),
            )
            for year, first, last in years
        ),
        notes=notes,
    )
