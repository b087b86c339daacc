"""Slows failed log-ins, and nothing else: people who know their passwords hold nobody up.

Failures are counted for an address from one network address, for an address
from everywhere, and for a network address; each count fades with time. It is
kept in the memory of this process: several serve processes allow as many
times more, and a restart forgets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from server.decision import RateLimited

REMEMBERED = 10_000


class Failures:
    """Failures by key, in bounded memory: `most` at once, one forgiven every `fade` seconds."""

    def __init__(self, most: int, fade: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._fade = fade
        self._clock = clock
        self._counts: dict[str, tuple[float, float]] = {}

    def check(self, key: str) -> None:
        """Raises `RateLimited` when there have been too many."""
        excess = self.count(key) - (self._most - 1)
        if excess > 0:
            raise RateLimited(excess * self._fade)

    def add(self, key: str) -> None:
        count = self.count(key) + 1
        if len(self._counts) >= REMEMBERED and key not in self._counts:
            self._forget()
        self._counts[key] = (count, self._clock())

    def forgive(self, key: str, failures: float) -> None:
        left = self.count(key) - failures
        if left > 0:
            self._counts[key] = (left, self._clock())
        else:
            self._counts.pop(key, None)

    def count(self, key: str) -> float:
        count, at = self._counts.get(key, (0.0, 0.0))
        return max(0.0, count - (self._clock() - at) / self._fade)

    def _forget(self) -> None:
        """Half of them, the fewest failures first: nobody is forgiven by crowding the memory."""
        by_count = sorted(self._counts, key=self.count)
        for key in by_count[: len(by_count) // 2]:
            del self._counts[key]


class Throttle:
    """Asked before each attempt to log in, told of each that failed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pairs = Failures(10, 60.0, clock)
        self._addresses = Failures(50, 60.0, clock)
        """Wide, so that strangers cannot easily keep somebody out of their own account."""
        self._networks = Failures(100, 6.0, clock)
        """Of people who do not get in at all: a whole school may share one network address."""

    def check(self, address: str, network: str) -> None:
        """Raises `RateLimited`."""
        self._pairs.check(_pair(address, network))
        self._addresses.check(address)
        self._networks.check(network)

    def failed(self, address: str, network: str) -> None:
        self._pairs.add(_pair(address, network))
        self._addresses.add(address)
        self._networks.add(network)

    def succeeded(self, address: str, network: str) -> None:
        """Typing errors before the right password are forgiven, and nobody else's.

        Here they fade slower than at the network address, so that whoever has an account
        could guess twice as often there as others, and no more.
        """
        pair = _pair(address, network)
        mistyped = self._pairs.count(pair)
        for failures, key in (
            (self._pairs, pair),
            (self._addresses, address),
            (self._networks, network),
        ):
            failures.forgive(key, mistyped)


def network_of(host: str) -> str:
    """What counts as one network address: of IPv6 the /64 that one customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)


def _pair(address: str, network: str) -> str:
    return f"{address}\n{network}"
