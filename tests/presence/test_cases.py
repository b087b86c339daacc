"""Worked cases as data: each with its input and the whole answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.presence.availability import answer_case

CASES = Path(__file__).parent.parent / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("availability*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


@pytest.mark.parametrize("case", cases())
def test_each_case_is_answered_as_it_says(case: dict[str, Any]) -> None:
    assert answer_case(case) == case["expect"]
