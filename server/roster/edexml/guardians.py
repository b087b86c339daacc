"""The CSV of guardians that goes with an EDEXML file: one line per pupil and guardian."""

from __future__ import annotations

from dataclasses import dataclass

from server.roster import fields
from server.roster.bsn import refuse_as_ids
from server.roster.edexml.xml import Document
from server.roster.picture import Faults
from server.roster.tables import Row, read_table
from server.school.picture import RosterGuardian, RosterGuardianship

COLUMNS = (
    "pupil_key", "guardian_key", "given_name", "family_name",
    "email", "relation", "may_contact", "apart",
)  # fmt: skip
"""All of them: a column that got lost would otherwise give somebody access."""


@dataclass(frozen=True, slots=True)
class Circle:
    """The guardians of the pupils, and the pupils whose guardians live apart."""

    guardians: tuple[RosterGuardian, ...] = ()
    guardianships: tuple[RosterGuardianship, ...] = ()
    apart: frozenset[str] = frozenset()


def read_guardians(file: str, content: bytes | None, document: Document, faults: Faults) -> Circle:
    """Of the pupils in the EDEXML file; nothing where no CSV was given."""
    if content is None:
        return Circle()
    guardians: dict[str, tuple[RosterGuardian, int]] = {}
    ties: dict[tuple[str, str], tuple[RosterGuardianship, int]] = {}
    apart: set[str] = set()
    before = len(faults)
    rows = read_table(file, content, COLUMNS, faults)
    if not rows and len(faults) == before:
        faults.add(file, 0, "no_guardians")
    refuse_as_ids(file, "guardian_key", {row["guardian_key"] for row in rows}, faults)
    for row in rows:
        pupil = fields.sis_id(row, "pupil_key", faults)
        if pupil and pupil not in document.pupils:
            faults.mismatch(file, row.line, "unknown_reference", id=pupil, named=document.file)
        key = fields.sis_id(row, "guardian_key", faults)
        guardian = _guardian(row, key or "", faults)
        if fields.truth(row, "apart", False, faults) and pupil:
            apart.add(pupil)
        if pupil and key:
            _add(guardian, row, guardians, faults)
            _tie(pupil, key, row, ties, faults)
    return Circle(
        tuple(guardian for guardian, _ in guardians.values()),
        tuple(tie for tie, _ in ties.values()),
        frozenset(apart),
    )


def _guardian(row: Row, key: str, faults: Faults) -> RosterGuardian:
    given, family = (fields.name(row, column, faults) for column in ("given_name", "family_name"))
    given, family = fields.person(row, given, "", family, faults)
    return RosterGuardian(key, given, family, fields.address(row, "email", faults))


def _add(
    guardian: RosterGuardian,
    row: Row,
    guardians: dict[str, tuple[RosterGuardian, int]],
    faults: Faults,
) -> None:
    """One key with two names or two addresses may be two people, and never becomes one."""
    first, line = guardians.setdefault(guardian.sis_id, (guardian, row.line))
    if first != guardian:
        faults.add(row.file, row.line, "guardian_differs", id=guardian.sis_id, line=line)


def _tie(
    pupil: str,
    guardian: str,
    row: Row,
    ties: dict[tuple[str, str], tuple[RosterGuardianship, int]],
    faults: Faults,
) -> None:
    tie = RosterGuardianship(
        pupil,
        guardian,
        relation=fields.name(row, "relation", faults) or "guardian",
        may_contact=fields.truth(row, "may_contact", True, faults),
    )
    _, line = ties.setdefault((pupil, guardian), (tie, row.line))
    if line != row.line:
        faults.add(row.file, row.line, "tie_again", pupil=pupil, guardian=guardian, line=line)
