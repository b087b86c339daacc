"""Citizen service numbers, which may not be processed here: known by a column's name or by their sum."""

from __future__ import annotations

import re
from collections.abc import Collection

from server.roster.picture import Faults

_NAMES = re.compile(
    r"bsn|burgerservice|sofinummer|onderwijsn|ondwn|persoonsgebonden|^pgn$|rijksregister"
)
"""What they are called, with the number that schools use for children without one, and Belgium's."""
_WEIGHTS = 9, 8, 7, 6, 5, 4, 3, 2, -1
FEWEST = 5
"""One number in eleven passes by chance; so many in a row do not."""


def is_named_bsn(column: str) -> bool:
    return bool(_NAMES.search(re.sub(r"[^a-z]", "", column.lower())))


def refuse_as_ids(file: str, column: str, ids: Collection[str], faults: Faults) -> None:
    """Raises `FaultyRoster`, without naming one, where nine in ten of the ids are such numbers."""
    passing = sum(map(_passes, ids))
    if len(ids) >= FEWEST and passing * 10 >= len(ids) * 9:
        faults.add(file, 0, "ids_are_bsn", column=column)
        faults.stop()


def _passes(id: str) -> bool:
    """The check that every such number stands up to: its weighted digits are a multiple of 11."""
    if not (id.isascii() and id.isdigit() and len(id) in (8, 9)):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(id.zfill(9), _WEIGHTS, strict=True))
    return total % 11 == 0
