"""From two files of the student administration to next year's classes, as the manual has it."""

from __future__ import annotations

import asyncio
import email
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from socketio.exceptions import ConnectionError

from server.app import Hekje, open_store
from server.clock import now
from server.settings import Settings, read
from tests.clients.people import NodeClient, PythonClient
from tests.handlers.visitors import PASSWORD, Visitor
from tests.roster.make import MadeSchool, cast_school
from tests.roster.make_others import write_edexml
from tests.roster.test_years import next_year
from tests.running.house import hekje
from tests.servers import secantus
from tests.somebody import PATIENCE, Somebody
from tests.stories.town import Clock

SCHOOL = "--school", "regenboog"


@dataclass
class Office:
    """A folder of a school's own, and the commands of whoever runs it."""

    folder: Path
    settings: Settings
    given: dict[str, str]

    async def types(self, *words: str) -> str:
        """A command that goes well; what it answers."""
        code, answer, complaint = await hekje(self.folder, *words, **self.given)
        assert code == 0, complaint
        return answer

    async def imports(self, made: MadeSchool) -> str:
        folder = write_edexml(self.folder / f"export-{made.year}", made)
        files = str(folder / "export.xml"), str(folder / "guardians.csv")
        return await self.types("roster", "import", *SCHOOL, *files)

    @asynccontextmanager
    async def serves(self, clock: Clock | None = None) -> AsyncIterator[str]:
        """Its address, with a worker that mails into the folder."""
        hekje = Hekje(self.settings, await open_store(self.settings), clock=clock or Clock())
        await hekje.start()
        try:
            yield f"http://127.0.0.1:{hekje.port}"
        finally:
            await hekje.stop()

    async def link_mailed_to(self, address: str) -> str:
        """What stands behind the `#` in the letter that comes there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for file in self.settings.data.glob("mail/*.eml"):
                    letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
                    body = letter.get_body(("plain",))
                    if address in letter["To"] and body is not None:
                        found = re.search(r"/activate#(\S+)", body.get_content())
                        assert found
                        return found[1]
                await asyncio.sleep(0.02)


@pytest.fixture(params=["sqlite", "mongodb"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    given = {"port": "0", "rate": "0"}
    if request.param == "sqlite":
        yield _office(tmp_path, given)
        return
    with secantus() as server:
        database = f"{server}/hekje_{secrets.token_hex(4)}"
        yield _office(tmp_path, {**given, "database": database, "secret": "s" * 16})


def _office(folder: Path, given: dict[str, str]) -> Office:
    environment = {f"HEKJE_{name.upper()}": value for name, value in given.items()}
    settings = read({"HEKJE_DATA": str(folder / "data"), **environment}, folder)
    return Office(folder / "data", settings, given)


async def test_a_family_with_children_in_two_classes_gets_one_letter_each(office: Office) -> None:
    made = cast_school().with_child("noor", guardians=("emine", "fatima", "youssef"))
    await office.types("school", "create", "regenboog", "--name", "De Regenboog")
    code, _, complaint = await hekje(office.folder, "invite", *SCHOOL, **office.given)
    assert code == 1
    assert "Import a roster first" in complaint
    await office.imports(made)
    assert await office.types("invite", *SCHOOL) == "4 guardians invited\n"
    letters = list(office.settings.data.glob("mail/*.eml"))
    assert len(letters) == 4
    async with office.serves() as url:
        for name in ("fatima", "youssef"):
            await activated(office, url, f"{name}@example.org")


async def test_two_files_become_a_school_and_next_years_roll_it_over(office: Office) -> None:
    """Sami goes from 3B to 4A; Lotte and her father leave."""
    made = cast_school()
    await office.types("school", "create", "regenboog", "--name", "De Regenboog")
    assert "nieuw: Fatima Amrani (fatima), bij Sami Amrani" in await office.imports(made)
    await office.types("account", "create", *SCHOOL, "--role", "teacher", "--teacher", "anna",
                       "--email", "anna@school.example")  # fmt: skip
    assert (await office.types("invite", *SCHOOL)).startswith("4 guardians")
    addresses = {"anna": "anna@school.example"}
    addresses |= {name: f"{name}@example.org" for name in ("fatima", "joost")}
    clock = Clock()
    async with office.serves(clock) as url:
        fatima = NodeClient(url, {"token": await activated(office, url, addresses["fatima"])})
        anna = PythonClient(url, {"token": await activated(office, url, addresses["anna"])})
        joost = PythonClient(url, {"token": await activated(office, url, addresses["joost"])})
        for person in (fatima, anna, joost):
            await person.connect()
        sent = await writes(fatima, "3B")
        assert [push["message"]["id"] for push in await anna.hears("message.posted")] == [sent]
        coming = next_year(made).moved("sami", "4A").without("lotte", "joost")
        told = await office.imports(coming)
        assert "Sami Amrani" in told
        assert (await anna.ok("session.start"))["conversations"], "this year is as it was"
        await joost.ok("session.start")
        for person in (fatima, anna, joost):
            await person.leave()

        clock.ahead = timedelta(days=(coming.starts - now().date()).days + 1)
        with pytest.raises(ConnectionError):
            await returned(url, addresses["joost"])
        back = await returned(url, addresses["fatima"])
        start = await back.ok("session.start")
        assert {(c["name"], c["year"], c["read_only"]) for c in start["classes"]} == {
            ("3B", made.year, True), ("4A", coming.year, False),
        }  # fmt: skip
        [kept] = start["conversations"]
        assert (kept["last_seq"], kept["read_only"]) == (1, True)
        assert await writes(back, "4A") != sent
        await back.leave()


async def activated(office: Office, url: str, address: str) -> str:
    token = await office.link_mailed_to(address)
    async with Visitor(url, page=False) as visitor:
        entered = await visitor.post("/api/activate", token=token, password=PASSWORD, bearer=True)
    assert entered.status == 200, entered.body
    return str(entered.body["token"])


async def returned(url: str, address: str) -> Somebody:
    """With the password: no session lasts a summer."""
    async with Visitor(url, page=False) as visitor:
        entered = await visitor.log_in(address, bearer=True)
    return await Somebody(url, {"token": entered.body["token"]}).connect()


async def writes(guardian: Any, school_class: str) -> str:
    """To the team of the child's class: the id of what was sent."""
    start = await guardian.ok("session.start")
    [there] = [c for c in start["classes"] if c["name"] == school_class and not c["read_only"]]
    [child] = [pupil for pupil in start["pupils"] if pupil["class_id"] == there["id"]]
    opened = await guardian.ok("conversation.open", class_id=there["id"], pupil_id=child["id"])
    about = {"conversation_id": opened["conversation"]["id"], "key": "1"}
    sent = await guardian.ok("message.send", **about, text="Goedemorgen")
    return str(sent["message"]["id"])
