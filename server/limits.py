"""How often an account may ask: a token bucket each, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from server.decision import RateLimited

REMEMBERED = 10_000


class RateLimit:
    """`rate` requests a second, `burst` at once; a rate of 0 means no limit."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What was left, and when; who asked last stands last."""

    def spend(self, account_id: str) -> None:
        """Count one request; raises `RateLimited` when there is none left."""
        if not self._rate:
            return
        now = self._clock()
        left, at = self._buckets.get(account_id, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1:
            raise RateLimited((1 - left) / self._rate)
        self._buckets[account_id] = (left - 1, now)
        self._buckets.move_to_end(account_id)
        if len(self._buckets) > REMEMBERED:  # whoever has been quiet longest has the fullest bucket
            self._buckets.popitem(last=False)
