"""What is said about rosters is said in both languages, with the same in it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args, get_type_hints

import pytest

from server.roster.sentences import SENTENCES, say
from server.school.differences import Doubt

ROSTER = Path(__file__).parent.parent.parent / "server" / "roster"


def test_both_languages_have_the_same_sentences_with_the_same_values() -> None:
    assert SENTENCES["nl"].keys() == SENTENCES["en"].keys()
    for name, sentence in SENTENCES["nl"].items():
        assert values(sentence) == values(SENTENCES["en"][name]), name
        assert sentence.strip()


def test_each_sentence_is_said_somewhere() -> None:
    sources = [*ROSTER.rglob("*.py"), ROSTER.parent / "commands.py"]
    code = "".join(path.read_text() for path in sources)
    written = set(re.findall(r"[\"']([a-z_]+)[\"']", code))
    doubts = {f"confirm_{of}" for of in get_args(get_type_hints(Doubt)["of"])}
    assert set(SENTENCES["nl"]) - written - doubts == set()


@pytest.mark.parametrize("locale", ["nl", "en", "fy"])
def test_a_value_out_of_a_file_cannot_take_over_the_screen(locale: str) -> None:
    told = say("address_odd", locale, value="{x}\x1b[2J\u202e" + "a" * 5_000)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "{x}" in told
    assert len(told) < 200


def values(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}
