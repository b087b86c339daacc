"""How the web client feels in Chromium: `python -m bench.browser` prints what it has measured.

The list over a slow line on a slow phone, a long conversation that is scrolled
back, and how soon a message is on the other screen.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from bench.slow_line import SlowLine
from tests.browser.house import PHONE, Windows, open_browser
from tests.browser.talk import sent
from tests.cast import REGENBOOG
from tests.clients.house import open_database
from tests.crash.house import House
from tests.servers import free_port
from tests.stories.carers import add_carers, fill

OPENINGS, LETTERS, SCROLLS = 9, 60, 3
SLOWER = 4
LONG, BACK = 10_000, 1_000
FAMILIES = 60

LISTS = """new MutationObserver((_, observer) => {
  if (document.querySelector(".row") === null) return;
  window.listed = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""

SCROLL = """async (back) => {
  const log = document.querySelector(".log"), frames = [];
  const next = () => new Promise(requestAnimationFrame);
  const oldest = () => Number(log.querySelector("[data-seq]").dataset.seq);
  const begun = oldest();
  let last = await next();
  const started = last;
  while (oldest() > begun - back) {
    log.scrollTop -= 60;
    const now = await next();
    frames.push(now - last);
    last = now;
  }
  return { frames, seconds: (last - started) / 1000 };
}"""

HEARS = """() => {
  window.heard = {};
  new MutationObserver(() => {
    for (const text of document.querySelectorAll(".bubble:not(.is-pending) .text")) {
      window.heard[text.textContent] ??= performance.timeOrigin + performance.now();
    }
  }).observe(document.querySelector(".log"), { childList: true, subtree: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    window.sent ??= {};
    window.sent[document.querySelector("textarea").value] = performance.timeOrigin + performance.now();
  }, { capture: true });
}"""


async def work_of(page: Page) -> Callable[[], Awaitable[float]]:
    """Asks for the milliseconds that its main thread has worked: others here don't count."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def ask() -> float:
        found = await session.send("Performance.getMetrics")
        return 1_000 * float(
            next(one["value"] for one in found["metrics"] if one["name"] == "TaskDuration")
        )

    return ask


async def lists(windows: Windows) -> tuple[list[float], list[float]]:
    """Milliseconds from going to the address until a teacher's list is drawn, and of work."""
    await add_carers(windows.store, windows.cast, FAMILIES, opened_by="anna")
    first = await windows.open("anna", viewport=PHONE)
    await first.locator(".row").first.wait_for()
    await first.close()
    took, worked = [], []
    for _ in range(OPENINGS):
        page = await first.context.new_page()
        throttle = await page.context.new_cdp_session(page)
        await throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        work = await work_of(page)
        await page.add_init_script(LISTS)
        await page.goto(windows.house.public)
        await page.locator(".row").first.wait_for()
        worked.append(await work())
        took.append(float(await page.evaluate("() => window.listed")))
        await page.close()
    return took, worked


async def scrolls(windows: Windows) -> list[dict[str, Any]]:
    """Each time: how long every frame took, over a thousand messages of ten thousand."""
    id = await windows.conversation("fatima", "Het begin")
    for _ in range(LONG // 1_000):
        await fill(windows.store, id, windows.cast.anna, 1_000)
    seen = []
    for _ in range(SCROLLS):
        page = await windows.open("fatima", f"/c/{id}", viewport=PHONE)
        await page.locator("[data-seq]").first.wait_for()
        work = await work_of(page)
        before = await work()
        scrolled = await page.evaluate(SCROLL, BACK)
        seen.append({**scrolled, "worked": await work() - before})
        await page.close()
    return seen


async def letters(windows: Windows) -> list[float]:
    """Milliseconds from Enter on one screen until the message is on the other."""
    id = await windows.conversation("joost", "Het begin", pupil="lotte")
    pages = [await windows.open(name, f"/c/{id}") for name in ("joost", "anna")]
    for page in pages:
        await sent(page, "Het begin").wait_for()
        await page.evaluate(HEARS)
    took = []
    for n in range(LETTERS):
        writer, reader = pages[n % 2], pages[1 - n % 2]
        text = f"Bericht nummer {n}."
        await writer.locator("textarea").fill(text)
        await writer.locator("textarea").press("Enter")
        await sent(reader, text).wait_for()
        heard = await reader.evaluate("text => window.heard[text]", text)
        took.append(heard - await writer.evaluate("text => window.sent[text]", text))
    return took


async def measure(browser: Browser, folder: Path) -> None:
    line = free_port()
    house = House(
        folder / "data", f"sqlite:///{folder / 'hekje.db'}", public=f"http://127.0.0.1:{line}"
    )
    await house.fill()
    await house.open()
    slow = SlowLine(line, house.port)
    store = await open_database(house.database)
    windows = Windows(house, browser, store, REGENBOOG)
    try:
        await slow.open()
        took, worked = await lists(windows)
        say("list, ms", took)
        say("of which its main thread worked, ms", worked)
        await slow.close()
        house.public = ""
        await house.kill()
        await house.open()
        say("message, ms", await letters(windows))
        for run in await scrolls(windows):
            frames = run["frames"]
            print(f"scroll: {len(frames) / run['seconds']:.1f} frames a second,", end=" ")
            print(
                f"95 % within {percentile(frames, 95):.1f} ms, longest {max(frames):.0f},", end=" "
            )
            print(f"{run['worked'] / len(frames):.1f} ms of work for each")
    finally:
        await windows.close()
        await store.close()
        await house.demolish()
    assert windows.troubles == [], windows.troubles


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def say(what: str, values: list[float]) -> None:
    middle = statistics.median(values)
    print(f"{what}: median {middle:.0f}, 95 % {percentile(values, 95):.0f}, of {len(values)}")


async def main() -> None:
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    async with async_playwright() as playwright:
        browser = await open_browser(playwright)
        print(f"Chromium {browser.version}")
        with tempfile.TemporaryDirectory() as folder:
            await measure(browser, Path(folder))
        await browser.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
