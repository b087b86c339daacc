"""Which devices take pushes: each belongs to the session in which somebody asked for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from storage.schema import PushSubscription, Session
from storage.writes import Delete, Insert, Replace, Write

MOST_DEVICES = 20
"""Of one account; the oldest makes place for a new one."""


def id_of(endpoint: str) -> str:
    """One device, one subscription, whoever is logged in there."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


def new_subscription(
    session: Session, endpoint: str, p256dh: str, auth: str, now: datetime
) -> PushSubscription:
    return PushSubscription(
        id=id_of(endpoint),
        account_id=session.account_id,
        session_id=session.id,
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        made_at=now,
    )


def subscribe(
    wanted: PushSubscription, known: PushSubscription | None, own: Sequence[PushSubscription]
) -> tuple[Write, ...]:
    """`known` has the same endpoint; `own` are the account's, from oldest to newest.

    A device on which somebody else was logged in is theirs no longer.
    """
    if known is None:
        return (Insert(wanted), *map(Delete, outlived(own)))
    if known.account_id != wanted.account_id:
        return (Replace(replace(wanted, version=known.version)), *map(Delete, outlived(own)))
    renewed = replace(wanted, version=known.version, made_at=known.made_at)
    return () if renewed == known else (Replace(renewed),)


def outlived(own: Sequence[PushSubscription]) -> Sequence[PushSubscription]:
    """Which of them end when one more begins."""
    return own[: max(0, len(own) - MOST_DEVICES + 1)]
