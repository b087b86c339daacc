"""OneRoster 1.1 and 1.2 CSV, the bulk form, as one picture of one school year.

`export` reads the tables, `year` finds the school year and its classes,
`roles` what everybody is, `enrolled` who is in the classes, `people` who they
are. What Hekje makes of each column stands in `docs/roster.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.roster.files import Given
from server.roster.oneroster.enrolled import read_enrolments
from server.roster.oneroster.export import ONEROSTER, read_export
from server.roster.oneroster.people import read_people
from server.roster.oneroster.roles import read_roles
from server.roster.oneroster.year import read_classes
from server.roster.picture import Faults
from server.school.picture import Picture


def read_oneroster(given: Sequence[Given], today: date | None, faults: Faults) -> Picture:
    """Raises `FaultyRoster`."""
    export = read_export(given, faults)
    year, classes = read_classes(export, faults)
    day = min(max(today, year.starts), year.ends) if today and year else None
    roles = read_roles(export, day, faults)
    enrolled = read_enrolments(export, classes, roles, day, faults)
    people = read_people(export.users, roles, enrolled, faults)
    faults.stop()
    assert year
    return Picture(
        year=year,
        classes=tuple(classes.values()),
        pupils=people.pupils,
        guardians=people.guardians,
        guardianships=people.guardianships,
        teachers=people.teachers,
        teams=enrolled.teams,
        made_at=export.made_at,
        silent_on=export.silent_on,
    )


__all__ = ["ONEROSTER", "read_oneroster"]
