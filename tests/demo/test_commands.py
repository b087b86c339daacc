"""The demo school by the commands that make it, leave it alone, and take it away."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from server.app import open_store
from server.clock import now
from server.demo import stands
from server.demo.standing import password_of
from server.notify.transport import FolderTransport, open_transport
from server.settings import Settings, read, signing_key
from storage.schema import Mail, School
from storage.writes import Insert
from tests.demo.conftest import MADE_AT, SECRET, make_in, settings_of
from tests.demo.records import every, how_many
from tests.handlers.visitors import Visitor
from tests.notify.post_office import post_office
from tests.running.house import PATIENCE, ROOT, Server, environment, hekje
from tests.servers import secantus
from tests.somebody import Somebody

OURS = ("school", "create", "regenboog", "--name", "De Regenboog")
PUBLIC = "https://hekje.regenboog.example"
WHOLE = {"school": 1, "school_class": 8, "pupil": 200, "placement": 200}


def given(folder: Path) -> Settings:
    return read(environment(folder, secret=SECRET), folder)


async def counted(settings: Settings) -> dict[str, int]:
    store = await open_store(settings)
    try:
        return await how_many(store)
    finally:
        await store.close()


async def test_the_first_start_makes_it_and_says_how_to_come_in(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", demo=True)
    await server.start()
    try:
        said = server.log
        assert "making the demo school" in said
        assert f"Open http://localhost:{server.port}" in said
        settings = given(tmp_path / "data")
        password = password_of(signing_key(read(environment(tmp_path / "data"), tmp_path)))
        assert password in said
        (row,) = [row for row in said.splitlines() if row.startswith("  Fatima")]
        async with Visitor(server.url) as fatima:
            entered = await fatima.log_in(row.split()[-1], password)
            assert entered.body["account"]["name"] == "Fatima Amrani"
        assert await counted(settings) | WHOLE == await counted(settings)
        await server.stop()
        before = await counted(settings)
        await server.start()
        assert server.log.count("making the demo school") == 1
        assert server.log.count("The demo school is there") == 2
        assert await counted(settings) == before
    finally:
        await server.demolish()


async def test_hekje_demo_makes_it_once(tmp_path: Path) -> None:
    first = await hekje(tmp_path / "data", "demo")
    assert first[0] == 0, first
    counts = await counted(given(tmp_path / "data"))
    assert counts | WHOLE == counts
    again = await hekje(tmp_path / "data", "demo")
    assert again[0] == 0
    assert "making" not in again[1]
    assert await counted(given(tmp_path / "data")) == counts


async def test_under_a_public_address_there_is_never_one(tmp_path: Path) -> None:
    code, _, why = await hekje(tmp_path / "data", "demo", url=PUBLIC)
    assert code == 1
    assert PUBLIC in why
    server = Server(tmp_path / "data", demo=True, url=PUBLIC)
    await server.start()
    await server.stop()
    assert "demo" not in server.log
    assert await counted(given(tmp_path / "data")) == {"deployment": 1}


async def test_beside_a_school_there_is_never_one(tmp_path: Path) -> None:
    assert (await hekje(tmp_path / "data", *OURS))[0] == 0
    code, _, why = await hekje(tmp_path / "data", "demo")
    assert code == 1
    assert "there is a school already" in why
    server = Server(tmp_path / "data", demo=True)
    await server.start()
    await server.stop()
    assert "demo" not in server.log
    assert await counted(given(tmp_path / "data")) == {"deployment": 1, "school": 1}


async def test_a_start_on_a_public_address_says_that_a_demo_is_there(copied: Path) -> None:
    server = Server(copied, demo=True, url=PUBLIC, secret=SECRET)
    await server.start()
    await server.stop()
    assert "--replace-demo" in server.log
    assert "password" not in server.log


async def test_a_school_does_not_stand_beside_it_but_in_its_place(copied: Path) -> None:
    settings = given(copied)
    before = await counted(settings)
    code, _, why = await hekje(copied, *OURS, secret=SECRET)
    assert code == 1
    assert "--replace-demo" in why
    assert await counted(settings) == before

    assert written_in(copied, b"scheenbeschermers"), "it could have been found"
    await be_there(copied)
    await write_letters(copied / "mail")
    await leave_unsent(settings)
    assert (await counted(settings)).keys() >= {"session", "ticket", "mail"}
    done = await hekje(copied, *OURS, "--replace-demo", secret=SECRET)
    assert done[0] == 0, done
    assert await counted(settings) == {"deployment": 1, "school": 1}
    assert names_in(copied / "mail") == ["real.eml"]
    assert written_in(copied, b"Fatima", b"vuurvlinder", b"scheenbeschermers") == []
    store = await open_store(settings)
    assert await store.search(["vuurvlinder"], ["slaapt"], limit=1) == []
    (school,) = await every(store, School)
    await store.close()
    assert (school.id, school.demo) == ("regenboog", False)


def written_in(folder: Path, *words: bytes) -> list[bytes]:
    """Which of these stand in the database's files."""
    raw = b"".join(path.read_bytes() for path in folder.glob("hekje.db*"))
    return [word for word in words if word in raw]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def be_there(folder: Path) -> None:
    """Somebody is logged in, has a ticket, and has asked for a new password."""
    server = Server(folder, secret=SECRET)
    await server.start()
    try:
        async with Visitor(server.url) as page:
            origin = {"Origin": server.url}
            entered = await page.ask(
                "POST", "/api/demo/enter", json={"id": "fatima"}, headers=origin
            )
            assert entered.status == 200, entered.body
            assert (await page.post("/api/ticket")).status == 200
            email = entered.body["account"]["email"]
            assert (await page.post("/api/password/forgot", email=email)).status == 202
    finally:
        await server.stop()


async def leave_unsent(settings: Settings) -> None:
    """A mail to one of its people that is still to go out."""
    store = await open_store(settings)
    due = now() + timedelta(hours=1)
    mail = Mail(
        id="unsent", template="reset", to="ria.dewit@school.vuurvlinder.example", locale="nl",
        header_id="<unsent@localhost>", bucket=0, due_at=due,
    )  # fmt: skip
    await store.commit([Insert(mail)])
    await store.close()


async def write_letters(folder: Path) -> None:
    for to, id in [("fatima.amrani@thuis.vuurvlinder.example", "demo"), ("a@b.example", "real")]:
        await FolderTransport(folder).send(letter(to, id))


def letter(to: str, id: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "hekje@school.example", to
    message["Message-ID"] = f"<{id}@hekje.example>"
    message.set_content("Dag")
    return message


async def test_nothing_of_another_school_goes_with_it(copied: Path) -> None:
    """There can be none beside it by any command; and if there is, it stays."""
    settings = given(copied)
    store = await open_store(settings)
    await store.commit([Insert(School(id="regenboog", name="De Regenboog"))])
    await store.close()
    before = await counted(settings)
    code, _, _ = await hekje(
        copied, "school", "create", "iep", "--name", "De Iep", "--replace-demo", secret=SECRET
    )
    assert code == 0
    assert await counted(settings) == {**before, "school": 3}


@pytest.mark.parametrize("heard", ["what they have written", "their accounts"])
async def test_a_demo_that_was_killed_halfway_begins_again(
    tmp_path: Path, made: Settings, heard: str
) -> None:
    folder = tmp_path / "data"
    await killed_at(folder, heard, "demo")
    settings = given(folder)
    store = await open_store(settings)
    standing = await stands(store)
    await store.close()
    if standing == "unfinished":
        said = "\n".join(await make_in(settings, MADE_AT))
        assert "begun and not finished" in said
        assert await counted(settings) == await counted(made)
    code, _, complaint = await hekje(folder, "demo")
    assert code == 0, complaint
    assert await counted(settings) | WHOLE == await counted(settings)


async def killed_at(folder: Path, heard: str, *command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", *command,
        cwd=ROOT, env=environment(folder), stdout=PIPE,
    )  # fmt: skip
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        while heard not in (await process.stdout.readline()).decode():
            pass
        process.kill()
        await process.wait()


async def test_two_who_start_at_once_make_one(tmp_path: Path) -> None:
    both = await asyncio.gather(*(hekje(tmp_path / "data", "demo") for _ in range(2)))
    assert [code for code, _, _ in both] == [0, 0], both
    assert sum("making" in said for _, said, _ in both) == 1
    counts = await counted(given(tmp_path / "data"))
    assert counts | WHOLE == counts


async def test_on_mongodb_it_is_the_same_and_goes_as_wholly(tmp_path: Path) -> None:
    """A small one: what is made and what goes does not depend on how many there are."""
    with secantus() as server:
        here = settings_of(tmp_path / "sqlite")
        there = settings_of(tmp_path / "mongo", database=f"{server}/hekje")
        for settings in (here, there):
            await make_in(settings, MADE_AT, in_a_class=4)
        made = await counted(there)
        assert made == await counted(here)
        assert made["pupil"] == 32
        assert made["message"] > 100
        done = await hekje(
            there.data, *OURS, "--replace-demo", database=there.database, secret=SECRET
        )
        assert done[0] == 0, done
        assert await counted(there) == {"deployment": 1, "school": 1}


async def test_mail_to_its_people_never_leaves_the_house(tmp_path: Path) -> None:
    async with post_office() as office:
        transport = open_transport(f"smtp://127.0.0.1:{office.port}", tmp_path)
        for to, id in [
            ("fatima.amrani@thuis.vuurvlinder.example", "1"),
            ("RIA@VUURVLINDER.EXAMPLE", "2"),
            ("fatima@regenboog.example", "3"),
            ("fatima@notvuurvlinder.example", "4"),
        ]:
            await transport.send(letter(to, id))
        await transport.close()
    sent = [str(one["To"]) for one in office.letters]
    assert sent == ["fatima@regenboog.example", "fatima@notvuurvlinder.example"]
    assert names_in(tmp_path) == ["1.eml", "2.eml"]


async def test_who_is_connected_is_let_go_when_it_goes(copied: Path) -> None:
    server = Server(copied, secret=SECRET)
    await server.start()
    try:
        async with Visitor(server.url) as page:
            await page.ask(
                "POST", "/api/demo/enter", json={"id": "anouk"}, headers={"Origin": server.url}
            )
            ticket = (await page.post("/api/ticket")).body["ticket"]
            anouk = await Somebody(server.url, {"ticket": ticket}).connect()
            assert (await anouk.ok("session.start"))["classes"]
            done = await hekje(copied, *OURS, "--replace-demo", secret=SECRET)
            assert done[0] == 0, done
            async with asyncio.timeout(PATIENCE):
                await anouk.gone.wait()
            assert (await page.post("/api/ticket")).code == "unauthenticated"
            again = await page.ask("POST", "/api/demo", headers={"Origin": server.url})
            assert again.code == "not_found"
    finally:
        await server.stop()
    assert "level=error" not in server.log
