"""EDEXML 2.1, with a CSV of guardians beside it, as one picture of one school year.

`xml` reads the file, `groups` finds the classes and who is in them, `people`
who they are, `guardians` the CSV. What Hekje makes of each element stands in
`docs/roster.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.roster.edexml.groups import read_groups
from server.roster.edexml.guardians import read_guardians
from server.roster.edexml.people import read_pupils, read_teachers
from server.roster.edexml.xml import read_xml
from server.roster.edexml.year import read_made_at, read_year
from server.roster.files import Given, read_files
from server.roster.picture import Faults
from server.school.picture import Picture

EDEXML = {".xml", ".edexml", ".edex"}
"""The ends of the names that give an EDEXML file away."""


def read_edexml(given: Sequence[Given], faults: Faults) -> Picture:
    """Raises `FaultyRoster`."""
    edexml, table = _wanted(given, faults)
    files = read_files([edexml, *filter(None, [table])], faults)
    faults.stop()
    document = read_xml(edexml.name, files[edexml.name.lower()], faults)
    content = files[table.name.lower()] if table else None
    circle = read_guardians(table.name if table else "", content, document, faults)
    groups = read_groups(document, faults)
    pupils = read_pupils(document, groups, circle.apart, faults)
    teachers = read_teachers(document, faults)
    year = read_year(document, faults)
    faults.stop()
    assert year
    return Picture(
        year=year,
        classes=groups.classes,
        pupils=pupils,
        guardians=circle.guardians,
        guardianships=circle.guardianships,
        teachers=teachers,
        teams=groups.teams,
        made_at=read_made_at(document),
        silent_on=frozenset() if table else frozenset({"contact", "apart"}),
    )


def _wanted(given: Sequence[Given], faults: Faults) -> tuple[Given, Given | None]:
    """The one EDEXML file, and the one CSV of guardians if it was given."""
    found = [file for file in given if file.kind in EDEXML]
    tables = [file for file in given if file.kind == ".csv" or (file.alone and file.kind == ".txt")]
    for file in given:
        if file.alone and file not in found and file not in tables:
            faults.add(file.name, 0, "not_roster")
    for file in found[1:]:
        faults.add(file.name, 0, "edexml_twice", first=found[0].name)
    for file in tables[1:]:
        faults.add(file.name, 0, "guardians_twice", first=tables[0].name)
    if not found:
        faults.add(given[0].name if given else "", 0, "edexml_missing")
    faults.stop()
    if not tables:
        faults.remark("guardians_file_missing")
    return found[0], tables[0] if tables else None


__all__ = ["EDEXML", "read_edexml"]
