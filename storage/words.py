"""Words as search sees them: accents and case folded, the same on every database."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64
"""Words are told apart by this many signs, which bounds what an index must hold."""

_UNFOLDABLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"}
)
_WORD = re.compile(r"\w+")


def fold(text: str) -> list[str]:
    """The words of a text, folded: `Curaçao, ZEEËN` gives `curacao`, `zeeen`."""
    # twice: some letters, such as those of 𝗯𝗼𝗹𝗱 text, have a case only once decomposed
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word[:LONGEST] for word in _WORD.findall(bare.translate(_UNFOLDABLE))]
