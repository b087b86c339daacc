"""In which language and on what somebody looks, and the sentences that they then see."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

SENTENCES = Path(__file__).parents[2] / "web" / "src" / "words"
LOCALES = {"nl": "nl-NL", "en": "en-GB"}
HEIGHTS = {360: 740, 1280: 800}


class Words:
    """The sentences of the web client, by their keys and from its own files: as `words.ts` says them."""

    def __init__(self, language: str) -> None:
        self._sentences: dict[str, str] = {}
        for path in SENTENCES.glob(f"**/{language}.json"):
            self._sentences.update(json.loads(path.read_text()))

    def __call__(self, word: str, /, **values: object) -> str:
        return re.sub(r"\{(\w+)\}", lambda hole: str(values[hole[1]]), self._sentences[word])

    def counted(self, word: str, n: int) -> str:
        return self(f"{word}.{'one' if n == 1 else 'other'}", n=n)

    def listed(self, *names: str) -> str:
        *others, last = names
        return f"{', '.join(others)} {self('and')} {last}" if others else last


@dataclass(frozen=True)
class Look:
    """A language, and a phone or a laptop."""

    language: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.width}"

    @property
    def is_phone(self) -> bool:
        return self.width < 500

    @property
    def light(self) -> str:
        """Each language and each size is seen in both."""
        return "dark" if (self.language == "en") == self.is_phone else "light"

    @property
    def options(self) -> dict[str, Any]:
        """Of a browser that looks so."""
        return {
            "viewport": {"width": self.width, "height": HEIGHTS[self.width]},
            "locale": LOCALES[self.language],
            "color_scheme": self.light,
            "is_mobile": self.is_phone,
            "has_touch": self.is_phone,
        }

    @cached_property
    def words(self) -> Words:
        return Words(self.language)


PLAIN = Look("en", 1280)
LOOKS = [Look(language, width) for language in LOCALES for width in HEIGHTS]
in_every_look = pytest.mark.parametrize("look", LOOKS, ids=str)
"""What people do must work, and be a pleasure to see, in both languages on a phone and a laptop."""
