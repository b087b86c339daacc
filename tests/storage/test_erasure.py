"""What is withdrawn, corrected or deleted stays in no corner of the SQLite file or its journal."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from storage.schema import Message
from storage.sqlite import SqliteStore, connect, open_sqlite, words, writer
from storage.writes import Delete, Insert, Replace
from tests.storage.records import CLASS_3B, conversation, message
from tests.storage.waiting import eventually

ABOUT = conversation()
SHORT = 20
LONG = 400
"""Words of a text that has pages of its own, which are free once it is gone."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hekje.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(path)
    yield opened
    await opened.close()


def text_of(seq: int, length: int) -> str:
    """Words that stand in no other message, and have no beginning in common to be left out."""
    chance = random.Random(seq)
    return " ".join(f"{chance.getrandbits(56):014x}" for _ in range(length))


def left(path: Path, *texts: str) -> set[str]:
    """The words of the texts that stand in a file, be it without their first two letters."""
    raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    seen = {
        found[at : at + 12]
        for found in re.findall(rb"[0-9a-f]{12,}", raw)
        for at in range(len(found) - 11)
    }
    return {word for text in texts for word in text.split() if word[2:].encode() in seen}


async def written(store: SqliteStore, length: int) -> list[Message]:
    """A hundred messages, found by their words and written back to the file."""
    said = [message(ABOUT, seq, text_of(seq, length)) for seq in range(1, 101)]
    await store.commit([Insert(ABOUT), *map(Insert, said)])
    word = said[7].text.split()[0]
    assert await store.search([CLASS_3B], [word], limit=9) == [replace(said[7], version=1)]
    return [replace(one, version=1) for one in said]


async def gone(path: Path, *texts: str) -> None:
    async def nothing_left() -> bool:
        return not left(path, *texts)

    await eventually(nothing_left)


@pytest.mark.parametrize("length", [SHORT, LONG])
async def test_nothing_is_left_of_what_is_withdrawn(
    store: SqliteStore, path: Path, length: int
) -> None:
    said = await written(store, length)
    withdrawn, kept = said[20:70], said[:20] + said[70:]
    words_of_all = [one.text for one in withdrawn]
    assert left(path, *words_of_all), "it would be found"
    for one in withdrawn:
        await store.commit([Replace(replace(one, text="", withdrawn=True))])
    await gone(path, *words_of_all)
    for one in kept:
        found = await store.search([CLASS_3B], one.text.split()[:3], limit=9)
        assert [message.id for message in found] == [one.id]


async def test_nothing_is_left_of_a_text_that_was_corrected(store: SqliteStore, path: Path) -> None:
    said = await written(store, SHORT)
    for one in said[:30]:
        await store.commit([Replace(replace(one, text="is er gym?"))])
    await gone(path, *(one.text for one in said[:30]))
    assert len(await store.search([CLASS_3B], ["gym"], limit=99)) == 30


async def test_nothing_is_left_of_what_is_deleted(store: SqliteStore, path: Path) -> None:
    said = await written(store, LONG)
    await store.commit([Delete(one) for one in said])
    await gone(path, *(one.text for one in said))


async def test_nothing_is_left_of_what_was_withdrawn_before_it_was_indexed(
    store: SqliteStore, path: Path
) -> None:
    text = text_of(1, SHORT)
    await store.commit([Insert(message(ABOUT, 1, text))])
    withdrawn = message(ABOUT, 1, "", withdrawn=True, version=1)
    await store.commit([Replace(withdrawn)])
    await gone(path, text)


async def test_the_journal_is_emptied_as_soon_as_nobody_reads_in_it(
    store: SqliteStore, path: Path
) -> None:
    said = await written(store, SHORT)
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM message").get == 100
    tidying = store._writer._tidying
    before = tidying._tidied
    await store.commit([Replace(replace(said[3], text="", withdrawn=True))])

    async def tidied() -> bool:
        return tidying._tidied > before

    await eventually(tidied)
    assert left(path, said[3].text), "somebody still reads it"
    reader.execute("COMMIT")
    reader.close()
    await gone(path, said[3].text)


async def test_sqlites_faster_ways_would_leave_something(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why `secure_delete` is not FAST, and why the index has it too."""
    whole = connect.connect

    def fast(path: Path, *, query_only: bool = False) -> apsw.Connection:
        connection = whole(path, query_only=query_only)
        connection.pragma("secure_delete", "fast")
        return connection

    monkeypatch.setattr(writer, "connect", fast)
    store = await open_sqlite(path)
    said = await written(store, LONG)
    await store.commit([Delete(one) for one in said])
    await store.close()
    assert left(path, *(one.text for one in said))


async def test_an_index_of_another_shape_is_made_anew(path: Path) -> None:
    store = await open_sqlite(path)
    said = await written(store, SHORT)
    await store.close()
    connection = apsw.Connection(str(path))
    connection.execute("DROP TABLE message_words")
    connection.execute(
        "CREATE VIRTUAL TABLE message_words USING fts5 (words, scope, content='', "
        "contentless_delete=1, detail=column)"
    )
    connection.close()

    store = await open_sqlite(path)
    found = await store.search([CLASS_3B], said[7].text.split()[:1], limit=9)
    assert [one.id for one in found] == [said[7].id]
    await store.close()
    connection = connect.connect(path)
    with connect.transaction(connection):
        words.make(connection)
    assert connection.execute("SELECT row FROM words_done").get == 100, "and only then"
    connection.close()
