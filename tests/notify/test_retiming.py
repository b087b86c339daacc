"""Whoever changes their hours, the school's closed days or their quiet hours moves what waits for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.dispatch import Asker, Dispatch
from server.handlers import accounts, availability, calendar
from server.protocol import availability as talk
from server.protocol.calendar import SetCalendar
from server.protocol.people import QuietHours, UpdateAccount
from server.settings import read
from server.strict_json import convert
from storage import ids
from storage.schema import NOTICES_DUE
from storage.store import Store
from tests.cast import REGENBOOG
from tests.notify.evening import DIGEST, Evening
from tests.notify.post_office import PostOffice

Ask = Callable[..., Awaitable[Any]]
WEEK = ["mon", "tue", "wed", "thu", "fri"]


@pytest.fixture
def dispatch(evening: Evening, tmp_path: Path) -> Dispatch:
    return Dispatch(evening.store, read({}, tmp_path), clock=evening.clock)


@pytest.fixture
def anna_sets(dispatch: Dispatch) -> Ask:
    async def ask(digest: dict[str, Any] | None, **more: Any) -> None:
        fields = {"school_id": "regenboog", "hours": {}, "away": [], "chat": True, "confirm": True}
        request = convert({**fields, "digest": digest, **more}, talk.SetAvailability)
        turn = partial(availability.set_, request=request)
        await dispatch.run(Asker(REGENBOOG.account("anna")), turn)

    return ask


@pytest.fixture
def office_closes(dispatch: Dispatch) -> Ask:
    async def ask(*days: date) -> None:
        request = SetCalendar(school_id="regenboog", closed=list(days))
        turn = partial(calendar.set_, request=request)
        await dispatch.run(Asker(REGENBOOG.account("dewit")), turn)

    return ask


async def due(evening: Evening) -> datetime:
    (waiting,) = await evening.waiting()
    return waiting.due_at


async def test_an_earlier_digest_moves_what_waits_as_soon_as_it_is_set(
    evening: Evening, office: PostOffice, anna_sets: Ask
) -> None:
    await evening.write(await evening.conversation("sami", "fatima"), "fatima")
    await evening.works()
    assert await due(evening) == DIGEST
    await anna_sets({"at": "07:30", "days": WEEK})
    await evening.works()
    assert await due(evening) == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    await evening.works(datetime(2026, 11, 24, 6, 30, tzinfo=UTC))
    assert len(office.letters) == 1


async def test_a_time_that_has_been_is_now(
    evening: Evening, office: PostOffice, anna_sets: Ask
) -> None:
    await evening.write(await evening.conversation("sami", "fatima"), "fatima")
    await evening.works(DIGEST - timedelta(hours=2))
    assert office.letters == []
    await anna_sets({"at": "07:30", "days": WEEK})
    await evening.works()
    assert len(office.letters) == 1
    assert await evening.waiting() == []


async def test_closing_and_opening_the_school_moves_everybodys(
    evening: Evening, office: PostOffice, office_closes: Ask
) -> None:
    await evening.write(await evening.conversation("sami", "fatima"), "fatima")
    await evening.works()
    await office_closes(date(2026, 11, 24))
    await evening.works()
    assert await due(evening) == DIGEST + timedelta(days=1)
    await office_closes()
    await evening.works()
    assert await due(evening) == DIGEST


async def test_many_changes_while_no_worker_looks_are_dealt_with_at_once(
    evening: Evening, office: PostOffice, anna_sets: Ask, office_closes: Ask
) -> None:
    """Each would move the same mail; none keeps another, or a new message, from being dealt with."""
    sami = await evening.conversation("sami", "fatima")
    await evening.write(sami, "fatima")
    await evening.works()
    for minute in range(3):
        evening.clock.at += timedelta(minutes=1)
        await anna_sets({"at": f"07:3{minute}", "days": WEEK})
        await office_closes(*[date(2026, 12, day) for day in range(1, 2 + minute)])
    await evening.write(sami, "fatima")
    await evening.works()
    early = datetime(2026, 11, 24, 6, 32, tzinfo=UTC)
    assert {delivery.due_at for delivery in await evening.waiting()} == {early}
    assert await notices(evening.store) == 0


async def test_what_moves_nothing_makes_no_notice(
    evening: Evening, anna_sets: Ask, office_closes: Ask
) -> None:
    await anna_sets({"at": "07:30", "days": WEEK})
    await office_closes(date(2026, 12, 1))
    await evening.works()
    await anna_sets({"at": "07:30", "days": WEEK}, hours={"mon": [["08:00", "12:00"]]})
    await anna_sets({"at": "07:30", "days": WEEK}, hours={"mon": [["08:00", "12:00"]]})
    await office_closes(date(2026, 12, 1))
    assert await notices(evening.store) == 0
    await anna_sets(None)
    assert await notices(evening.store) == 1


@pytest.mark.parametrize(
    ("hours", "rings"),
    [(("00:00", "00:00"), 0), (("20:00", "23:00"), 2), (("20:00", "06:00"), 9)],
)
async def test_a_push_that_was_held_comes_when_the_new_quiet_hours_end(
    evening: Evening, dispatch: Dispatch, hours: tuple[str, str], rings: int
) -> None:
    """Fatima's were until seven, and it is five past nine in the evening."""
    fatima = REGENBOOG.account("fatima")
    evening.phones.owners = {fatima}

    async def is_quiet(start: str, end: str) -> None:
        request = UpdateAccount(quiet_hours=QuietHours(start=start, end=end))
        await dispatch.run(Asker(fatima), partial(accounts.update, request=request))

    await is_quiet("20:00", "07:00")
    await evening.write(await evening.conversation("sami", "fatima"), "anna")
    await evening.works()
    assert evening.phones.rang == []
    await is_quiet(*hours)
    ends = evening.clock().replace(minute=0) + timedelta(hours=rings) if rings else evening.clock()
    if rings:
        await evening.passes(ends - timedelta(seconds=1), step=timedelta(minutes=30))
        assert evening.phones.rang == []
    await evening.works(ends)
    assert evening.phones.rang == [fatima]


async def notices(store: Store) -> int:
    return len(await store.find(NOTICES_DUE, ids.bucket(REGENBOOG.school_id), limit=100))
