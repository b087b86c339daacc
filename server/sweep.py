"""Clears away what has expired: tickets, links, and sessions with the devices that took pushes for them.

A few of each at a time, found by the instant at which they expire, so that no
sweep holds others up however much there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from storage.schema import (
    BUCKETS,
    LINKS_EXPIRED,
    MAILED_EXPIRED,
    SESSIONS_EXPIRED,
    SUBSCRIPTIONS_OF_SESSION,
    TICKETS_EXPIRED,
    Index,
    PushSubscription,
    Record,
    Session,
)
from storage.store import Store
from storage.writes import Delete, Stale

AT_ONCE = 200
"""Of one bucket and kind."""

Range = tuple[Index[Any], tuple[str, ...], timedelta]
"""An index that ends in bucket and instant, what comes before those, and how long it is kept."""

KEPT: tuple[Range, ...] = (
    (TICKETS_EXPIRED, (), timedelta()),
    # until each process has seen that it ended, and closed its sockets
    (SESSIONS_EXPIRED, (), timedelta(hours=1)),
    # a school year: the class's list says who was invited, and an old letter asks for a new one
    (LINKS_EXPIRED, ("activate",), timedelta(days=365)),
    (LINKS_EXPIRED, ("reset",), timedelta(days=7)),
    (LINKS_EXPIRED, ("merge",), timedelta(days=7)),
    (MAILED_EXPIRED, (), timedelta()),
)


async def sweep(store: Store, now: datetime) -> None:
    """Once around. What other processes clear away meanwhile is left to them, or to the next."""
    for index, equal, kept in KEPT:
        for bucket in range(BUCKETS):
            gone: list[Record] = await store.find(
                index, *equal, bucket, before=now - kept, limit=AT_ONCE
            )
            gone += await devices_of(store, gone)
            with suppress(Stale):
                await store.commit([Delete(record) for record in gone])


async def devices_of(store: Store, records: Sequence[Record]) -> list[PushSubscription]:
    """The devices that took pushes for these sessions, if any of the records is one."""
    found: list[PushSubscription] = []
    for record in records:
        if isinstance(record, Session):
            found += await store.find(SUBSCRIPTIONS_OF_SESSION, record.id, limit=AT_ONCE)
    return found
