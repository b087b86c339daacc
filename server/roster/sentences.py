"""What is said about rosters: sentences by name, in Dutch and English."""

from __future__ import annotations

import json
from pathlib import Path

_WORDS = Path(__file__).parent.parent / "words" / "roster"
SENTENCES: dict[str, dict[str, str]] = {
    locale: json.loads((_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    for locale in ("nl", "en")
}
LONGEST_SHOWN = 80


def say(name: str, locale: str, /, **values: object) -> str:
    """A sentence with these values in it, in Dutch where the language is another."""
    words = SENTENCES.get(locale, SENTENCES["nl"])
    return words[name].format(
        **{key: shown(value) if isinstance(value, str) else value for key, value in values.items()}
    )


def shown(value: str) -> str:
    """A value out of a file as it may stand on somebody's screen."""
    short = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    return "".join(char if char.isprintable() else "�" for char in short)
