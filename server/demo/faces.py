"""Whom the log-in page of the demo school offers, and what there is to see as each of them."""

from __future__ import annotations

import json
from pathlib import Path

from server.demo.people import ENGLISH, people
from server.demo.staff import OFFICE, TEACHERS
from server.demo.standing import password_of
from server.settings import Settings, signing_key
from storage.schema import RoleName

_WORDS = Path(__file__).parent.parent / "words" / "demo"
WORDS: dict[str, dict[str, dict[str, str]]] = {
    locale: json.loads((_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    for locale in ("nl", "en")
}
FACES: dict[str, RoleName] = {
    "fatima": "guardian",
    "joost": "guardian",
    "marloes": "guardian",
    "priya": "guardian",
    "anouk": "teacher",
    "bram": "teacher",
    "peter": "teacher",
    "ria": "office",
}
"""By SIS id."""


def locale_of(sis_id: str, asked: str) -> str:
    """The page on which somebody is chosen goes on in its language, save for who reads English."""
    return "en" if sis_id in ENGLISH else asked


def log_ins(settings: Settings) -> list[str]:
    """For the terminal."""
    rows = [(WORDS["en"][face]["name"], _address(face)) for face in FACES]
    return [
        f"The demo school is there. Open {settings.url} and click on somebody, or log in.",
        f"The password is {password_of(signing_key(settings))} for each of them:",
        *(f"  {name:<14} {address}" for name, address in rows),
    ]


def _address(face: str) -> str:
    guardians = {guardian.sis_id: guardian for guardian in people().guardians}
    return ({OFFICE.sis_id: OFFICE} | TEACHERS | guardians)[face].email
