"""The database is locked, full or stuck: everybody hears so, nothing is half done, and it passes."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest

from server import queues
from storage.sqlite import writer
from tests.cast import REGENBOOG
from tests.conftest import School
from tests.crash.house import House
from tests.somebody import Somebody

CYCLES = 20
ROOM = 60_000
"""Bytes that are left on the disk when it is about to be full."""
LONG = "lang " * 700


async def opened(fatima: Somebody) -> str:
    answer = await fatima.ok(
        "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.sami
    )
    id = str(answer["conversation"]["id"])
    await fatima.ok("message.send", conversation_id=id, key="k0", text="Hallo!")
    return id


async def test_who_waits_behind_a_turn_that_is_stuck_is_told_so(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "QUEUED_WITHIN", 0.2)
    fatima, anna, joost = [await school.somebody(name) for name in ("fatima", "anna", "joost")]
    id = await opened(fatima)
    async with school.hekje.dispatch._queues.of(id):
        refused = await asyncio.gather(
            *(who.refused("message.send", conversation_id=id, key="1", text="?")
              for who in (fatima, anna))
        )  # fmt: skip
        assert [error["code"] for error in refused] == ["unavailable"] * 2
        assert len((await anna.ok("message.history", conversation_id=id))["messages"]) == 1
        await joost.ok("conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.lotte)
    sent = await fatima.ok("message.send", conversation_id=id, key="1", text="!")
    assert sent["message"]["seq"] == 2


async def test_a_locked_database_is_unavailable_to_writers_and_read_meanwhile(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUSY_MS", 50)
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    id = await opened(fatima)
    other = apsw.Connection(str(tmp_path / "data" / "hekje.db"))
    for cycle in range(10):
        other.execute("BEGIN IMMEDIATE")
        for person, key in ((fatima, f"f{cycle}"), (anna, f"a{cycle}")):
            error = await person.refused("message.send", conversation_id=id, key=key, text="hallo")
            assert error["code"] == "unavailable"
        read = await anna.ok("message.history", conversation_id=id, limit=200)
        assert len(read["messages"]) == 1 + 2 * cycle
        other.execute("ROLLBACK")
        for person, key in ((fatima, f"f{cycle}"), (anna, f"a{cycle}")):
            await person.ok("message.send", conversation_id=id, key=key, text="hallo")
    other.close()
    read = await fatima.ok("message.history", conversation_id=id, limit=200)
    assert [message["seq"] for message in read["messages"]] == list(range(1, 22))


# --- A full disk ---------------------------------------------------------------------------


@pytest.mark.timeout(240)
async def test_a_full_disk_is_unavailable_and_passes_by_itself(
    house: House, tmp_path: Path
) -> None:
    await house.open()
    fatima = await Somebody(house.url, {"token": REGENBOOG.token("fatima")}).connect()
    anna = await Somebody(house.url, {"token": REGENBOOG.token("anna")}).connect()
    id = await opened(fatima)
    written, refused = 1, 0
    for _ in range(CYCLES):
        with full_disk(house, tmp_path):
            while True:
                answer = await fatima.ask(
                    "message.send", conversation_id=id, key=f"k{written}", text=LONG
                )
                if not answer["ok"]:
                    break
                written += 1
            assert answer["error"]["code"] == "unavailable"
            refused += 1
            page = await anna.ok("message.history", conversation_id=id, limit=1)
            assert [message["seq"] for message in page["messages"]] == [written]
        await fatima.ok("message.send", conversation_id=id, key=f"k{written}", text=LONG)
        written += 1
    assert refused == CYCLES < written
    for person in (fatima, anna):
        await person.leave()
    assert await house.terminate(within=15) == 0
    assert "Traceback" not in house.log()
    with closing(apsw.Connection(str(tmp_path / "hekje.db"))) as database:
        assert database.pragma("integrity_check") == "ok"
        keys = database.execute("SELECT json_extract(body, '$.key') FROM message ORDER BY id").get
        assert keys == [f"k{number}" for number in range(written)]


@contextmanager
def full_disk(house: House, folder: Path) -> Iterator[None]:
    """As good as one, to the server's process: no file grows any more."""
    assert house.process
    largest = max(file.stat().st_size for file in folder.glob("hekje.db*"))
    before = resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (largest + ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, before)
