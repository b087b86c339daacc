"""CSV as schools have it: three delimiters and four encodings, read strictly or not at all."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.roster.bsn import is_named_bsn
from server.roster.picture import Faults

LONGEST_FIELD = 20_000
"""Characters; the ids of every child of a guardian stand in one field."""
MOST_ROWS = 200_000

_DELIMITERS = ";", ",", "\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, or one element, with its fields by their name in lower case."""

    file: str
    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The field without the blanks around it; empty where the column is missing."""
        return self.fields.get(column.lower(), "").strip()


def read_table(file: str, content: bytes, required: tuple[str, ...], faults: Faults) -> list[Row]:
    """The rows of a table that has every required column, in any order and in any case."""
    before = len(faults)
    rows = _read(file, content, required, faults)
    faults.partial |= len(faults) > before
    return rows


def _read(file: str, content: bytes, required: tuple[str, ...], faults: Faults) -> list[Row]:
    text = _decoded(content)
    if text is None:
        faults.add(file, 0, "not_text")
    elif "\0" in text:
        faults.add(file, text.count("\n", 0, text.index("\0")) + 1, "nul")
    elif not text.strip():
        faults.add(file, 0, "empty")
    else:
        return list(_rows(file, text, required, faults))
    return []


def encoding_of(content: bytes) -> str | None:
    """What the first bytes give away: a mark, or the zeros of UTF-16."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if re.match(rb"[^\0]\0[^\0]\0", content):
        return "utf-16-le"
    if re.match(rb"\0[^\0]\0[^\0]", content):
        return "utf-16-be"
    return None


def _decoded(content: bytes) -> str | None:
    known = encoding_of(content)
    for encoding in [known] if known else ["utf-8", "cp1252"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _rows(file: str, text: str, required: tuple[str, ...], faults: Faults) -> Iterator[Row]:
    lines = _lines(file, text, faults)
    first = next(lines, None)
    if first is None:
        return
    columns = [name.strip().lower() for name in first[1]]
    if not _fit(file, first[0], columns, required, faults):
        return
    kept = [(place, name) for place, name in enumerate(columns) if not is_named_bsn(name)]
    for name in filter(is_named_bsn, columns):
        faults.remark("bsn_column", file=file, column=name)
    rows = 0
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        rows += 1
        if rows > MOST_ROWS:
            faults.add(file, line, "rows_many", most=MOST_ROWS)
            return
        if len(cells) != len(columns):
            faults.add(file, line, "fields_differ", count=len(cells), columns=len(columns))
        elif any(len(cell) > LONGEST_FIELD for cell in cells):
            faults.add(file, line, "field_long", most=LONGEST_FIELD)
        else:
            yield Row(file, line, {name: cells[place] for place, name in kept})


def _lines(file: str, text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line it begins on; a quote that is never closed ends the reading."""
    reader = csv.reader(_split(text), delimiter=_delimiter(text), strict=True)
    header = False
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            if not header:
                yield begins, []
            return
        except csv.Error as error:
            faults.add(file, begins, "not_csv", why=str(error))
            return
        if not header and (not cells or cells[0].lower().startswith("sep=")):
            continue  # Excel says on a line of its own what stands between the fields
        header = True
        yield begins, cells


def _delimiter(text: str) -> str:
    """What stands most often in the first line with anything in it."""
    lines = text.lstrip("\r\n").split("\n", 2)
    if lines[0].lower().startswith("sep=") and lines[0][4:5] in _DELIMITERS:
        return lines[0][4]
    return max(_DELIMITERS, key=lines[0].count)


def _split(text: str) -> Iterator[str]:
    """Lines as CSV knows them: str.splitlines would also break at odd characters inside a name."""
    start = 0
    for end in re.finditer(r"\r\n|\n|\r", text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _fit(
    file: str, line: int, columns: list[str], required: tuple[str, ...], faults: Faults
) -> bool:
    missing = [name for name in required if name.lower() not in columns]
    double = sorted({name for name in columns if name and columns.count(name) > 1})
    for name in missing:
        faults.add(file, line, "column_missing", column=name)
    for name in double:
        faults.add(file, line, "column_double", column=name)
    return not missing and not double
