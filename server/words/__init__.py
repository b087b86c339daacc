"""What the server says to people, in Dutch and English: plain sentences by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server.decision import Refusal
from server.metrics import count_refusal

_HERE = Path(__file__).parent
SENTENCES: dict[str, dict[str, str]] = {
    locale: json.loads((_HERE / f"{locale}.json").read_text(encoding="utf-8"))
    for locale in ("nl", "en")
}


def sentence(refusal: Refusal, locale: str) -> str:
    """Why the answer is no, for the person who asked."""
    known = SENTENCES.get(locale, SENTENCES["nl"])
    return known.get(refusal.words) or known[refusal.code]


def error(refusal: Refusal, locale: str) -> dict[str, Any]:
    """The `error` object of an answer; counted here, where all that is refused comes by."""
    count_refusal(refusal.code)
    return {"code": refusal.code, "message": sentence(refusal, locale), **refusal.details}
