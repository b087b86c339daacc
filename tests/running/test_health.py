"""How Hekje is: ready part by part, and in numbers for whoever may see them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server import parts
from server.clock import now
from server.handlers import EVENTS
from storage import ids
from storage.mongo import open_mongo
from storage.schema import Mail
from storage.writes import Insert
from tests.conftest import OpenSchool, School
from tests.handlers.visitors import Visitor
from tests.servers import free_port, secantus, stop, wait_for_port

TOKEN = "prometheus of this school"


async def readiness(school: School) -> tuple[int, dict[str, str]]:
    async with Visitor(school.url) as visitor:
        reply = await visitor.ask("GET", "/readyz")
    assert reply.body["ok"] is (reply.status == 200)
    return reply.status, reply.body["parts"]


async def becomes(school: School, part: str, state: str) -> int:
    """The status once the part is in that state: one look serves all who ask for a second."""
    async with asyncio.timeout(20):
        while (seen := await readiness(school))[1].get(part) != state:
            await asyncio.sleep(0.1)
    return seen[0]


# --- Ready ---------------------------------------------------------------------------------


async def test_readiness_names_each_part(school: School) -> None:
    everything = {"server": "ok", "disk": "ok", "database": "ok", "mail": "ok"}
    assert await readiness(school) == (200, everything)
    async with Visitor(school.url) as visitor:
        assert (await visitor.ask("GET", "/healthz")).body == {"ok": True}


async def test_mail_that_nobody_takes_is_told_and_people_can_still_write(school: School) -> None:
    await school.store.commit([Insert(mail(due=parts.MAIL_MOVES_WITHIN - timedelta(minutes=1)))])
    assert (await readiness(school))[1]["mail"] == "ok"
    await school.store.commit([Insert(mail(due=parts.MAIL_MOVES_WITHIN + timedelta(minutes=1)))])
    assert await becomes(school, "mail", "late") == 200


async def test_without_its_folder_it_is_not_ready(open_school: OpenSchool, tmp_path: Path) -> None:
    files = tmp_path / "files"
    school = await open_school(DATA=files, DATABASE=f"sqlite:///{tmp_path / 'data' / 'hekje.db'}")
    assert (await readiness(school))[0] == 200
    files.rename(tmp_path / "away")
    assert await becomes(school, "disk", "unwritable") == 503
    (tmp_path / "away").rename(files)
    assert await becomes(school, "disk", "ok") == 200


async def test_a_disk_that_is_nearly_full_is_told_in_time(tmp_path: Path) -> None:
    free = await parts.check_room(tmp_path, least=1)
    assert free <= shutil.disk_usage(tmp_path).total
    with pytest.raises(parts.Trouble, match="MB left") as trouble:
        await parts.check_room(tmp_path, least=10**18)
    assert trouble.value.word == "full"


async def test_without_its_database_it_is_not_ready(open_school: OpenSchool) -> None:
    with secantus() as url:
        school = await open_school(
            await open_mongo(f"{url}/hekje"), DATABASE=f"{url}/hekje", SECRET="s" * 16
        )
        assert (await readiness(school))[0] == 200
    assert await becomes(school, "database", "unavailable") == 503
    async with Visitor(school.url) as visitor:
        assert (await visitor.ask("GET", "/healthz")).status == 200


async def test_redis_is_looked_at_when_it_is_set_and_missed_by_nobody(
    open_school: OpenSchool,
) -> None:
    with redis_server() as url:
        school = await open_school(REDIS=url, SECRET="s" * 16)
        assert (await readiness(school))[1]["redis"] == "ok"
    assert await becomes(school, "redis", "unavailable") == 200


async def test_a_server_that_stops_is_not_ready_any_more(school: School) -> None:
    assert (await readiness(school))[1]["server"] == "ok"
    await school.hekje.sockets.drain()
    assert await becomes(school, "server", "stopping") == 503


@contextmanager
def redis_server() -> Iterator[str]:
    with redis_on(free_port()) as url:
        yield url


@contextmanager
def redis_on(port: int) -> Iterator[str]:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, server)
        yield f"redis://127.0.0.1:{port}"
    finally:
        stop(server)


def mail(*, due: timedelta) -> Mail:
    """One that was due so long ago."""
    id = ids.fresh()
    return Mail(
        id=id,
        template="activation",
        to="fatima@example.org",
        locale="nl",
        link_id="link",
        header_id=f"<{id}@localhost>",
        bucket=ids.bucket(id),
        due_at=now() - due,
    )


# --- Numbers -------------------------------------------------------------------------------


async def figures(school: School) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    async with Visitor(school.url) as visitor:
        reply = await visitor.ask("GET", "/metrics")
    assert reply.status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.raw.decode())
        for sample in family.samples
    }


async def test_what_happens_is_counted(school: School) -> None:
    before = await figures(school)
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    opened = await fatima.ok(
        "conversation.open", class_id=school.cast.groep_3b, pupil_id=school.cast.sami
    )
    await fatima.ok(
        "message.send", conversation_id=opened["conversation"]["id"], key="1", text="Hoi"
    )
    await anna.hears("message.posted")
    await anna.refused("message.send", conversation_id="nothing", key="1", text="Hoi")
    await anna.refused("message.shout", text="Hoi")
    async with Visitor(school.url) as stranger:
        await stranger.ask("GET", "/nothing")
    after = await figures(school)

    def more(*sample: str) -> float:
        return after.get(sample, 0) - before.get(sample, 0)

    assert after["hekje_connections",] == 2
    assert more("hekje_requests_total", "message.send", "ok") == 1
    assert more("hekje_requests_total", "message.send", "not_found") == 1
    assert more("hekje_requests_total", "unknown", "not_found") == 1
    assert more("hekje_refusals_total", "not_found") == 3
    assert more("hekje_commit_seconds_count") == 2
    assert more("hekje_delivery_seconds_count") >= 1
    assert more("hekje_delivery_seconds_sum") > more("hekje_commit_seconds_sum") / 2


async def test_the_oldest_mail_that_is_due_has_an_age(school: School) -> None:
    age = ("hekje_mail_oldest_due_seconds",)
    assert (await figures(school))[age] == 0
    for minutes in (-5, 2, 7):
        await school.store.commit([Insert(mail(due=timedelta(minutes=minutes)))])
    assert 0 <= (await figures(school))[age] - 7 * 60 < 60


async def test_nobody_can_make_the_numbers_grow(school: School) -> None:
    anna = await school.somebody("anna")
    for number in range(30):
        await anna.refused(f"made.up.{number}", text="Hoi")
        async with Visitor(school.url) as visitor:
            await visitor.post(f"/api/made-up/{number}")
    events = {sample[1] for sample in await figures(school) if sample[0] == "hekje_requests_total"}
    assert {event for event in events if not event.startswith("/api/")} <= {*EVENTS, "unknown"}
    assert not any("made" in event for event in events)


OVER_A_PROXY = [
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"Host": "hekje.school.example"},
    {"Host": "127.0.0.1:none"},
]


@pytest.mark.parametrize("headers", OVER_A_PROXY)
async def test_numbers_are_for_this_machine_and_not_for_whom_it_speaks_for(
    school: School, headers: dict[str, Any]
) -> None:
    async with Visitor(school.url) as visitor:
        assert (await visitor.ask("GET", "/metrics")).status == 200
        assert (await visitor.ask("GET", "/metrics", headers=headers)).status in (400, 403)


async def test_a_token_opens_the_numbers_to_others(open_school: OpenSchool) -> None:
    school = await open_school(METRICS_TOKEN=TOKEN)
    outside = {"X-Forwarded-For": "198.51.100.7", "Host": "hekje.school.example"}
    statuses = []
    async with Visitor(school.url) as visitor:
        for authorization in (f"Bearer {TOKEN}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", ""):
            headers = {**outside, "Authorization": authorization}
            statuses.append((await visitor.ask("GET", "/metrics", headers=headers)).status)
    assert statuses == [200, 403, 403, 403]
