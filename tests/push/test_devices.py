"""Which devices take pushes: of whoever asked for them there last, and for as long as that session lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.backup import begin_anew
from server.school.subscriptions import MOST_DEVICES
from server.sweep import sweep
from storage import ids
from storage.schema import SUBSCRIPTIONS_OF_ACCOUNT, Session
from storage.writes import Insert
from tests.cast import SECRET
from tests.conftest import School
from tests.handlers.visitors import Visitor
from tests.notify.mailbag import Clock
from tests.push.conftest import OpenHouse
from tests.push.service import PushService
from tests.somebody import Somebody


@pytest.fixture
async def house(open_house: OpenHouse) -> School:
    """On both databases, without a worker: nothing but what is kept."""
    house = await open_house()
    await house.hekje.start(worker=False)
    return house


async def kept(house: School, *names: str) -> dict[str, list[str]]:
    """Whose devices are known, by the last part of their endpoints, from oldest to newest."""
    found = {}
    for name in names:
        of_account = await house.store.find(
            SUBSCRIPTIONS_OF_ACCOUNT, house.cast.account(name), limit=100
        )
        found[name] = [one.endpoint.rpartition("/")[2] for one in of_account]
    return found


async def test_anna_has_pushes_on_her_phone_and_takes_them_off_again(
    house: School, service: PushService
) -> None:
    anna, phone = await house.somebody("anna"), service.device("phone")
    await anna.ok("device.subscribe", subscription=phone.subscription)
    await anna.ok("device.subscribe", subscription=phone.subscription)
    assert await kept(house, "anna") == {"anna": ["phone"]}
    await anna.ok("device.unsubscribe", endpoint=phone.endpoint)
    await anna.ok("device.unsubscribe", endpoint=phone.endpoint)
    assert await kept(house, "anna") == {"anna": []}


async def test_a_device_that_changes_hands_takes_the_pushes_of_who_is_there_now(
    house: School, service: PushService
) -> None:
    anna, fatima = await house.somebody("anna"), await house.somebody("fatima")
    tablet = service.device("tablet")
    await anna.ok("device.subscribe", subscription=tablet.subscription)
    await fatima.ok("device.subscribe", subscription=tablet.subscription)
    assert await kept(house, "anna", "fatima") == {"anna": [], "fatima": ["tablet"]}
    await anna.ok("device.unsubscribe", endpoint=tablet.endpoint)
    assert await kept(house, "anna", "fatima") == {"anna": [], "fatima": ["tablet"]}


async def test_the_oldest_of_too_many_devices_makes_place(
    house: School, service: PushService, clock: Clock
) -> None:
    anna = await house.somebody("anna")
    for n in range(MOST_DEVICES + 2):
        clock.at += timedelta(seconds=1)
        await anna.ok("device.subscribe", subscription=service.device(f"{n}").subscription)
    expected = [f"{n}" for n in range(2, MOST_DEVICES + 2)]
    assert await kept(house, "anna") == {"anna": expected}


async def test_two_windows_that_subscribe_at_once_make_one_device(
    house: School, service: PushService
) -> None:
    first, second = await house.somebody("anna"), await house.somebody("anna")
    phone = service.device("phone").subscription
    await asyncio.gather(
        *(person.ok("device.subscribe", subscription=phone) for person in (first, second))
    )
    assert await kept(house, "anna") == {"anna": ["phone"]}


async def test_an_address_that_is_no_push_service_is_refused_and_none_is_called(
    house: School, service: PushService
) -> None:
    anna, phone = await house.somebody("anna"), service.device("phone")
    port = service.host.partition(":")[2]
    for endpoint in ("https://localhost:1/x", f"https://127.0.0.1:{port}/x", "https://intranet/"):
        given = {**phone.subscription, "endpoint": endpoint}
        error = await anna.refused("device.subscribe", subscription=given)
        assert (error["code"], error["field"]) == ("invalid", "subscription.endpoint")
    assert await kept(house, "anna") == {"anna": []}
    assert service.came == []
    await anna.ok("device.subscribe", subscription=phone.subscription)


async def test_keys_with_which_nothing_can_be_sealed_are_refused(
    house: School, service: PushService
) -> None:
    anna, phone = await house.somebody("anna"), service.device("phone").subscription
    no_point_of_the_curve = "B" * 87
    for field, value in (
        ("p256dh", no_point_of_the_curve),
        ("p256dh", "short"),
        ("auth", "A" * 21),
        ("auth", "A" * 21 + "="),
    ):
        odd = {**phone, "keys": {**phone["keys"], field: value}}
        error = await anna.refused("device.subscribe", subscription=odd)
        assert (error["code"], error["field"]) == ("invalid", f"subscription.keys.{field}")
    await anna.ok("device.subscribe", subscription=phone)


# --- The end of a session ------------------------------------------------------------------


async def test_a_device_goes_with_the_session_in_which_it_was_subscribed(
    house: School, service: PushService, clock: Clock
) -> None:
    """Logged out there: the other devices stay."""
    anna, fatima = await house.somebody("anna"), await house.somebody("fatima")
    await anna.ok("device.subscribe", subscription=service.device("phone").subscription)
    await fatima.ok("device.subscribe", subscription=service.device("tablet").subscription)
    async with Visitor(house.url, token=house.cast.token("anna")) as browser:
        assert (await browser.post("/api/logout")).status == 204
    async with asyncio.timeout(10):
        await anna.gone.wait()
    await sweep(house.store, clock.at + timedelta(hours=1, seconds=1))
    assert await kept(house, "anna", "fatima") == {"anna": [], "fatima": ["tablet"]}


async def test_a_device_moves_along_to_the_next_session(
    house: School, service: PushService, clock: Clock
) -> None:
    anna, phone = await house.somebody("anna"), service.device("phone")
    await anna.ok("device.subscribe", subscription=phone.subscription)
    await anna.leave()
    session = await house.store.get(Session, house.cast.session("anna"))
    assert session
    clock.at = session.expires_at
    await house.store.commit([Insert(next_one(session))])
    later = Somebody(house.url, {"token": f"sessionnext.{SECRET}"})
    house.people.append(await later.connect())
    await later.ok("device.subscribe", subscription=phone.subscription)
    await sweep(house.store, clock.at + timedelta(days=1))
    assert await house.store.get(Session, session.id) is None, "the old one is gone"
    assert await kept(house, "anna") == {"anna": ["phone"]}


def next_one(session: Session) -> Session:
    """She logs in again when it is over."""
    return replace(
        session,
        id="sessionnext",
        version=0,
        bucket=ids.bucket("sessionnext"),
        created_at=session.expires_at,
        expires_at=session.expires_at + timedelta(days=30),
    )


async def test_a_backup_brings_devices_back_unless_everybody_must_log_in_again(
    house: School, service: PushService
) -> None:
    anna = await house.somebody("anna")
    await anna.ok("device.subscribe", subscription=service.device("phone").subscription)
    await begin_anew(house.store, end_sessions=False)
    assert await kept(house, "anna") == {"anna": ["phone"]}
    await begin_anew(house.store, end_sessions=True)
    assert await kept(house, "anna") == {"anna": []}
