"""A server restarts, and everybody who was there comes back at once and is in step again."""

from __future__ import annotations

import asyncio
import logging
import random
import time

import pytest

from tests.crash.house import House
from tests.pressure.crowd import Crowd

log = logging.getLogger("hekje.tests")

PEOPLE, MANY_PEOPLE = 200, 2_000
COMING_BACK = 10.0
"""Seconds over which many come back; fewer come all at once."""
IN_STEP_WITHIN = 30.0


@pytest.mark.timeout(300)
async def test_a_school_that_comes_back_after_a_restart_is_in_step_again(
    house: House, long: bool
) -> None:
    chance = random.Random(1)
    crowd = await Crowd.of(MANY_PEOPLE if long else PEOPLE, house)
    await house.open()
    await crowd.comes(0, chance)
    assert await house.terminate(within=15) == 0
    await crowd.is_told_to_go()
    await house.open()
    written = await crowd.some_write()
    began = time.monotonic()
    async with asyncio.timeout(IN_STEP_WITHIN):
        await crowd.comes(COMING_BACK if long else 0, chance)
    took = time.monotonic() - began
    assert crowd.knows(written)
    assert not crowd.knows(set()), "there was something to catch up with"
    log.warning("%s people in step %.1f s after the first came back", len(crowd.phones), took)
    await crowd.leaves()
