"""A backup taken while people write becomes the same school on an empty machine."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zipfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from server import archive, backup
from server.alone import only_server
from server.archive import BrokenArchive
from server.clock import now
from server.settings import Settings, WrongSetting, read, signing_key
from storage import ids
from storage.schema import SCHEMA_VERSION, Deployment, School, Session, Ticket
from storage.sqlite import copies, open_sqlite
from storage.writes import Insert
from tests.cast import DE_IEP, REGENBOOG, move_in
from tests.clients.people import Client, NodeClient, PythonClient
from tests.running.house import PATIENCE, ROOT, Server, environment, hekje
from tests.servers import secantus
from tests.storage.test_migration import OLD


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Of a house with the cast in it, a key, and a file that somebody sent."""
    return await furnished(tmp_path / "house")


async def furnished(folder: Path) -> Settings:
    settings = read({"HEKJE_DATA": str(folder)}, folder)
    signing_key(settings)
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "drawing").write_bytes(b"a drawing of a horse")
    store = await open_sqlite(settings.sqlite_path)
    await move_in(store, REGENBOOG)
    await store.commit(
        [Insert(Ticket(id="ticket", session_id="s", secret="", bucket=3, expires_at=now()))]
    )
    await store.close()
    return settings


def elsewhere(tmp_path: Path) -> Settings:
    return read({"HEKJE_DATA": str(tmp_path / "elsewhere")}, tmp_path)


# --- The whole way -------------------------------------------------------------------------


@pytest.fixture
async def people() -> AsyncIterator[list[Client]]:
    present: list[Client] = []
    yield present
    for person in present:
        await person.leave()


async def test_a_backup_under_load_brings_everybody_back_on_another_machine(
    tmp_path: Path, people: list[Client]
) -> None:
    await furnished(tmp_path / "house")
    first = Server(tmp_path / "house")
    await first.start()
    fatima = NodeClient(first.url, {"token": REGENBOOG.token("fatima")})
    anna = PythonClient(first.url, {"token": REGENBOOG.token("anna")})
    people += [fatima, anna]
    for person in people:
        await person.connect()
    epoch = (await anna.ok("session.start"))["epoch"]
    opened = await fatima.ok(
        "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.sami
    )
    about = opened["conversation"]["id"]
    sent: list[int] = []
    enough = asyncio.Event()
    writing = asyncio.create_task(write_on(fatima, about, sent, enough))
    while len(sent) < 20:
        await asyncio.sleep(0.01)
    before = len(sent)
    code, answer, complaint = await hekje(tmp_path / "house", "backup", str(tmp_path / "b.zip"))
    assert code == 0, complaint
    assert "whole" in answer
    later = len(sent)
    while len(sent) < later + 20:
        await asyncio.sleep(0.01)
    enough.set()
    await writing
    assert await first.stop() == 0

    code, _, complaint = await hekje(tmp_path / "new", "restore", str(tmp_path / "b.zip"))
    assert code == 0, complaint
    second = Server(tmp_path / "new", port=first.port)
    await second.start()
    try:
        kept = 0
        for person in people:
            await person.comes_back(2)
            start = await person.ok("session.start")
            assert start["epoch"] != epoch
            [conversation] = start["conversations"]
            kept = conversation["last_seq"]
            assert before <= kept < len(sent), "all from before, and not what came later"
            assert await history(person, about) == list(range(1, kept + 1))
        anna.told.clear()
        await fatima.ok("message.send", conversation_id=about, key="after", text="Daar zijn we")
        [push] = await anna.hears("message.posted")
        assert push["message"]["seq"] == kept + 1
        drawing = tmp_path / "new" / "files" / "ab" / "drawing"
        assert drawing.read_bytes() == b"a drawing of a horse"
        keys = [(tmp_path / name / "secret").read_text() for name in ("house", "new")]
        assert keys[0] == keys[1]
    finally:
        await second.demolish()


async def write_on(person: Client, about: str, sent: list[int], enough: asyncio.Event) -> None:
    while not enough.is_set():
        key = str(len(sent))
        answer = await person.ok(
            "message.send", conversation_id=about, key=key, text=f"regel {key}"
        )
        sent.append(answer["message"]["seq"])


async def history(person: Client, about: str) -> list[int]:
    seen: list[int] = []
    more = True
    while more:
        page = await person.ok(
            "message.history", conversation_id=about, after=seen[-1] if seen else 0, limit=200
        )
        seen += [message["seq"] for message in page["messages"]]
        more = page["more"]
    return seen


# --- Taking one ----------------------------------------------------------------------------


async def test_a_backup_is_for_its_owner_and_never_over_another(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    assert await backup.back_up(settings, file) == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        await backup.back_up(settings, file)
    assert file.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["b.zip", "house"], "nothing unfinished is left"


async def test_a_key_that_stands_in_the_settings_is_kept_out(
    settings: Settings, tmp_path: Path
) -> None:
    await backup.back_up(settings, tmp_path / "with.zip")
    given = read({"HEKJE_DATA": str(settings.data), "HEKJE_SECRET": "s" * 16}, tmp_path)
    await backup.back_up(given, tmp_path / "without.zip")
    names = [zipfile.ZipFile(tmp_path / name).namelist() for name in ("with.zip", "without.zip")]
    assert ["secret" in name for name in names] == [True, False]


async def test_without_a_database_there_is_no_backup(tmp_path: Path) -> None:
    code, _, complaint = await hekje(tmp_path, "backup", str(tmp_path / "b.zip"))
    assert (code, "there is no database" in complaint) == (1, True)
    assert not (tmp_path / "b.zip").exists()


# --- No room -------------------------------------------------------------------------------

ON_A_SMALL_DISK = """
import resource, sys
from server import cli

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.exit(cli.main())
"""


async def on_a_small_disk(folder: Path, *arguments: str) -> tuple[int, str]:
    """As `hekje`, where no file can be larger than a part of a database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ON_A_SMALL_DISK, *arguments,
        cwd=ROOT, env=environment(folder), stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        _, complaint = await process.communicate()
    assert process.returncode is not None
    return process.returncode, complaint.decode()


async def test_without_room_it_is_not_the_archive_that_is_blamed(
    settings: Settings, tmp_path: Path
) -> None:
    code, complaint = await on_a_small_disk(settings.data, "backup", str(tmp_path / "b.zip"))
    assert (code, complaint.count("\n")) == (1, 1)
    assert complaint.startswith("hekje: no backup was made: ")
    assert sorted(os.listdir(tmp_path)) == ["house"], "nothing unfinished is left"
    await backup.back_up(settings, tmp_path / "b.zip")
    code, complaint = await on_a_small_disk(tmp_path / "new", "restore", str(tmp_path / "b.zip"))
    assert (code, complaint) == (
        1, f"hekje: the backup was not restored: {tmp_path / 'new'}: File too large\n"
    )  # fmt: skip
    assert os.listdir(tmp_path / "new") == ["hekje.db.serving"]


async def test_a_backup_goes_into_a_folder_that_is_there(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "usb" / "b.zip"
    code, _, complaint = await hekje(settings.data, "backup", str(file))
    assert (code, complaint) == (
        1, f"hekje: no backup was made: there is no folder {file.parent}\n"
    )  # fmt: skip
    file.parent.mkdir()
    for rest in ("", f"hekje: no backup was made: {file} is there already\n"):
        _, _, complaint = await hekje(settings.data, "backup", str(file))
        assert complaint == rest


async def test_an_archive_is_not_passed_over(settings: Settings, tmp_path: Path) -> None:
    await backup.back_up(settings, tmp_path / "b.zip")
    file = str(tmp_path / "b.zip")
    code, _, complaint = await hekje(settings.data, "restore", file, "--begin-anew")
    assert (code, "takes no archive" in complaint) == (1, True)
    assert (await hekje(settings.data, "restore", "--begin-anew"))[0] == 0


# --- Putting it back -----------------------------------------------------------------------


async def test_what_is_restored_begins_anew(settings: Settings, tmp_path: Path) -> None:
    await backup.back_up(settings, tmp_path / "b.zip")
    for end_sessions in (False, True):
        target = elsewhere(tmp_path)
        await backup.restore(
            target, tmp_path / "b.zip", over_schools=True, end_sessions=end_sessions
        )
        store = await open_sqlite(target.sqlite_path)
        deployment = await store.get(Deployment, "deployment")
        assert deployment
        assert deployment.epoch != "first"
        assert await store.get(Ticket, "ticket") is None
        session = await store.get(Session, REGENBOOG.session("fatima"))
        assert (session is None) is end_sessions
        await store.close()


async def test_what_is_restored_belongs_to_whom_the_folder_belongs_to(
    settings: Settings, tmp_path: Path
) -> None:
    """Root restores too, and Hekje must be able to use all of it afterwards."""
    await backup.back_up(settings, tmp_path / "b.zip")
    target = elsewhere(tmp_path)
    target.data.mkdir()
    owner = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(target.data, owner, -1)
    await backup.restore(target, tmp_path / "b.zip", over_schools=False, end_sessions=False)
    owners = {path.name: path.stat().st_uid for path in target.data.rglob("*")}
    assert owners.keys() == {"hekje.db", "hekje.db.serving", "secret", "files", "ab", "drawing"}
    assert set(owners.values()) == {owner}


async def test_schools_do_not_give_way_unasked(settings: Settings, tmp_path: Path) -> None:
    await backup.back_up(settings, tmp_path / "b.zip")
    target = elsewhere(tmp_path)
    store = await open_sqlite(target.sqlite_path)
    await move_in(store, DE_IEP)
    with pytest.raises(backup.NotEmpty):
        await backup.restore(target, tmp_path / "b.zip", over_schools=False, end_sessions=False)
    assert await store.get(School, DE_IEP.school_id)
    await backup.restore(target, tmp_path / "b.zip", over_schools=True, end_sessions=False)
    assert await store.get(School, REGENBOOG.school_id), "a worker that runs sees it at once"
    assert await store.get(School, DE_IEP.school_id) is None
    await store.close()


async def test_what_is_no_database_is_moved_aside(settings: Settings, tmp_path: Path) -> None:
    """A disk that has lost a page or more is why somebody restores."""
    await backup.back_up(settings, tmp_path / "b.zip")
    whole = settings.sqlite_path.read_bytes()
    for number, broken in enumerate([b"Beste school" * 500, whole[: len(whole) // 2]]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "hekje.db").write_bytes(broken)
        (folder / "hekje.db-wal").write_bytes(b"of that one")
        code, _, complaint = await hekje(folder, "restore", str(tmp_path / "b.zip"))
        assert (code, "--replace" in complaint, complaint.count("\n")) == (1, True, 1)
        assert (folder / "hekje.db").read_bytes() == broken
        code, said, complaint = await hekje(folder, "restore", str(tmp_path / "b.zip"), "--replace")
        assert code == 0, complaint
        aside = min(folder.glob("hekje.db.broken-*"))
        assert aside.read_bytes() == broken
        assert str(aside) in said
        store = await open_sqlite(folder / "hekje.db")
        assert await store.get(School, REGENBOOG.school_id)
        await store.close()


async def test_nothing_is_restored_under_a_server_that_runs(
    settings: Settings, tmp_path: Path
) -> None:
    await backup.back_up(settings, tmp_path / "b.zip")
    lock = only_server(settings.sqlite_path)
    with pytest.raises(WrongSetting, match="another Hekje serves"):
        await backup.restore(settings, tmp_path / "b.zip", over_schools=True, end_sessions=False)
    lock.close()
    await backup.restore(settings, tmp_path / "b.zip", over_schools=True, end_sessions=False)


def rewritten(file: Path, **about: object) -> None:
    """The same archive that says something else of itself."""
    with zipfile.ZipFile(file) as pack:
        contents = {name: pack.read(name) for name in pack.namelist()}
    said = {**json.loads(contents[archive.ABOUT]), **about}
    contents[archive.ABOUT] = json.dumps(said).encode()
    with zipfile.ZipFile(file, "w") as pack:
        for name, content in contents.items():
            pack.writestr(name, content)


def shortened(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def spoilt(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)


SPOIL = {
    "half": shortened,
    "a flipped bit": spoilt,
    "a letter": lambda file: file.write_bytes(b"Beste school"),
    "newer": lambda file: rewritten(file, schema_version=SCHEMA_VERSION + 1),
    "of a newer form": lambda file: rewritten(file, format=archive.FORMAT + 1),
    "other contents": lambda file: rewritten(file, sha256={"hekje.db": "0" * 64}),
    "without a database": lambda file: rewritten(file, sha256={}),
    "another place": lambda file: rewritten(
        file, sha256={"hekje.db": "0" * 64, "files/../../evil": "0" * 64}
    ),
    "gone": lambda file: file.unlink(),
}


@pytest.mark.parametrize("how", SPOIL)
async def test_a_broken_or_newer_archive_changes_nothing(
    settings: Settings, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "b.zip"
    await backup.back_up(settings, file)
    SPOIL[how](file)
    target = elsewhere(tmp_path)
    with pytest.raises(BrokenArchive):
        await backup.restore(target, file, over_schools=True, end_sessions=False)
    left = {path.name for path in target.data.rglob("*")}
    assert left <= {"hekje.db.serving"}, "no database, no key, no file"
    assert not (tmp_path / "evil").exists()


async def test_an_archive_with_another_database_in_it_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "letter").write_bytes(b"Beste school")
    archive.write(tmp_path / "b.zip", {archive.DATABASE: tmp_path / "letter"}, "now")
    with pytest.raises(BrokenArchive, match="no SQLite database"):
        await backup.restore(settings, tmp_path / "b.zip", over_schools=True, end_sessions=False)


async def test_an_archive_of_an_older_hekje_is_brought_forward(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "old.db"))
    connection.execute(OLD.read_text())
    connection.close()
    archive.write(tmp_path / "b.zip", {archive.DATABASE: tmp_path / "old.db"}, "now")
    target = elsewhere(tmp_path)
    await backup.restore(target, tmp_path / "b.zip", over_schools=False, end_sessions=False)
    assert copies.check(target.sqlite_path) == SCHEMA_VERSION
    store = await open_sqlite(target.sqlite_path)
    assert await store.get(Session, REGENBOOG.session("fatima"))
    assert await store.get(Ticket, "theticket") is None
    await store.close()


# --- MongoDB -------------------------------------------------------------------------------


async def test_mongodb_has_its_own_tools_and_begins_anew_afterwards(tmp_path: Path) -> None:
    with secantus() as server:
        given = {"database": f"{server}/hekje_{ids.fresh()}", "secret": "s" * 16}
        code, _, complaint = await hekje(tmp_path, "backup", str(tmp_path / "b.zip"), **given)
        assert (code, "mongodump" in complaint) == (1, True)
        code, _, complaint = await hekje(tmp_path, "restore", str(tmp_path / "b.zip"), **given)
        assert (code, "mongorestore" in complaint) == (1, True)
        code, answer, complaint = await hekje(tmp_path, "restore", "--begin-anew", **given)
        assert (code, "start afresh" in answer) == (0, True), complaint
