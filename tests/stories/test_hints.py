"""Several servers tell each other through Redis what has happened, and do without it when it is away."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server import hints
from server.hints import CHANNEL, RedisHints, Said, _read
from server.redis import open_redis
from tests.running.test_health import redis_on
from tests.servers import free_port
from tests.somebody import PATIENCE
from tests.storage.places import Place
from tests.stories.town import Town, settled, start_town

Towns = tuple[Town, Town]


@pytest.fixture(scope="module")
def redis_port() -> int:
    return free_port()


@pytest.fixture
def redis_url(redis_port: int) -> Iterator[str]:
    with redis_on(redis_port) as url:
        yield url


@pytest.fixture
async def towns(mongo_server: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Towns]:
    place = Place("motor", f"{mongo_server}/hekje_{secrets.token_hex(6)}")
    here = await start_town(place, tmp_path, redis=redis_url)
    there = await start_town(place, tmp_path, beside=True, redis=redis_url)
    yield here, there
    for town in (here, there):
        await town.close()


async def by_hints_alone(url: str, *towns: Town) -> None:
    """Nobody looks around by the clock any more."""
    for town in towns:
        assert town.hekje._watch
        town.hekje._watch.cancel()
    redis = open_redis(url)
    async with asyncio.timeout(PATIENCE):
        while dict(await redis.pubsub_numsub(CHANNEL))[CHANNEL] < len(towns):
            await asyncio.sleep(0.01)
    await redis.aclose()


async def test_what_happens_on_one_server_is_told_on_the_other_at_once(
    towns: Towns, redis_url: str
) -> None:
    here, there = towns
    await by_hints_alone(redis_url, *towns)
    fatima = await here.somebody("fatima")
    anna, bram, joost = await there.everybody("anna", "bram", "joost")
    id = await here.conversation(fatima)
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    (posted,) = await anna.hears("message.posted")
    assert posted["message"]["text"] == "Hallo juf"

    await anna.ok("message.typing", conversation_id=id)
    (typing,) = await fatima.hears("message.is_typing")
    assert typing == {"conversation_id": id, "by": "team"}
    await anna.ok("message.read", conversation_id=id, seq=1)
    (read,) = await fatima.hears("message.was_read")
    assert read == {"conversation_id": id, "by": "team", "seq": 1}
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag!")
    await fatima.hears("message.posted")
    await fatima.ok("message.withdraw", message_id=posted["message"]["id"])
    (gone,) = await bram.hears("message.changed")
    assert gone["message"]["withdrawn"] is True
    await settled(joost)
    assert joost.told == []


async def test_who_answers_is_told_to_colleagues_on_another_server_and_not_to_guardians(
    towns: Towns, redis_url: str
) -> None:
    here, there = towns
    fatima = await there.somebody("fatima")
    anna, bram = await here.somebody("anna"), await there.somebody("bram")
    id = await there.conversation(fatima)
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await anna.hears("message.posted")
    await settled(bram, fatima)
    await by_hints_alone(redis_url, *towns)
    bram.told.clear()
    fatima.told.clear()
    await anna.ok("conversation.take", conversation_id=id, taken=True)
    (changed,) = await bram.hears("conversation.changed")
    assert changed["conversation"]["taken_by"]["id"] == here.cast.anna
    await settled(fatima)
    assert fatima.told == []


async def test_without_redis_people_hear_each_other_all_the_same(
    mongo_server: str, redis_port: int, tmp_path: Path
) -> None:
    """And at once again when it is back."""
    place = Place("motor", f"{mongo_server}/hekje_{secrets.token_hex(6)}")
    away = f"redis://127.0.0.1:{redis_port}"
    here = await start_town(place, tmp_path, redis=away)
    there = await start_town(place, tmp_path, beside=True, redis=away)
    fatima, anna = await here.somebody("fatima"), await there.somebody("anna")
    id = await here.conversation(fatima)
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await anna.hears("message.posted")
    with redis_on(redis_port) as url:
        await by_hints_alone(url, here, there)
        await anna.ok("message.send", conversation_id=id, key="1", text="Dag!")
        (posted,) = await fatima.hears("message.posted")
        assert posted["message"]["text"] == "Dag!"
    for town in (here, there):
        await town.close()


async def test_what_no_hekje_would_say_is_passed_over(towns: Towns, redis_url: str) -> None:
    here, there = towns
    await by_hints_alone(redis_url, *towns)
    fatima, anna = await here.somebody("fatima"), await there.somebody("anna")
    id = await here.conversation(fatima)
    redis = open_redis(redis_url)
    never = '[{"origin":"x","hint":{"type":"changed","conversation_id":"regenboog.never"}}]'
    unwritten = '[{"origin":"x","hint":{"type":"changed","conversation_id":"' + id + '"}}]'
    for said in ("", "{}", "[1]", '[{"origin":"x","hint":{"type":"shout"}}]', never, unwritten):
        await redis.publish(CHANNEL, said)
    await redis.aclose()
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await anna.hears("message.posted")
    assert len(anna.heard("conversation.changed")) == 1, "not before anything was written"
    known: list[Said] = _read(never)
    assert len(known) == 1, "it could have been read"


async def _deaf(hint: object) -> None:
    raise AssertionError(hint)


async def test_the_log_says_once_that_redis_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hints, "AGAIN_AFTER", 0.0)
    tries: asyncio.Queue[None] = asyncio.Queue()

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        tries.put_nowait(None)

    nobody = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = nobody.sockets[0].getsockname()[1]
    trying = asyncio.create_task(RedisHints(f"redis://127.0.0.1:{port}").run(_deaf))
    async with asyncio.timeout(PATIENCE):
        for _ in range(10):
            await tries.get()
    trying.cancel()
    await asyncio.wait([trying])
    nobody.close()
    assert caplog.text.count("no hints through Redis") == 1
