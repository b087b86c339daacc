"""A served school and browsers in it: Debian's Chromium, a window for each person."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, Playwright

from storage.schema import Account
from storage.store import Store
from storage.writes import Insert
from tests.browser.look import PLAIN, Look
from tests.browser.window import Window
from tests.cast import Cast, account_records, school_records
from tests.crash.house import House
from tests.somebody import Somebody

PATIENCE = 15_000
"""Milliseconds after which what a test waits for is not coming."""
PHONE = {"width": 360, "height": 740}


async def open_browser(playwright: Playwright) -> Browser:
    path = shutil.which("chromium")
    assert path, "Debian's chromium is not installed: bin/setup tests"
    return await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


async def found_school(store: Store, cast: Cast, language: str = "en") -> None:
    """Another school with the whole cast, in a deployment that runs."""
    accounts = [
        replace(record, locale=language) if isinstance(record, Account) else record
        for record in account_records(cast)
    ]
    await store.commit([Insert(record) for record in [*school_records(cast), *accounts]])


@dataclass
class Windows:
    """`await windows.open("fatima")` is her window, logged in, on the first screen."""

    house: House
    browser: Browser
    store: Store
    cast: Cast
    look: Look = PLAIN
    pictures: Path | None = None
    """Where stories leave them."""
    contexts: list[BrowserContext] = field(default_factory=list)
    people: list[Somebody] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    """What any page threw, or its policy refused."""
    clock: Callable[[], datetime] | None = None
    """What the browsers take for the time, if not the time."""

    async def open(
        self,
        name: str | None = None,
        path: str = "/",
        *,
        beside: Page | None = None,
        **options: Any,
    ) -> Page:
        """`beside` opens a second tab of the same browser."""
        context = beside.context if beside else await self._context(name, options)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.troubles.append(f"{name}: {error}"))
        page.on("console", self._listen(name))
        await page.goto(self.house.address + path)
        return page

    async def window(
        self, name: str | None = None, path: str = "/", *, beside: Window | None = None
    ) -> Window:
        """The same, in the words of the look."""
        page = await self.open(name, path, beside=beside.page if beside else None)
        return Window(page, self.look, self.pictures)

    async def somebody(self, name: str) -> Somebody:
        """The same person with another client, for what happens outside of the window."""
        person = Somebody(self.house.url, {"token": self.cast.token(name)})
        self.people.append(person)
        return await person.connect()

    async def conversation(self, name: str = "fatima", *said: str, pupil: str = "sami") -> str:
        """The id of a guardian's own with the team, where they have `said` this."""
        guardian = await self.somebody(name)
        opened = await guardian.ok(
            "conversation.open", class_id=self.cast.groep_3b, pupil_id=getattr(self.cast, pupil)
        )
        id: str = opened["conversation"]["id"]
        for n, text in enumerate(said):
            await guardian.ok("message.send", conversation_id=id, key=f"said {n}", text=text)
        return id

    async def mailed_link(self, to: str, *, besides: str = "") -> str:
        """The address in the letter to this person, once it is there; another one than `besides`."""
        async with asyncio.timeout(PATIENCE / 1000):
            while True:
                found = self._links(f"{to}@{self.cast.school_id}.example")
                if new := [link for link in found if link != besides]:
                    return new[-1]
                await asyncio.sleep(0.05)

    def _links(self, to: str) -> list[str]:
        links = []
        for path in sorted((self.house.folder / "mail").glob("[!.]*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = letter.get_body(("plain",))
            if body is not None and f"<{to}>" in str(letter["To"]):
                links += re.findall(r"http\S+#\S+", body.get_content())
        return links

    async def _context(self, name: str | None, options: dict[str, Any]) -> BrowserContext:
        given = {**self.look.options, "reduced_motion": "reduce", **options}
        context = await self.browser.new_context(**given)
        if self.clock is not None:
            await context.clock.install(time=self.clock())
        if name is not None:
            await self.enter(context, name)
        self.contexts.append(context)
        return context

    async def enter(self, context: BrowserContext, name: str) -> None:
        """From its next question on this browser is theirs."""
        token = self.cast.token(name)
        await context.add_cookies(
            [{"name": "hekje_session", "value": token, "url": self.house.address}]
        )

    def _listen(self, name: str | None) -> Callable[[Any], None]:
        def listen(message: Any) -> None:
            if "Content Security Policy" in message.text or "Trusted" in message.text:
                self.troubles.append(f"{name}: {message.text}")

        return listen

    async def close(self) -> None:
        for person in self.people:
            await person.leave()
        for context in self.contexts:
            await context.close()
