"""What people write: normalised once, then the same for everybody."""

from __future__ import annotations

import unicodedata

from server.decision import Invalid

LONGEST = 4_000
"""Code points of a message, as the domain page says."""

MOST_MARKS = 30
"""Combining marks on one character, as in Unicode's stream-safe format: no language needs more."""
_LONGEST_DECOMPOSED = 4
"""Code points that NFC can make one of."""

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers that are letters or signs by name and show nothing."""


def normalised(text: str, field: str = "text") -> str:
    """NFC, with line ends as a single newline; raises `Invalid` for what would take too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    if len(text) > LONGEST * _LONGEST_DECOMPOSED:
        raise Invalid(field, "text_too_long", longest=LONGEST)
    _refuse_piled_marks(text, field)
    return unicodedata.normalize("NFC", text)


def checked(text: str, field: str = "text") -> str:
    """A normalised text, if it can be a message; raises `Invalid`."""
    if len(text) > LONGEST:
        raise Invalid(field, "text_too_long", longest=LONGEST)
    if not text.isprintable():
        _refuse_controls(text, field)
    if all(_shows_nothing(char) for char in text):
        raise Invalid(field, "text_blank")
    return text


def checked_name(name: str, field: str = "name") -> str:
    """A person's name on one line; raises `Invalid`."""
    name = " ".join(normalised(name, field).split())
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in name):
        raise Invalid(field, "name_characters")
    if not name:
        raise Invalid(field, "name_blank")
    return name


def _refuse_controls(text: str, field: str) -> None:
    for char in text:
        if char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cs"}:
            raise Invalid(field, "text_control")


def _refuse_piled_marks(text: str, field: str) -> None:
    """NFC sorts a run of marks in the square of its length: seconds for one request."""
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MOST_MARKS:
            raise Invalid(field, "text_control")


def _shows_nothing(char: str) -> bool:
    return char in _BLANK_LETTERS or unicodedata.category(char) in _INVISIBLE
