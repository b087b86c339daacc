"""One click into the demo school, for who sits at the machine that serves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.app import Hekje, open_store
from server.demo.faces import FACES, WORDS
from storage.schema import ROLES_OF_SCHOOL, School, Session
from storage.writes import Delete, Insert, Replace
from tests.demo.conftest import settings_of
from tests.demo.records import every
from tests.handlers.visitors import Reply, Visitor
from tests.somebody import Somebody


class Page(Visitor):
    """The log-in page, as a browser on this machine shows it."""

    def __init__(self, hekje: Hekje, *, name: str = "localhost", page: bool = True) -> None:
        super().__init__(f"http://127.0.0.1:{hekje.port}", page=page)
        self.host = f"{name}:{hekje.port}"

    async def __aenter__(self) -> Page:
        return self

    async def faces(self, **headers: str) -> Reply:
        return await self._ask("/api/demo", None, headers)

    async def click(self, face: str, **headers: str) -> Reply:
        return await self._ask("/api/demo/enter", {"id": face}, headers)

    async def _ask(self, path: str, body: Any, more: dict[str, str]) -> Reply:
        headers = {"Host": self.host, "Origin": f"http://{self.host}"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        how: dict[str, Any] = {} if body is None else {"json": body}
        return await self.ask("POST", path, headers=headers, **how)


async def test_the_page_offers_people_with_a_sentence_about_each(served: Hekje) -> None:
    async with Page(served) as page:
        dutch, english = await page.faces(), await page.faces(Accept_Language="en-GB,en")
    assert dutch.body["school"] == "Basisschool De Vuurvlinder"
    assert [one["id"] for one in dutch.body["people"]] == list(FACES)
    assert "Moeder van Sami" in dutch.body["people"][0]["about"]
    assert "Mother of Sami" in english.body["people"][0]["about"]
    assert WORDS["nl"].keys() == WORDS["en"].keys() == FACES.keys()


@pytest.mark.parametrize("face", FACES)
async def test_a_click_lets_somebody_in_who_finds_everything_there(
    served: Hekje, face: str
) -> None:
    async with Page(served) as page:
        entered = await page.click(face)
        assert entered.status == 200, entered.body
        assert "HttpOnly" in entered.headers["Set-Cookie"]
        assert {FACES[face]} <= {role["role"] for role in entered.body["account"]["roles"]}
        ticket = (await page.post("/api/ticket")).body["ticket"]
    somebody = await Somebody(f"http://127.0.0.1:{served.port}", {"ticket": ticket}).connect()
    start = await somebody.ok("session.start")
    await somebody.leave()
    if FACES[face] == "office":
        assert len(start["classes"]) == 8
    else:
        assert any(one["last_message"] for one in start["conversations"])


async def test_the_page_goes_on_in_the_language_it_was_read_in(served: Hekje) -> None:
    async with Page(served) as page:
        for asked, face, spoken in [
            ("en", "fatima", "en"),
            ("nl", "fatima", "nl"),
            ("nl", "priya", "en"),
        ]:
            entered = await page.click(face, Accept_Language=asked)
            assert entered.body["account"]["locale"] == spoken


@pytest.mark.parametrize(
    ("trouble", "headers"),
    [
        ("a page whose name was made to point here", {"Host": "evil.example", "Origin": "http://evil.example"}),
        ("a page of another origin", {"Origin": "http://evil.example"}),
        ("another program on this machine", {"Origin": "http://localhost:1"}),
        ("a sandboxed page", {"Origin": "null"}),
        ("a page over https, which is behind a proxy", {"Origin": "https://localhost"}),
        ("a proxy on this machine", {"X_Forwarded_For": "203.0.113.9"}),
        ("another kind of proxy", {"Forwarded": "for=203.0.113.9"}),
        ("a page without the header", {"X_Hekje": "0"}),
    ],
)  # fmt: skip
async def test_nothing_is_there_for(served: Hekje, trouble: str, headers: dict[str, str]) -> None:
    async with Page(served) as page:
        assert (await page.faces(**headers)).code == "not_found", trouble
        assert (await page.click("fatima", **headers)).code == "not_found", trouble
        assert await every(served.store, Session) == []
        assert (await page.click("fatima")).status == 200, "and yet it could have been"


async def test_nothing_is_there_for_a_program_without_an_origin(served: Hekje) -> None:
    async with Visitor(f"http://127.0.0.1:{served.port}") as program:
        assert (await program.ask("POST", "/api/demo")).code == "not_found"
        assert (await program.post("/api/demo/enter", id="fatima")).code == "not_found"


async def test_nobody_else_is_let_in(served: Hekje) -> None:
    async with Page(served) as page:
        for face in ("youssef", "remi", "nobody", "vuurvlinder", "karin"):
            assert (await page.click(face)).code == "not_found"
    assert await every(served.store, Session) == []


async def test_under_a_public_address_nothing_is_there(copied: Path) -> None:
    settings = settings_of(copied, url="https://hekje.regenboog.example")
    hekje = Hekje(settings, await open_store(settings))
    await hekje.start(worker=False)
    try:
        async with Page(hekje) as page:
            assert (await page.faces()).code == "not_found"
            assert (await page.click("fatima")).code == "not_found"
    finally:
        await hekje.stop()


async def test_beside_a_real_school_nothing_is_there(served: Hekje) -> None:
    async with Page(served) as page:
        assert (await page.faces()).status == 200
        await served.store.commit([Insert(School(id="regenboog", name="De Regenboog"))])
        assert (await page.faces()).code == "not_found"
        assert (await page.click("fatima")).code == "not_found"


async def test_an_unfinished_demo_lets_nobody_in(served: Hekje) -> None:
    office = await served.store.find(ROLES_OF_SCHOOL, "vuurvlinder", "office", limit=1)
    await served.store.commit(
        [*map(Delete, office), *map(Replace, await every(served.store, School))]
    )
    async with Page(served) as page:
        assert (await page.faces()).code == "not_found"
        assert (await page.click("fatima")).code == "not_found"
