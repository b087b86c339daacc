"""Redis: the one file that knows its driver."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis, from_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

ANSWERS_WITHIN = 2.0

TROUBLE = (RedisError, OSError)
"""What is raised when nothing answers there, too late, or not as it should."""


def open_redis(url: str) -> Redis:
    """A client that answers with text; it connects when it is first asked something."""
    client: Redis = from_url(
        url,
        socket_connect_timeout=ANSWERS_WITHIN,
        socket_timeout=ANSWERS_WITHIN,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return client


def heed_cancelling() -> None:
    """Where `TROUBLE` is caught: the driver takes being cancelled for trouble of its own."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def ping(url: str) -> None:
    """Raises a redis or OS error when nothing answers there, or the password is wrong."""
    client = open_redis(url)
    try:
        await client.ping()
    finally:
        await client.aclose()
