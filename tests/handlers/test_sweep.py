"""What has expired does not stay: tickets at once, sessions and links after a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.clock import now
from server.sweep import sweep
from storage.schema import Link, Record, Session, Ticket
from storage.writes import Insert
from tests.conftest import School
from tests.storage.records import any_record

KEPT = {
    "ticket": timedelta(),
    "session": timedelta(hours=1),
    "activate": timedelta(days=365),
    "reset": timedelta(days=7),
    "merge": timedelta(days=7),
}


def expired(what: str, number: int, ago: timedelta) -> Record:
    given = {"bucket": number % 16, "expires_at": now() - ago}
    if what == "ticket":
        return any_record(Ticket, number, **given)
    if what == "session":
        return any_record(Session, number, **given)
    return any_record(Link, number, purpose=what, **given)


@pytest.mark.parametrize("what", KEPT)
async def test_what_expired_is_kept_for_as_long_as_somebody_needs_it(
    school: School, what: str
) -> None:
    minute = timedelta(minutes=1)
    old, young = expired(what, 1, KEPT[what] + minute), expired(what, 2, KEPT[what] - minute)
    await school.store.commit([Insert(old), Insert(young)])
    await sweep(school.store, now())
    assert await school.store.get(type(old), old.id) is None
    assert await school.store.get(type(young), young.id) is not None


async def test_a_sweep_takes_a_part_of_a_great_many_and_the_next_the_rest(school: School) -> None:
    """Nobody waits for a flood of tickets to be cleared away."""
    hour = timedelta(hours=1)
    flood = [expired("ticket", 16 * number, hour) for number in range(1, 251)]
    await school.store.commit([Insert(ticket) for ticket in flood])

    async def left() -> int:
        found = [await school.store.get(Ticket, ticket.id) for ticket in flood]
        return sum(ticket is not None for ticket in found)

    await sweep(school.store, now())
    assert await left() == 50
    await sweep(school.store, now())
    assert await left() == 0
