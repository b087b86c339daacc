"""Which school year an export is of, and which of its classes are a child's own."""

from __future__ import annotations

from datetime import timedelta

from server.roster import fields
from server.roster.fields import listed
from server.roster.oneroster.export import CLASSES, ORGS, SESSIONS, Export
from server.roster.picture import Faults
from server.roster.tables import Row
from server.school.picture import RosterClass
from storage.schema import SchoolYear

LONGEST_YEAR = timedelta(days=400)


def read_classes(
    export: Export, faults: Faults
) -> tuple[SchoolYear | None, dict[str, RosterClass]]:
    """The one school year of the classes, if that is clear, and these by their SIS id."""
    rows = _own_classes(export, faults)
    _check_one_school(export, rows, faults)
    years: set[str] = set()
    for row in rows.values():
        years |= _years_of(export, row, faults)
    if len(years) > 1:
        faults.add(CLASSES, 0, "years_many", years=listed(years))
    year = _school_year(export.sessions.rows[years.pop()], faults) if len(years) == 1 else None
    return year, {id: RosterClass(id, _title(row, faults)) for id, row in rows.items()}


def _own_classes(export: Export, faults: Faults) -> dict[str, Row]:
    """Homerooms; in an export without any, every class. Lessons beside homerooms are not read."""
    kinds: dict[str, dict[str, Row]] = {"homeroom": {}, "scheduled": {}}
    for id, row in export.classes.rows.items():
        kind = kinds.get(row["classType"].lower())
        if kind is None:
            faults.add(CLASSES, row.line, "class_type_unknown", kind=row["classType"])
            faults.partial = True
        else:
            kind[id] = row
    rows = kinds["homeroom"] or kinds["scheduled"]
    if not rows:
        faults.mismatch(CLASSES, 0, "no_classes")
    return rows


def _check_one_school(export: Export, rows: dict[str, Row], faults: Faults) -> None:
    schools: set[str] = set()
    for row in rows.values():
        school = row["schoolSourcedId"]
        org = export.orgs.rows.get(school)
        if org is None:
            faults.mismatch(CLASSES, row.line, "unknown_reference", id=school, named=ORGS)
        elif org["type"].lower() != "school":
            faults.add(CLASSES, row.line, "not_a_school", id=school, named=ORGS)
        else:
            schools.add(school)
    if len(schools) > 1:
        faults.add(CLASSES, 0, "schools_many", schools=listed(schools))


def _years_of(export: Export, row: Row, faults: Faults) -> set[str]:
    """The ids of the school years that a class's terms belong to."""
    terms = fields.sis_ids(row, "termSourcedIds")
    if not terms:
        faults.add(CLASSES, row.line, "terms_missing")
    years: set[str] = set()
    for term in terms:
        year = _year_above(export, term)
        if term not in export.sessions.rows:
            faults.mismatch(CLASSES, row.line, "unknown_reference", id=term, named=SESSIONS)
        elif year is None:
            faults.add(CLASSES, row.line, "term_in_no_year", id=term, named=SESSIONS)
        else:
            years.add(year)
    return years


def _year_above(export: Export, session: str) -> str | None:
    """By its parents, or where it has none, the only school year that it lies in."""
    rows = export.sessions.rows
    seen: set[str] = set()
    above = session
    while above in rows and above not in seen:
        if rows[above]["type"].lower() == "schoolyear":
            return above
        seen.add(above)
        above = rows[above]["parentSourcedId"]
    around = [id for id, row in rows.items() if session in rows and _lies_in(rows[session], row)]
    return around[0] if not above and len(around) == 1 else None


def _lies_in(term: Row, year: Row) -> bool:
    """Both written as ISO has it, days sort by their letters."""
    starts, ends = year["startDate"], year["endDate"]
    is_year = year["type"].lower() == "schoolyear"
    return is_year and starts <= term["startDate"] and term["endDate"] <= ends


def _school_year(row: Row, faults: Faults) -> SchoolYear | None:
    """Named after its dates, since titles differ from one administration to the next."""
    before = len(faults)
    starts, ends = fields.day(row, "startDate", faults), fields.day(row, "endDate", faults)
    if starts and ends:
        if timedelta() < ends - starts <= LONGEST_YEAR:
            return SchoolYear(f"{starts.year}-{ends.year}", starts, ends)
        faults.add(SESSIONS, row.line, "year_odd", starts=starts, ends=ends)
    elif len(faults) == before:
        faults.add(SESSIONS, row.line, "year_without_days")
    return None


def _title(row: Row, faults: Faults) -> str:
    title = fields.name(row, "title", faults)
    if not title:
        faults.add(CLASSES, row.line, "class_nameless")
    return title
