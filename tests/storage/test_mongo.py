"""What only MongoDB can do wrong: no transactions, no server, a server that comes back."""

from __future__ import annotations

import asyncio
import gc
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pymongo import AsyncMongoClient

from storage.mongo import open_mongo
from storage.mongo.driver import Driver
from storage.schema import SCHEMA_VERSION, School
from storage.writes import (
    Insert,
    NewerDatabase,
    Replace,
    Stale,
    StorageError,
    Unavailable,
    UnusableDatabase,
)
from tests.servers import free_port, secantus, start_secantus, stop
from tests.storage.records import any_record, conversation, message
from tests.storage.waiting import eventually

EIK = any_record(School, id="eik")

# PyMongo forgets the socket of a connection that it was still making when it is closed
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
drivers = pytest.mark.parametrize("driver", ["motor", "pymongo"])


@pytest.fixture(autouse=True)
def nothing_left_for_other_tests() -> Iterator[None]:
    yield
    gc.collect()


@drivers
async def test_a_server_without_transactions_is_refused_in_one_line(driver: Driver) -> None:
    with (
        secantus("--standalone") as url,
        pytest.raises(UnusableDatabase, match="replica set") as refused,
    ):
        await open_mongo(f"{url}/hekje", driver)
    assert "\n" not in str(refused.value)
    with secantus() as url:
        await (await open_mongo(f"{url}/hekje", driver)).close()


@drivers
@pytest.mark.parametrize(
    "url",
    ["mongodb://127.0.0.1", "mongodb://", "mongodb://127.0.0.1:port/hekje", "http://127.0.0.1/x",
     "mongodb://127.0.0.1/he kje", "mongodb://fatima:geheim@pass@127.0.0.1/hekje"],
)  # fmt: skip
async def test_a_faulty_address_is_refused_in_one_line(url: str, driver: Driver) -> None:
    with pytest.raises(UnusableDatabase, match="address") as refused:
        await open_mongo(url, driver)
    assert "\n" not in str(refused.value)
    assert "geheim" not in str(refused.value)


@drivers
async def test_a_newer_database_is_refused_and_left_alone(
    mongo_server: str, driver: Driver
) -> None:
    name = f"hekje_{secrets.token_hex(6)}"
    store = await open_mongo(f"{mongo_server}/{name}", driver)
    await store.commit([Insert(EIK)])
    await store.close()
    await set_version(mongo_server, name, SCHEMA_VERSION + 1)

    with pytest.raises(NewerDatabase, match=str(SCHEMA_VERSION + 1)):
        await open_mongo(f"{mongo_server}/{name}", driver)

    await set_version(mongo_server, name, SCHEMA_VERSION - 1)
    store = await open_mongo(f"{mongo_server}/{name}", driver)
    assert await store.get(School, "eik")
    await store.close()
    assert await version(mongo_server, name) == SCHEMA_VERSION


async def set_version(server: str, name: str, number: int) -> None:
    async with AsyncMongoClient[dict[str, Any]](server) as client:
        await client[name]["schema"].update_one({}, {"$set": {"version": number}})


async def version(server: str, name: str) -> object:
    async with AsyncMongoClient[dict[str, Any]](server) as client:
        found = await client[name]["schema"].find_one({})
        return found and found["version"]


@drivers
async def test_two_processes_may_start_on_an_empty_database_at_once(
    mongo_server: str, driver: Driver
) -> None:
    url = f"{mongo_server}/hekje_{secrets.token_hex(6)}"
    stores = await asyncio.gather(*(open_mongo(url, driver) for _ in range(4)))
    await stores[0].commit([Insert(EIK)])
    for store in stores:
        assert await store.get(School, "eik")
        await store.close()


@drivers
async def test_a_server_that_is_not_there_is_told_within_seconds(driver: Driver) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        await open_mongo(f"mongodb://127.0.0.1:{free_port()}/hekje", driver)
    assert time.monotonic() - began < 6
    assert len(str(refused.value)) < 300


@drivers
async def test_a_killed_server_is_unavailable_and_loses_nothing_once_it_is_back(
    tmp_path: Path, driver: Driver
) -> None:
    port = free_port()
    server = start_secantus(port, tmp_path)
    store = await open_mongo(f"mongodb://127.0.0.1:{port}/hekje", driver)
    try:
        await store.commit([Insert(EIK)])
        for number in range(10):
            await store.commit([Replace(replace(EIK, version=number + 1, name=str(number)))])
        server.kill()
        server.wait()

        began = time.monotonic()
        with pytest.raises(Unavailable):
            await store.get(School, "eik")
        with pytest.raises(Unavailable):
            await store.commit([Replace(replace(EIK, version=11, name="nobody answers"))])
        assert time.monotonic() - began < 15

        server = start_secantus(port, tmp_path)
        await eventually(lambda: answered(store.get(School, "eik")))
        assert await store.get(School, "eik") == replace(EIK, version=11, name="9")
        await store.commit([Replace(replace(EIK, version=11, name="back"))])
        with pytest.raises(Stale):
            await store.commit([Replace(replace(EIK, version=11, name="twice"))])
    finally:
        await store.close()
        stop(server)


async def answered(question: Any) -> Any:
    try:
        return await question
    except StorageError:
        return None


@drivers
async def test_a_text_is_not_kept_beside_the_message_once_it_is_withdrawn(
    mongo_server: str, driver: Driver
) -> None:
    name = f"hekje_{secrets.token_hex(6)}"
    store = await open_mongo(f"{mongo_server}/{name}", driver)
    said = message(conversation(), 1, "Sami heeft luizen")
    await store.commit([Insert(said)])
    async with AsyncMongoClient[dict[str, Any]](mongo_server) as client:
        assert "luizen" in str(await client[name]["message"].find_one({}))
        await store.commit([Replace(replace(said, version=1, text="", withdrawn=True))])
        assert "luizen" not in str(await client[name]["message"].find_one({}))
    await store.close()


def test_one_file_imports_a_mongo_driver() -> None:
    root = Path(__file__).parents[2]
    wanted = re.compile(r"^\s*(from|import) (motor|pymongo|bson|gridfs)\b", re.MULTILINE)
    sources = [path for top in ("server", "storage") for path in (root / top).rglob("*.py")]
    importing = [str(path.relative_to(root)) for path in sources if wanted.search(path.read_text())]
    assert importing == ["storage/mongo/driver.py"]
