"""What many who write at once share, and what has to wait for a quiet moment, on SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from pathlib import Path

import apsw
import pytest

from storage.sqlite import SqliteStore, journal, open_sqlite, tidying, writer
from storage.writes import Insert
from tests.storage.records import conversation, message
from tests.storage.waiting import eventually

ABOUT = conversation("sami")
A_MINUTE = 60.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "hekje.db")
    yield opened
    await opened.close()


@pytest.fixture
def shared(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many share each transaction from now on."""
    sizes: list[int] = []
    whole = store._writer._transaction

    async def counted(batch: list[writer._Waiting]) -> list[writer._Outcome]:
        sizes.append(len(batch))
        return await whole(batch)

    monkeypatch.setattr(store._writer, "_transaction", counted)
    return sizes


async def write(store: SqliteStore, *numbers: int) -> None:
    """At once, each on its own."""
    said = [message(ABOUT, number, f"woord{number}") for number in numbers]
    await asyncio.gather(*(store.commit([Insert(one)]) for one in said))


async def test_who_comes_alone_never_waits_for_others(
    store: SqliteStore, shared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER", A_MINUTE)
    for number in range(1, 6):
        await write(store, number)
    assert shared == [1, 1, 1, 1, 1]


async def test_after_a_crowd_those_who_come_a_little_later_share_a_transaction(
    store: SqliteStore, shared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER", 0.2)
    await write(store, *range(1, writer.CROWD + 1))
    later = []
    for number in range(11, 14):
        later.append(asyncio.create_task(write(store, number)))
        await asyncio.sleep(0)
    await asyncio.gather(*later)
    assert shared == [writer.CROWD, 3]


def learnt(path: Path) -> int:
    """Messages whose words the index has."""
    connection = apsw.Connection(str(path))
    try:
        found: int = connection.execute("SELECT count(*) FROM message_words").get
        return found
    finally:
        connection.close()


async def test_while_others_write_a_little_is_learnt_at_a_time(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "QUIET", 0.01)
    monkeypatch.setattr(tidying, "AT_LATEST", 0.0)
    await store.commit([Insert(message(ABOUT, number, "hallo")) for number in range(1, 201)])
    busy = store._writer._tidying
    seen = []

    async def some_are_learnt() -> bool:
        busy._written = asyncio.get_running_loop().time() + A_MINUTE  # others never pause
        seen.append(learnt(tmp_path / "hekje.db"))
        return seen[-1] > tidying.A_LITTLE

    await eventually(some_are_learnt)
    assert {count % tidying.A_LITTLE for count in seen} == {0}
    assert 0 < min(filter(None, seen)) < 200


async def test_a_full_journal_is_brought_in_while_others_write(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "FULL", 40)
    store._writer._tidying._written = asyncio.get_running_loop().time() + A_MINUTE
    store._writer._tidying._tidied = asyncio.get_running_loop().time() + A_MINUTE
    sizes = []
    for number in range(1, 301):
        await write(store, number)
        sizes.append((tmp_path / "hekje.db-wal").stat().st_size)
    assert max(sizes) < 300 * 4_096, "each message touches several pages"
    assert store._writer._journal._pages < 300


async def test_a_search_finds_what_was_not_learnt_yet(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._writer._tidying._written = asyncio.get_running_loop().time() + A_MINUTE
    store._writer._tidying._tidied = asyncio.get_running_loop().time() + A_MINUTE
    await write(store, *range(1, 2 * tidying.A_LOT))
    found = await store.search([ABOUT.id], ["woord150"], limit=5)
    assert [one.text for one in found] == ["woord150"]


async def test_what_is_written_while_it_tidies_up_is_tidied_up_too(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "QUIET", 0.01)
    busy = store._writer._tidying
    whole = busy._all
    written: list[Future[None]] = []

    def with_somebody_behind_the_lock() -> bool:
        if not written:
            loop = busy._loop
            written.append(asyncio.run_coroutine_threadsafe(write(store, 1), loop))
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.02), loop).result()
        return whole()

    monkeypatch.setattr(busy, "_all", with_somebody_behind_the_lock)
    busy.written()

    async def it_is_learnt() -> bool:
        return learnt(tmp_path / "hekje.db") == 1

    await eventually(it_is_learnt)
    assert len(written) == 1
