"""Workers in processes of their own: what they know of who looks, and what a kill leaves behind."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from server.app import Hekje
from server.notify import worker
from storage.schema import Availability, DigestTime
from storage.writes import Insert
from tests.conftest import School
from tests.notify.evening import IN_HOURS
from tests.notify.mailbag import Clock
from tests.push.conftest import Certificate, OpenHouse
from tests.push.day import Day
from tests.push.service import PushService
from tests.running.house import ROOT, environment
from tests.running.test_health import redis_server
from tests.storage.places import Place

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


# --- Who looks -----------------------------------------------------------------------------


async def apart(open_house: OpenHouse, **settings: str) -> School:
    """`hekje serve --no-worker` and `hekje worker`."""
    web, work = await open_house(**settings), await open_house(**settings)
    await web.hekje.start(worker=False)
    await work.hekje.start(web_side=False)
    return web


@pytest.mark.parametrize("shared", [True, False], ids=["redis", "alone"])
async def test_a_worker_of_its_own_knows_through_redis_who_has_a_conversation_open(
    open_house: OpenHouse,
    clock: Clock,
    service: PushService,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    shared: bool,
) -> None:
    """Without Redis it knows of nobody: then a push too many goes out, rather than one too few."""
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)
    clock.at = IN_HOURS
    day = Day(await apart(open_house, **({"redis": redis_url} if shared else {})), clock, service)
    anna, phone = await day.with_phone("anna")
    await day.with_phone("bram")
    fatima = await day.house.somebody("fatima")
    conversation = await day.opens(fatima)
    await day.writes(fatima, conversation)
    await service.until_came(2)
    await anna.ok("device.focus", conversation_id=conversation)
    await day.writes(fatima, conversation)
    if shared:
        await service.until_came(3)
        await day.until_waiting("anna", "email", 1)
        assert [sent.path for sent in service.came[2:]] == ["/bram"]
        await anna.ok("device.focus", conversation_id=None)
        await day.writes(fatima, conversation)
        await service.until_came(5)
    else:
        await service.until_came(4)
    assert len(service.read(phone)) == 2


# --- A kill --------------------------------------------------------------------------------

StartWorker = Callable[[], Awaitable[Process]]


@pytest.fixture
async def start_worker(
    place: Place, service: PushService, certificate: Certificate, tmp_path: Path
) -> AsyncIterator[StartWorker]:
    """`hekje worker`, on the records of the house."""
    running: list[Process] = []
    settings = {"database": place.url, "secret": "a secret of sixteen and more"}
    given = environment(tmp_path / "data", **settings, push_hosts=service.host)
    given["SSL_CERT_FILE"] = str(certificate.file)

    async def start() -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "worker", cwd=ROOT, env=given
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_push_on_its_way_in_a_killed_worker_is_not_sent_again(
    open_house: OpenHouse, service: PushService, place: Place, start_worker: StartWorker
) -> None:
    """Nobody knows whether it arrived: it is in the digest."""
    house = await open_house()
    house.hekje = Hekje(house.hekje.settings, house.store)  # by the clock of the processes
    await house.hekje.start(worker=False)
    day = Day(house, Clock(), service)
    for name in ("anna", "bram"):
        await house.store.commit([Insert(always_there(house, name))])
    _, phone = await day.with_phone("anna")
    fatima = await house.somebody("fatima")
    conversation = await day.opens(fatima)

    service.says("anna", hangs)
    first = await start_worker()
    await day.writes(fatima, conversation)
    await service.until_came(1)
    first.kill()
    await first.wait()
    assert await day.waiting("anna", "email") == 1
    service.says("anna")
    await start_worker()
    await day.writes(fatima, conversation)
    await service.until_came(2)
    await day.until_waiting("anna", "email", 1)
    assert len(service.read(phone)) == 2, "one for each message"


async def hangs(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response(status=201)


def always_there(house: School, name: str) -> Availability:
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Availability(
        id=getattr(house.cast, name),
        school_id=house.cast.school_id,
        chat=True,
        hours=dict.fromkeys(week, (("00:00", "24:00"),)),
        digest=DigestTime("23:59", week),
    )
