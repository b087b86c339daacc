"""Which school year a file is of, and when it was made."""

from __future__ import annotations

import re
from datetime import date, datetime

from server.roster.edexml.xml import Document
from server.roster.fields import moment
from server.roster.picture import Faults
from storage.schema import SchoolYear

_YEAR = re.compile(r"(20\d\d)\s*[-/]\s*(20\d\d)")


def read_year(document: Document, faults: Faults) -> SchoolYear | None:
    """From 1 August to 31 July, as the law on primary education has it."""
    row = document.school
    told = row["schooljaar"] if row else ""
    years = _YEAR.fullmatch(told)
    if years and int(years[2]) == int(years[1]) + 1:
        first, last = int(years[1]), int(years[2])
        return SchoolYear(f"{first}-{last}", date(first, 8, 1), date(last, 7, 31))
    sentence = "year_unclear" if told else "year_missing"
    faults.mismatch(document.file, row.line if row else 0, sentence, year=told)
    return None


def read_made_at(document: Document) -> datetime | None:
    """When it was made, or else of which day it tells."""
    row = document.school
    return (moment(row["aanmaakdatum"]) or moment(row["peildatum"])) if row else None
