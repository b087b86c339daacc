"""Every screen there is, with something on it: for whom, at which address, and when it is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace
from playwright.async_api import Page, expect

from server.clock import now
from storage.schema import Account, Link
from storage.writes import Replace
from tests.browser.house import Windows
from tests.cast import EVERYBODY
from tests.handlers.visitors import PASSWORD, give_password, take_account
from tests.stories.roster import there

LOCALES = {"nl": "nl-NL", "en": "en-GB"}
SAID = (
    ("fatima", "Goedemorgen allebei,\n\nSami heeft slecht geslapen. Let u een beetje op hem?"),
    ("anna", "Goedemorgen! Natuurlijk, wat fijn dat u het laat weten. Hij mag straks lekker lezen."),
    ("fatima", "Dank u wel 😊"),
    ("bram", "Vanmiddag ging het veel beter. Alles over de gymles staat op https://school.example/gym."),
    ("fatima", "Mag Sami morgen om half drie weg voor de tandarts?"),
)  # fmt: skip


@dataclass
class Scene:
    """A school in one language, where people have talked; addresses of what is in it."""

    windows: Windows
    language: str
    talk: str
    link: str
    old_link: str

    def address(self, path: str) -> str:
        link = self.link.removeprefix(self.windows.house.url)
        old = self.old_link.removeprefix(self.windows.house.url)
        cast = self.windows.cast
        return path.format(
            talk=self.talk, group=cast.groep_3b, child=cast.sami, link=link, old_link=old
        )


async def set_scene(windows: Windows, language: str) -> Scene:
    store, cast = windows.store, windows.cast
    for name in EVERYBODY:
        account = await there(store, Account, cast.account(name))
        await store.commit([Replace(replace(account, locale=language))])
    await give_password(windows, "dewit")
    await take_account(windows, "youssef", "joost")
    id = await windows.conversation("fatima")
    for n, (name, text) in enumerate(SAID):
        person = await windows.somebody(name)
        await person.ok("message.send", conversation_id=id, key=f"said {n}", text=text)
    anna = await windows.somebody("anna")
    other = await anna.ok(
        "conversation.open", class_id=cast.groep_3b, pupil_id=cast.lotte, guardian_ids=[cast.joost]
    )
    await anna.ok(
        "message.send",
        conversation_id=other["conversation"]["id"],
        key="1",
        text="Lotte heeft vandaag zo mooi gezongen!",
    )
    await anna.ok("invitation.send", class_id=cast.groep_3b)
    old = await windows.mailed_link("joost")
    record = await there(store, Link, old.partition("#")[2].partition(".")[0])
    await store.commit([Replace(replace(record, expires_at=now() - timedelta(days=1)))])
    return Scene(windows, language, id, await windows.mailed_link("youssef"), old)


async def look_up(page: Page) -> None:
    await page.get_by_role("searchbox").fill("sami")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.locator(".found-text").first).to_be_visible()


async def to_second_factor(page: Page) -> None:
    school = page.url and await page.evaluate("() => window.school")
    await page.locator("input[name=email]").fill(f"dewit@{school}.example")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.locator(".secret")).to_be_visible()


async def open_actions(page: Page) -> None:
    await page.locator(".dots").last.click()
    await page.locator(".bubble-actions button").first.click()
    await expect(page.locator(".correcting")).to_be_visible()


async def open_day(page: Page) -> None:
    await page.locator(".week-name").nth(2).click()
    await page.locator(".week-day .secondary").click()
    await expect(page.locator(".save-bar .primary")).to_be_visible()


async def open_week(page: Page) -> None:
    await page.locator(".team-week button").first.click()
    await expect(page.locator(".team-day").first).to_be_visible()


async def ask_who(page: Page) -> None:
    await page.locator(".team-line button").click()
    await expect(page.locator(".team-line li").first).to_be_visible()


@dataclass(frozen=True)
class Screen:
    name: str
    who: str | None
    path: str
    ready: str
    """What is there when it is."""
    then: Callable[[Page], Awaitable[None]] | None = None
    kept: bool = False
    """Its pictures are part of the documentation."""


SCREENS = (
    Screen("log-in", None, "/", ".door-card input[name=password]", kept=True),
    Screen("forgotten", None, "/forgot", "input[name=email]"),
    Screen("activation", None, "{link}", "input[name=password]", kept=True),
    Screen("expired", None, "{old_link}", ".door-card button[type=submit]"),
    Screen("wrong-link", None, "/activate#x.y", ".door-card p"),
    Screen("reset", None, "/reset#x.y", "input[name=password]"),
    Screen("second-factor", None, "/", "input[name=email]", to_second_factor),
    Screen("parent", "fatima", "/", ".child .row", kept=True),
    Screen("parent-begins", "fatima", "/write/{group}/{child}", ".choice", kept=True),
    Screen("parent-talks", "fatima", "/c/{talk}", "[data-seq='5']", kept=True),
    Screen("parent-asks-who-reads", "fatima", "/c/{talk}", ".team-line", ask_who),
    Screen("parent-corrects", "fatima", "/c/{talk}", "[data-seq='5']", open_actions),
    Screen("parent-searches", "fatima", "/search", "[type=search]", look_up, kept=True),
    Screen("settings", "fatima", "/settings", ".person", kept=True),
    Screen("gone", "fatima", "/c/nothing", ".pane-body .empty"),
    Screen("teacher", "anna", "/", ".row", kept=True),
    Screen("teacher-talks", "anna", "/c/{talk}", "[data-seq='5']", kept=True),
    Screen("teacher-chooses", "anna", "/write/{group}", ".pane-body .row"),
    Screen("teacher-begins", "anna", "/write/{group}/{child}", ".choice"),
    Screen("hours", "anna", "/hours", ".preview li", kept=True),
    Screen("hours-of-a-day", "anna", "/hours", ".preview li", open_day),
    Screen("team-week", "anna", "/class/{group}", ".team-week", open_week),
    Screen("teacher-settings", "anna", "/settings", ".card"),
    Screen("guardians", "anna", "/class/{group}/guardians", ".person", kept=True),
    Screen("office", "dewit", "/office", ".door-card, .card"),
)


async def show(scene: Scene, screen: Screen) -> Page:
    """A window with it, as tall and wide as a phone."""
    windows = scene.windows
    page = await windows.open(
        screen.who,
        scene.address(screen.path),
        viewport={"width": 360, "height": 740},
        locale=LOCALES[scene.language],
    )
    await expect(page.locator(screen.ready).first).to_be_visible()
    if screen.then is not None:
        await page.evaluate("school => { window.school = school; }", windows.cast.school_id)
        await screen.then(page)
    return page
