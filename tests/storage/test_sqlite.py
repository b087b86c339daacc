"""What only SQLite can do wrong: its settings, its file and its lock."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from storage import ids
from storage.schema import SCHEMA_VERSION, Conversation, Message, School
from storage.sqlite import SqliteStore, connect, open_sqlite, writer
from storage.writes import Insert, NewerDatabase, Replace, Unavailable
from tests.storage.records import CLASS_3B, any_record, conversation, message, sent
from tests.storage.waiting import eventually


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hekje.db"


@pytest.fixture
async def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStore]:
    monkeypatch.setattr(writer, "BUSY_MS", 100)
    opened = await open_sqlite(path)
    yield opened
    await opened.close()


def test_a_commit_would_survive_a_power_cut(path: Path) -> None:
    for query_only in (False, True):
        connection = connect.connect(path, query_only=query_only)
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("synchronous") == 2
        connection.close()


def test_a_database_that_cannot_keep_its_journal_so_is_not_opened() -> None:
    with pytest.raises(Unavailable, match="WAL"):
        connect.connect(Path(":memory:"))


async def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    store = await open_sqlite(path)
    await store.commit([Insert(any_record(School, id="eik"))])
    await store.close()
    await (await open_sqlite(path)).close()
    set_version(path, SCHEMA_VERSION + 1)

    with pytest.raises(NewerDatabase, match=str(SCHEMA_VERSION + 1)):
        await open_sqlite(path)

    set_version(path, SCHEMA_VERSION)
    store = await open_sqlite(path)
    assert await store.get(School, "eik")
    await store.close()


def set_version(path: Path, version: int) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", version)
    connection.close()


async def test_a_file_that_is_no_database_is_refused(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"a letter from school" * 500)  # noqa: ASYNC240 -- nobody waits for it
    with pytest.raises(Unavailable):
        await open_sqlite(path)
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        await open_sqlite(tmp_path / "file" / "hekje.db")


async def test_while_another_process_holds_the_lock_the_answer_is_unavailable(
    store: SqliteStore, path: Path
) -> None:
    await store.commit([Insert(conversation())])
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")

    for _ in range(2):
        with pytest.raises(Unavailable):
            await store.commit(sent(replace(conversation(), version=1), "is er gym?"))
    assert await store.get(Conversation, conversation().id), "reading goes on"

    other.execute("ROLLBACK")
    other.close()
    await store.commit(sent(replace(conversation(), version=1), "is er gym?"))
    assert len(await store.search([CLASS_3B], ["gym"], limit=9)) == 1


async def test_a_lock_that_is_let_go_in_time_delays_and_refuses_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUSY_MS", 10_000)
    store = await open_sqlite(path)
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.commit([Insert(conversation())]))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done, "need a commit that waits"

    other.execute("COMMIT")
    other.close()
    await waiting
    assert await store.get(Conversation, conversation().id)
    await store.close()


async def test_a_full_disk_answers_unavailable_until_there_is_room_again(
    store: SqliteStore, path: Path
) -> None:
    about = conversation()
    await store.commit([Insert(about)])
    written = 0

    async def write() -> None:
        nonlocal written
        text = f"bericht {written} " + "lang " * 700
        writes = sent(replace(about, version=written + 1, last_seq=written), text, key=str(written))
        await store.commit(writes)
        written += 1

    async def write_on() -> None:
        while written < 2_000:
            await write()

    largest = max(file.stat().st_size for file in path.parent.iterdir())
    with files_no_larger_than(largest + 200_000):
        with pytest.raises(Unavailable):
            await write_on()
        assert written > 3, "need some that fitted"
        with pytest.raises(Unavailable):
            await write()
        await all_there(store, about, written)

    await write()
    await all_there(store, about, written)
    assert len(await store.search([CLASS_3B], ["bericht"], limit=3_000)) == written


async def test_several_who_meet_a_full_disk_are_all_told(store: SqliteStore, path: Path) -> None:
    await store.commit([Insert(any_record(School, id="eik"))])
    largest = max(file.stat().st_size for file in path.parent.iterdir())
    texts = [message(conversation(), seq, "lang " * 800) for seq in range(1, 200)]

    with files_no_larger_than(largest + 100_000):
        outcomes = await asyncio.gather(
            *(store.commit([Insert(text)]) for text in texts), return_exceptions=True
        )
    assert any(isinstance(outcome, Unavailable) for outcome in outcomes)

    for text, outcome in zip(texts, outcomes, strict=True):
        assert outcome is None or isinstance(outcome, Unavailable)
        assert bool(await store.get(Message, text.id)) is (outcome is None)
    await store.commit([Replace(replace(any_record(School, id="eik"), version=1))])


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As good as a full disk, to this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def all_there(store: SqliteStore, about: Conversation, written: int) -> None:
    stored = await store.get(Conversation, about.id)
    assert stored
    assert stored.last_seq == written
    for seq in range(1, written + 1):
        assert await store.get(Message, ids.of_message(about.id, seq))


async def test_new_words_are_indexed_in_a_quiet_moment(store: SqliteStore, path: Path) -> None:
    await store.commit([Insert(message(conversation(), 1, "is er gym?"))])
    connection = apsw.Connection(str(path))

    async def indexed() -> bool:
        return bool(connection.execute("SELECT row FROM words_done").get)

    assert await eventually(indexed)
    connection.close()


async def test_what_it_makes_is_its_owners_alone(tmp_path: Path) -> None:
    """And what is there stays as somebody has made it."""
    path = tmp_path / "made" / "hekje.db"
    store = await open_sqlite(path)
    for each in (path, path.with_name("hekje.db-wal"), path.parent):
        assert each.stat().st_mode & 0o077 == 0, each
    await store.close()
    path.chmod(0o640)
    path.parent.chmod(0o750)
    await (await open_sqlite(path)).close()
    assert [one.stat().st_mode & 0o777 for one in (path, path.parent)] == [0o640, 0o750]
