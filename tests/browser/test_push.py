"""Notifications, the conversation in front of somebody, and the app without a network, in a real browser.

Chromium without a screen has no push service: pushes are handed to it by its own protocol for
developers, and where somebody subscribes, a service at a known address is put in its place.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from storage.schema import SUBSCRIPTIONS_OF_ACCOUNT
from tests.browser.house import PATIENCE, Windows
from tests.browser.talk import sent, write

NOTICES = """navigator.serviceWorker.ready.then((there) => there.getNotifications())
    .then((notices) => notices.map(({ title, tag, lang }) => ({ title, tag, lang })))"""
CLICK = """async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""
KEPT = """caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
    .then((caches) => Promise.all(caches.map((one) => one.keys())))
    .then((found) => found.flat().map((request) => new URL(request.url).pathname))"""
A_PUSH_SERVICE = """(() => {
    let kept = JSON.parse(localStorage.getItem("test.push"));
    const shown = () => kept && {
        endpoint: kept.endpoint,
        options: { applicationServerKey: Uint8Array.from(kept.key).buffer },
        toJSON: () => ({ endpoint: kept.endpoint, keys: kept.keys }),
        unsubscribe: async () => { kept = null; localStorage.removeItem("test.push"); return true; },
    };
    PushManager.prototype.getSubscription = async () => shown();
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        const curve = { name: "ECDH", namedCurve: "P-256" };
        const pair = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
        const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
        const text = (bytes) => btoa(String.fromCharCode(...bytes))
            .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
        const keys = { p256dh: text(point), auth: text(crypto.getRandomValues(new Uint8Array(16))) };
        const endpoint = `https://fcm.googleapis.com/fcm/send/${crypto.randomUUID()}`;
        kept = { endpoint, keys, key: [...applicationServerKey] };
        localStorage.setItem("test.push", JSON.stringify(kept));
        return shown();
    };
})()"""


async def may_notify(page: Page, windows: Windows) -> None:
    await page.context.grant_permissions(["notifications"], origin=windows.house.url)


async def comes(page: Page, windows: Windows, conversation_id: str, text: str) -> None:
    """A push, as a push service hands it to this browser."""
    there = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(event: Any) -> None:
        for one in event["registrations"]:
            if not found.done() and one["scopeURL"].startswith(windows.house.url):
                found.set_result(one["registrationId"])

    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    there.on("ServiceWorker.workerRegistrationUpdated", hear)
    await there.send("ServiceWorker.enable")
    said = {
        "kind": "message",
        "conversation_id": conversation_id,
        "tag": conversation_id,
        "locale": "nl",
        "text": text,
    }
    await there.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": windows.house.url,
            "registrationId": await asyncio.wait_for(found, PATIENCE / 1000),
            "data": json.dumps(said),
        },
    )


async def until(page: Page, script: str, expected: Any) -> None:
    async with asyncio.timeout(PATIENCE / 1000):
        while await page.evaluate(script) != expected:
            await asyncio.sleep(0.02)


# --- The service worker --------------------------------------------------------------------


async def test_the_app_opens_without_a_network_and_keeps_no_message(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    anna = await windows.open("anna", f"/c/{id}")
    await expect(sent(anna, "koorts")).to_have_count(1)
    await until(anna, "navigator.serviceWorker.controller !== null", True)
    kept = await anna.evaluate(KEPT)
    assert {"/", "/icon.svg"} < set(kept)
    assert all(path == "/" or path.count("/") == 1 or path.startswith("/assets/") for path in kept)
    await anna.context.set_offline(True)
    await anna.goto(f"{windows.house.url}/c/{id}")
    await expect(anna.get_by_text("There is no connection. We keep trying.")).to_be_visible()
    await expect(anna.get_by_text("koorts")).to_have_count(0)
    assert await anna.evaluate(KEPT) == kept
    await anna.context.set_offline(False)
    await expect(sent(anna, "koorts")).to_have_count(1)


async def test_a_notification_says_no_more_than_the_push_and_a_click_opens_its_conversation(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    anna = await windows.open("anna")
    await may_notify(anna, windows)
    await comes(anna, windows, id, "Nieuw bericht in Hekje")
    shown = [{"title": "Nieuw bericht in Hekje", "tag": id, "lang": "nl"}]
    await until(anna, NOTICES, shown)
    await comes(anna, windows, id, "Nieuw bericht in Hekje")
    await until(anna, NOTICES, shown)  # one for each conversation
    await anna.context.service_workers[0].evaluate(CLICK)
    await expect(sent(anna, "koorts")).to_have_count(1)
    assert anna.url == f"{windows.house.url}/c/{id}"
    assert len(anna.context.pages) == 1, "in the window that was there"
    await until(anna, NOTICES, [])


async def test_who_has_the_conversation_in_front_of_them_keeps_no_notification_of_it(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    anna = await windows.open("anna")
    await may_notify(anna, windows)
    await comes(anna, windows, id, "Nieuw bericht in Hekje")
    await comes(anna, windows, "another", "Nieuw bericht in Hekje")
    await until(anna, f"{NOTICES}.then((all) => all.length)", 2)
    await anna.get_by_role("link", name="Sami Amrani").click()
    other = f"{NOTICES}.then((all) => all.map((one) => one.tag))"
    await until(anna, other, ["another"])
    await comes(anna, windows, id, "Nieuw bericht in Hekje")
    await comes(anna, windows, "a third", "Nieuw bericht in Hekje")
    await until(anna, f"{other}.then((tags) => tags.sort())", ["a third", "another"])


# --- What is in front of somebody ----------------------------------------------------------


def listen(page: Page) -> list[Any]:
    """What the page tells of the conversation in front of it."""
    told: list[Any] = []

    def hear(payload: str | bytes) -> None:
        if isinstance(payload, str) and '"device.focus"' in payload:
            told.append(json.loads(payload[payload.index("[") :])[1]["conversation_id"])

    page.on("websocket", lambda socket: socket.on("framesent", hear))
    return told


async def test_the_server_hears_which_conversation_is_in_front_of_somebody(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    other = await windows.conversation("joost", "Lotte komt later", pupil="lotte")
    anna = await windows.open("anna", "/settings")
    told = listen(anna)
    await anna.goto(f"{windows.house.url}/c/{id}")

    async def hears(*expected: str | None) -> None:
        async with asyncio.timeout(PATIENCE / 1000):
            while told != list(expected):
                await asyncio.sleep(0.02)

    await hears(id)
    await anna.get_by_role("link", name="Lotte de Vries").click()
    await hears(id, other)
    await anna.get_by_role("link", name="Settings").click()
    await hears(id, other, None)
    await anna.get_by_role("link", name="Sami Amrani").click()
    await hears(id, other, None, id)
    await anna.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    await hears(id, other, None, id, None)
    await anna.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
    await hears(id, other, None, id, None, id)
    await anna.context.set_offline(True)
    await expect(anna.get_by_text("No connection.")).to_be_visible()
    await anna.context.set_offline(False)
    await hears(id, other, None, id, None, id, id)  # a new connection knows of nothing


# --- On and off ----------------------------------------------------------------------------


async def subscribed(windows: Windows, name: str) -> list[str]:
    account_id = windows.cast.account(name)
    found = await windows.store.find(SUBSCRIPTIONS_OF_ACCOUNT, account_id, limit=9)
    return [one.endpoint for one in found]


async def until_subscribed(windows: Windows, name: str, count: int) -> list[str]:
    async with asyncio.timeout(PATIENCE / 1000):
        while len(found := await subscribed(windows, name)) != count:
            await asyncio.sleep(0.02)
    return found


async def with_push_service(context: BrowserContext, windows: Windows) -> None:
    await context.grant_permissions(["notifications"], origin=windows.house.url)
    await context.add_init_script(A_PUSH_SERVICE)


async def test_fatima_is_asked_once_turns_notifications_on_and_they_go_with_her(
    windows: Windows,
) -> None:
    id = await windows.conversation("fatima")
    fatima = await windows.open("fatima", f"/c/{id}")
    await with_push_service(fatima.context, windows)
    await fatima.reload()
    question = fatima.get_by_text("Would you like a notification on this device")
    await expect(fatima.get_by_text("Write your first message")).to_be_visible()
    await expect(question).to_have_count(0)
    await write(fatima, "Sami heeft koorts")
    await expect(question).to_be_visible()
    assert await subscribed(windows, "fatima") == [], "nothing happens without a click"
    await fatima.get_by_role("button", name="Yes, please").click()
    (endpoint,) = await until_subscribed(windows, "fatima", 1)
    await expect(question).to_have_count(0)

    await fatima.evaluate("localStorage.removeItem('test.push')")  # the browser has lost it
    await fatima.goto(f"{windows.house.url}/settings")
    renewed = await until_subscribed(windows, "fatima", 2)
    assert renewed[0] == endpoint != renewed[1], "without a question, at the next start"
    await fatima.get_by_role("button", name="Turn off notifications").click()
    await until_subscribed(windows, "fatima", 1)
    await expect(fatima.get_by_role("button", name="Turn on notifications")).to_be_visible()
    await fatima.get_by_role("button", name="Turn on notifications").click()
    await until_subscribed(windows, "fatima", 2)
    assert await fatima.evaluate("localStorage.getItem('test.push')")
    await fatima.get_by_role("button", name="Log out").click()
    await expect(fatima.get_by_role("heading", name="Log in")).to_be_visible()
    await until(fatima, "localStorage.getItem('test.push')", None)


async def test_who_says_no_is_not_asked_again(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Sami heeft koorts")
    fatima = await windows.open("fatima", f"/c/{id}")
    question = fatima.get_by_text("Would you like a notification on this device")
    await expect(question).to_be_visible()
    await fatima.get_by_role("button", name="No, thank you").click()
    await expect(question).to_have_count(0)
    await fatima.reload()
    await expect(sent(fatima, "koorts")).to_have_count(1)
    await expect(question).to_have_count(0)


async def test_a_browser_without_a_push_service_says_so(windows: Windows) -> None:
    anna = await windows.open("anna", "/settings")
    await may_notify(anna, windows)
    await expect(
        anna.get_by_text("As a teacher you only get notifications in your own")
    ).to_be_visible()
    await anna.get_by_role("button", name="Turn on notifications").click()
    await expect(anna.get_by_text("no answer from its notification service")).to_be_visible()
    assert await subscribed(windows, "anna") == []


WITHOUT = "for (const name of ['PushManager', 'Notification']) delete window[name]"
DENIED = "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("script", "agent", "says"),
    [
        (WITHOUT, IPHONE, "Add to Home Screen"),
        (WITHOUT, None, "This browser cannot show notifications here."),
        (DENIED, None, "to the left of the web address"),
    ],
    ids=["iphone", "without", "denied"],
)
async def test_the_settings_say_how_notifications_can_be_had(
    windows: Windows, script: str, agent: str | None, says: str
) -> None:
    options: dict[str, Any] = {"user_agent": agent} if agent else {}
    fatima = await windows.open("fatima", "/", **options)
    await fatima.context.add_init_script(script)
    await fatima.goto(f"{windows.house.url}/settings")
    card = fatima.locator("#notifications")
    await expect(card.get_by_text(says)).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_a_subscription_that_the_browser_renews_is_told_to_the_server(
    windows: Windows,
) -> None:
    anna = await windows.open("anna", "/settings")
    await with_push_service(anna.context, windows)
    asked: list[str] = []
    anna.on(
        "websocket", lambda socket: socket.on("framesent", lambda sent: asked.append(str(sent)))
    )
    await anna.reload()
    await anna.get_by_role("button", name="Turn on notifications").click()
    await until_subscribed(windows, "anna", 1)

    def told() -> int:
        return sum('"device.subscribe"' in frame for frame in asked)

    before = told()
    changes = "self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange'))"
    await anna.context.service_workers[0].evaluate(f"() => {{ {changes} }}")
    async with asyncio.timeout(PATIENCE / 1000):
        while told() == before:
            await asyncio.sleep(0.02)
    assert len(await subscribed(windows, "anna")) == 1
