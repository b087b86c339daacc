"""What people write, and what they cannot."""

from __future__ import annotations

import time
import unicodedata

import pytest

from server.decision import Invalid
from server.school.text import LONGEST, MOST_MARKS, checked, checked_name, normalised

GOOD = {
    "emoji of five people and a skin tone": "👨‍👩‍👧‍👦 en 👋🏽",
    "right to left": "שלום, سامي مريض اليوم",
    "a direction mark within": "Sami \u200fسامي\u200e 3B",
    "Turkish": "İstanbul'da ılık bir gün",
    "a tab and lines": "Meenemen:\n\t- gymschoenen\n\t- lunch\n\n",
    "sentences in Chinese": "孩子今天生病了。",
    "an astral letter": "𝒮ami 𠀀",
    "a zero-width joiner word": "نمی\u200cخواهم",
    "only a full stop": ".",
    "only an emoji": "👍",
    "a private character": "\ue000",
    "thirty marks on one letter": "a" + "\u0301" * MOST_MARKS,
}


@pytest.mark.parametrize("text", list(GOOD.values()), ids=list(GOOD))
def test_a_message_can_be(text: str) -> None:
    assert checked(normalised(text)) == unicodedata.normalize("NFC", text)


BLANK = {
    "nothing": "",
    "spaces": " \u00a0\u3000",
    "lines": "\r\n\n\t",
    "zero width": "\u200b\u200d\ufeff\u2060",
    "direction marks": "\u200e\u200f\u202a\u202c\u2066\u2069",
    "line separator": "\u2028\u2029",
    "soft hyphen and selectors": "\u00ad\ufe0f\U000e0100",
    "tags": "\U000e0001\U000e0041",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "an empty braille cell": "\u2800",
    "a lone accent": "\u0301",
}


@pytest.mark.parametrize("text", list(BLANK.values()), ids=list(BLANK))
def test_what_shows_nothing_is_no_message(text: str) -> None:
    assert _refused(text) == ("text", "text_blank")
    assert checked(normalised(text + "x"))


@pytest.mark.parametrize("char", [chr(n) for n in (*range(32), *range(127, 160))])
def test_no_control_character_but_newline_and_tab(char: str) -> None:
    if char in "\n\t\r":
        assert checked(normalised(f"a{char}b"))
    else:
        assert _refused(f"a{char}b") == ("text", "text_control")


def test_line_ends_become_one_kind_and_letters_are_composed() -> None:
    assert normalised("een\r\ntwee\rdrie\nvier\r\r\n") == "een\ntwee\ndrie\nvier\n\n"
    assert normalised("cafe\u0301 Å \u1112\u1161\u11ab") == "café Å 한"


@pytest.mark.parametrize("char", ["a", "é", "👍", "孩"])
def test_four_thousand_code_points_and_not_one_more(char: str) -> None:
    assert checked(normalised(char * LONGEST)) == char * LONGEST
    assert _refused(char * (LONGEST + 1)) == ("text", "text_too_long")


def test_the_length_is_counted_once_normalised() -> None:
    assert len(checked(normalised("e\u0301" * LONGEST))) == LONGEST
    assert len(checked(normalised("\r\n" * (LONGEST - 1) + "x"))) == LONGEST
    assert len(checked(normalised("\u03b1\u0313\u0300\u0345" * LONGEST))) == LONGEST


def test_a_pile_of_marks_is_refused_before_it_costs_time() -> None:
    started = time.perf_counter()
    assert _refused("a" + "\u0301\u0316" * 7_000) == ("text", "text_control")
    assert _refused("a" + "\u0301\u0316" * 30_000) == ("text", "text_too_long")
    assert time.perf_counter() - started < 0.2


def test_the_heaviest_text_that_passes_is_normalised_quickly() -> None:
    heaviest = ("a" + "\u0301\u0316" * (MOST_MARKS // 2)) * (4 * LONGEST // (MOST_MARKS + 1))
    started = time.perf_counter()
    normalised(heaviest)
    assert time.perf_counter() - started < 0.2


def test_names_stand_on_one_line_without_hidden_signs() -> None:
    assert checked_name("  Zoë\u0308 \n de\tVries ") == "Zoë\u0308 de Vries"
    for name, words in (
        ("", "name_blank"),
        (" \u00a0", "name_blank"),
        ("Sa\u202emi", "name_characters"),
    ):
        with pytest.raises(Invalid) as refused:
            checked_name(name)
        assert (refused.value.details["field"], refused.value.words) == ("name", words)


def _refused(text: str) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        checked(normalised(text))
    return refused.value.details["field"], refused.value.words
