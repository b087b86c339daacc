"""Work after the answer is done in order, and no more of it waits than can be done."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from server import later
from server.decision import NotFound, RateLimited
from server.later import Later


async def test_what_is_put_off_is_bounded_and_done_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(later, "MOST_WAITING", 3)
    waiting, done = Later(), []

    async def work(number: int) -> None:
        done.append(number)
        if number == 1:
            raise NotFound

    for number in range(3):
        waiting.do(partial(work, number))
    with pytest.raises(RateLimited):
        waiting.do(partial(work, 3))
    await waiting.finish()
    assert done == [0, 1, 2]
    waiting.do(partial(work, 4))
    await waiting.finish()
    assert done == [0, 1, 2, 4]
    await asyncio.sleep(0)
