"""Who is here: one contract, for the memory of a process and for Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from server.presence.online import Device, Online
from server.presence.online.memory import MemoryOnline
from server.presence.online.shared import RedisOnline
from tests.conftest import OpenSchool, School
from tests.running.test_health import redis_server
from tests.somebody import PATIENCE

PHONE, LAPTOP = Device("anna", "phone"), Device("anna", "laptop", "sami")
OpenOnline = Callable[..., Online]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[OpenOnline]:
    made: list[Online] = []

    def open_(kept_for: float = 60) -> Online:
        if request.param == "memory":
            made.append(MemoryOnline(kept_for=kept_for))
        else:
            url = request.getfixturevalue("redis_url")
            made.append(RedisOnline(url, kept_for=kept_for))
        return made[-1]

    yield open_
    for online in made:
        for device in (PHONE, LAPTOP):
            await online.gone(device)
        await online.close()


async def test_nobody_is_here_until_somebody_is(opened: OpenOnline) -> None:
    online = opened()
    assert await online.devices("anna") == frozenset()
    await online.here(PHONE, LAPTOP)
    assert await online.devices("anna") == {PHONE, LAPTOP}
    assert await online.devices("bram") == frozenset()
    await online.here()
    await online.gone(PHONE)
    assert await online.devices("anna") == {LAPTOP}
    await online.gone(PHONE)
    await online.gone(LAPTOP)
    assert await online.devices("anna") == frozenset()


async def test_somebody_looks_at_a_conversation_on_any_device(opened: OpenOnline) -> None:
    online = opened()
    await online.here(PHONE, LAPTOP)
    assert await online.has_open("anna", "sami")
    assert not await online.has_open("anna", "lotte")
    assert not await online.has_open("bram", "sami")
    await online.here(LAPTOP._replace(conversation_id="lotte"))
    assert await online.has_open("anna", "lotte")
    assert not await online.has_open("anna", "sami")
    await online.here(LAPTOP._replace(conversation_id=None))
    assert not await online.has_open("anna", "lotte")
    assert len(await online.devices("anna")) == 2


async def test_a_device_that_nobody_speaks_of_any_more_is_gone_by_itself(
    opened: OpenOnline,
) -> None:
    online = opened(kept_for=0.3)
    await online.here(PHONE, LAPTOP)
    assert await online.devices("anna") == {PHONE, LAPTOP}
    async with asyncio.timeout(PATIENCE):
        while PHONE in await online.devices("anna"):
            await online.here(LAPTOP)
            await asyncio.sleep(0.02)
        assert await online.has_open("anna", "sami"), "that one was said again"
        while await online.devices("anna"):
            await asyncio.sleep(0.02)


async def test_two_processes_know_of_each_other_through_redis(redis_url: str) -> None:
    web, worker = RedisOnline(f"{redis_url}/5"), RedisOnline(f"{redis_url}/5")
    await web.here(LAPTOP)
    assert await worker.has_open("anna", "sami")
    await web.gone(LAPTOP)
    assert not await worker.has_open("anna", "sami")
    await web.close()
    await worker.close()


async def test_without_redis_nobody_counts_as_here_and_nothing_fails() -> None:
    with redis_server() as url:
        online = RedisOnline(url)
        await online.here(LAPTOP)
        assert await online.has_open("anna", "sami"), "it was there"
    assert not await online.has_open("anna", "sami")
    await online.here(LAPTOP)
    await online.gone(LAPTOP)
    assert await online.devices("anna") == frozenset()
    await online.close()


@pytest.mark.parametrize("shared", [False, True], ids=["memory", "redis"])
async def test_a_teacher_who_has_a_conversation_open_is_seen_to_look_at_it(
    open_school: OpenSchool, redis_url: str, shared: bool
) -> None:
    settings = {"REDIS": f"{redis_url}/6", "SECRET": "s" * 16} if shared else {}
    school: School = await open_school(**settings)
    cast, online = school.cast, school.hekje.dispatch.online
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    about = {"class_id": cast.groep_3b, "pupil_id": cast.sami}
    opened = await fatima.ok("conversation.open", **about)
    id = opened["conversation"]["id"]
    refused = await anna.refused("device.focus", conversation_id=id)
    assert refused["code"] == "not_found", "nobody has written in it yet"
    assert not await online.has_open(cast.account("anna"), id)
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await anna.ok("device.focus", conversation_id=id)
    assert await online.has_open(cast.account("anna"), id)
    assert len(await online.devices(cast.account("fatima"))) == 1
    await anna.ok("device.focus", conversation_id=None)
    assert not await online.has_open(cast.account("anna"), id)
    await anna.ok("device.focus", conversation_id=id)
    await anna.leave()
    async with asyncio.timeout(PATIENCE):
        while await online.devices(cast.account("anna")):
            await asyncio.sleep(0.01)
    assert not await online.has_open(cast.account("anna"), id)
