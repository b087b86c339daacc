"""Memory of connections that are over.

Each leaves some sixty objects that hold on to each other (the socket, its
request, the library's own), 14 kB of them. Python frees such rings by counting
what is made, and a server that people come to and leave makes little that it
keeps: a hundred thousand connections would be waiting for it.
"""

from __future__ import annotations

import gc

AFTER = 300
"""Connections, after which a collection of some 10 ms is worth it: 4 MB."""


class Leftovers:
    """Told of each connection that is over."""

    def __init__(self) -> None:
        self._waiting = 0

    def one_more(self) -> None:
        self._waiting += 1
        if self._waiting >= AFTER:
            self._waiting = 0
            gc.collect()
