"""Values out of rows: names, addresses, dates, yes and no; what is wrong is said in a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

from server.roster.picture import Faults
from server.roster.sentences import shown
from server.roster.tables import Row

LONGEST_NAME = 100
LONGEST_ID = 200
LONGEST_ADDRESS = 254

_YES = {"true", "1", "yes", "y", "ja", "j", "waar"}
_NO = {"false", "0", "no", "n", "nee", "onwaar"}
_NO_SIGN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_JOINERS = "\u200c\u200d"
"""Zero-width, but part of how names are written in Persian and in Indian scripts."""
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def sis_id(row: Row, column: str, faults: Faults) -> str | None:
    value = row[column]
    if not value:
        faults.add(row.file, row.line, "id_missing", column=column)
    elif len(value) > LONGEST_ID or not value.isprintable():
        faults.add(row.file, row.line, "id_odd", column=column)
    else:
        return value
    return None


def sis_ids(row: Row, *columns: str) -> list[str]:
    """The ids of a list field, each once, in the order given."""
    listed = (part.strip() for column in columns for part in row[column].split(","))
    return list(dict.fromkeys(part for part in listed if part))


def name(row: Row, column: str, faults: Faults) -> str:
    """A name on one line, without signs that nobody sees or that turn the line around."""
    raw = row[column]
    spaced = "".join(" " if char.isspace() else char for char in raw)
    seen = "".join(char for char in spaced if char in _JOINERS or not _unseen(char))
    value = " ".join(unicodedata.normalize("NFC", seen).split())
    if len(value) > LONGEST_NAME:
        faults.add(row.file, row.line, "name_long", column=column, most=LONGEST_NAME)
    elif "\ufffd" in value or _garbled(value):
        faults.add(row.file, row.line, "name_garbled", column=column, name=value)
    return value


def person(row: Row, given: str, middle: str, family: str, faults: Faults) -> tuple[str, str]:
    """A given and a family name; one of them may be empty, not both.

    What stands between the two goes with the family name when it is written as
    a Dutch prefix is (`van der`), and with the given name otherwise (`Maria`).
    """
    if not given and not family:
        faults.add(row.file, row.line, "nameless")
    if middle[:1].islower():
        return given, f"{middle} {family}".strip()
    return f"{given} {middle}".strip(), family


def address(row: Row, column: str, faults: Faults) -> str | None:
    """An e-mail address in lower case, as accounts keep theirs; None where there is none."""
    value = row[column]
    if not value:
        return None
    local, at, domain = value.lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    fits = at and len(local) <= 64 and len(local) + len(domain) < LONGEST_ADDRESS
    if not fits or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        faults.add(row.file, row.line, "address_odd", value=value)
        return None
    return f"{local}@{domain}"


def truth(row: Row, column: str, otherwise: bool, faults: Faults) -> bool:
    """Yes or no in English or Dutch; what is neither is a fault, since access hangs on it."""
    value = row[column].lower()
    if value and value not in _YES | _NO:
        faults.add(row.file, row.line, "truth_odd", value=value, column=column)
    return value in _YES if value else otherwise


def day(row: Row, column: str, faults: Faults) -> date | None:
    """A date, of which exports sometimes give the midnight (`2026-08-01T00:00:00Z`)."""
    value = row[column]
    if not value:
        return None
    try:
        return date.fromisoformat(value.partition("T")[0])
    except ValueError:
        faults.add(row.file, row.line, "date_odd", value=value, column=column)
        return None


def holds(row: Row, on: date | None, faults: Faults) -> bool:
    """Whether that day lies between its `beginDate` and its `endDate`, both included."""
    begins, ends = day(row, "beginDate", faults), day(row, "endDate", faults)
    return not on or ((not begins or begins <= on) and (not ends or on <= ends))


def moment(value: str) -> datetime | None:
    """When something was made, to the second; without a zone it counts as UTC."""
    try:
        read = datetime.fromisoformat(value)
        return (
            (read if read.tzinfo else read.replace(tzinfo=UTC))
            .astimezone(UTC)
            .replace(microsecond=0)
        )
    except (ValueError, OverflowError):
        return None


def listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(map(shown, values)))


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in _NO_SIGN


def _garbled(value: str) -> bool:
    """UTF-8 that was read as Windows-1252 (`ZoÃ«`): no name looks like that."""
    if value.isascii():
        return False
    try:
        value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True
