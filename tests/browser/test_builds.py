"""After a new build the app is the new one at the next step, and what is open goes on until then."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from server.pages import DIST, add_pages
from server.settings import Settings, read
from tests.browser.house import PATIENCE
from tests.servers import free_port

SHELLS = """(async () => {
    const there = await navigator.serviceWorker.getRegistration();
    const isDone = there && there.active && there.active.state === "activated" && !there.installing;
    if (!isDone || !navigator.serviceWorker.controller) return [];
    return (await caches.keys()).map((name) => name.replace("hekje-shell-", ""));
})()"""
"""Which builds are kept, once the newest has taken over."""
RENEW = "navigator.serviceWorker.ready.then((there) => there.update()).then(() => null)"


@dataclass
class Builder:
    """Serves the built client, and puts another build in its place."""

    folder: Path
    settings: Settings
    runner: web.AppRunner | None = None

    async def serves(self, name: str) -> None:
        """A build whose page says its name, with a script that no other build has."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(DIST, self.folder)
        page, worker = self.folder / "index.html", self.folder / "sw.js"
        script = next((self.folder / "assets").glob("*.js"))
        script.rename(script.with_name(f"{name}.js"))
        text = page.read_text().replace("<body>", f'<body data-build="{name}">')
        page.write_text(text.replace(script.name, f"{name}.js"))
        text = worker.read_text().replace(script.name, f"{name}.js")
        worker.write_text(re.sub(r'"[0-9a-f]{12}"', f'"{name}"', text))
        await self.stops()
        app = web.Application()
        add_pages(app, self.settings, self.folder)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.settings.port).start()

    async def stops(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
        self.runner = None


@pytest_asyncio.fixture(loop_scope="session")
async def builder(tmp_path: Path) -> AsyncIterator[Builder]:
    port = free_port()
    settings = read({"HEKJE_PORT": str(port), "HEKJE_URL": f"http://127.0.0.1:{port}"}, tmp_path)
    builder = Builder(tmp_path / "dist", settings)
    yield builder
    await builder.stops()


async def until_kept(page: Page, *names: str) -> None:
    async with asyncio.timeout(PATIENCE / 1000):
        while await page.evaluate(SHELLS) != list(names):
            await asyncio.sleep(0.02)


async def test_a_new_build_takes_over_at_the_next_step(browser: Browser, builder: Builder) -> None:
    await builder.serves("first")
    page = await browser.new_page()
    await page.goto(f"{builder.settings.url}/forgot")
    await until_kept(page, "first")
    build = page.locator("body")
    await builder.serves("second")
    await page.evaluate(RENEW)
    await until_kept(page, "first", "second")
    await expect(build).to_have_attribute("data-build", "first")
    got = await page.evaluate("fetch('/assets/first.js').then((answer) => answer.status)")
    assert got == 200, "an open page of the build before still gets what it needs"
    await page.get_by_role("link", name="Hekje").click()
    await expect(build).to_have_attribute("data-build", "second")
    await builder.serves("third")
    await page.evaluate(RENEW)
    await until_kept(page, "second", "third")
    await builder.stops()
    await page.reload()
    await expect(build).to_have_attribute("data-build", "third")
    await page.close()


async def test_a_server_in_trouble_does_not_take_the_app_away(
    browser: Browser, builder: Builder
) -> None:
    """Nor does one that takes its time."""
    await builder.serves("first")
    page = await browser.new_page()
    await page.goto(f"{builder.settings.url}/forgot")
    await until_kept(page, "first")
    await builder.stops()
    hung = asyncio.Event()

    async def trouble(request: web.Request) -> web.Response:
        if request.path == "/settings":
            await hung.wait()
        return web.Response(status=502, text="Bad gateway")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", trouble)
    builder.runner = web.AppRunner(app, shutdown_timeout=0.1)
    await builder.runner.setup()
    await web.TCPSite(builder.runner, "127.0.0.1", builder.settings.port).start()
    for path in ("/forgot", "/settings"):
        await page.goto(builder.settings.url + path)
        await expect(page.locator("body")).to_have_attribute("data-build", "first")
    hung.set()
    await page.close()
