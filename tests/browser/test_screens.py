"""Every screen, in both languages: for a screen reader, in both lights, narrow and wide, enlarged.

`pytest tests/browser/test_screens.py --screens FOLDER` leaves pictures there, and in
`docs/screens` of the main ones alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.fit import BURSTS, misfits_enlarged
from tests.browser.house import Windows
from tests.browser.screens import SCREENS, Screen, set_scene, show
from tests.browser.talk import composer, in_order

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {360: 740, 1280: 800}
NARROWEST = 320
"""As wide as a window of 1280 is at 400 %."""


async def violations(page: Page) -> list[str]:
    found: Any = await page.evaluate(
        """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
             .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)"""
    )
    return [str(one) for one in found]


async def looks_right(page: Page, screen: Screen, language: str, folder: str | None) -> list[str]:
    """What is wrong with it in any size or light."""
    wrong: list[str] = []
    await page.evaluate(AXE.read_text())
    pictured = folder is not None and (screen.kept or not folder.endswith("docs/screens"))
    for width, height in SIZES.items():
        for light in ("light", "dark"):
            # each size and each light once per language, all four of them over both languages
            looked_at = (width == 360) == ((light == "dark") == (language == "en"))
            if not (looked_at or pictured):
                continue
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=light)
            if looked_at:
                wrong += [f"{width} {light} {one}" for one in await violations(page)]
            if pictured:
                name = f"{screen.name}-{language}-{width}-{light}.png"
                await page.screenshot(path=Path(folder or "") / name, caret="hide")
    wrong += await misfits_enlarged(page)
    await page.set_viewport_size({"width": NARROWEST, "height": 640})
    wrong += [f"{NARROWEST} {one}" for one in await page.evaluate(BURSTS)]
    return wrong


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_screen(
    windows: Windows, language: str, request: pytest.FixtureRequest
) -> None:
    scene = await set_scene(windows, language)
    folder: str | None = request.config.getoption("--screens")
    wrong: dict[str, list[str]] = {}
    for screen in SCREENS:
        page = await show(scene, screen)
        assert await page.evaluate("() => document.documentElement.lang") == language
        found = await looks_right(page, screen, language, folder)
        if found:
            wrong[screen.name] = found
        await page.context.close()
    assert wrong == {}


async def test_what_axe_and_the_eye_for_width_would_find(windows: Windows) -> None:
    page = await windows.open("fatima", "/settings")
    await expect(page.locator(".person")).to_be_visible()
    await page.evaluate(AXE.read_text())
    assert await violations(page) == []
    assert await page.evaluate(BURSTS) == await misfits_enlarged(page) == []
    await page.evaluate(
        """() => { const one = document.querySelector(".person");
             one.style.color = "#ccc"; one.style.backgroundColor = "#fff"; one.style.width = "2000px"; }"""
    )
    assert await violations(page) != []
    assert await page.evaluate(BURSTS) != []
    await page.evaluate(
        """() => { const style = new CSSStyleSheet();
             style.replaceSync(`.card { height: 2rem; overflow: hidden }
               .pane-head { position: fixed; top: 0; bottom: 0; right: 0; left: 0; z-index: 1 }`);
             document.adoptedStyleSheets = [style]; }"""
    )
    wrong = " ".join(await misfits_enlarged(page))
    assert "cut off below" in wrong
    assert "covered by" in wrong


async def test_a_whole_conversation_by_keyboard_alone(windows: Windows) -> None:
    page = await windows.open("fatima")
    await expect(page.get_by_role("link", name="Write to the teachers of class 3B")).to_be_visible()
    await tab_to(page, "Write to the teachers")
    await page.keyboard.press("Enter")
    await tab_to(page, "Continue")
    await page.keyboard.press("Enter")
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type("Met het toetsenbord")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("op twee regels")
    await page.keyboard.press("Enter")
    await in_order(page, "Met het toetsenbord\nop twee regels")
    await expect(composer(page)).to_be_focused()
    await tab_to(page, "Correct or withdraw", "Shift+Tab")
    await page.keyboard.press("Enter")
    await tab_to(page, "Correct")
    await page.keyboard.press("Enter")
    await expect(composer(page)).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Verbeterd")
    await page.keyboard.press("Enter")
    await in_order(page, "Verbeterd")
    await tab_to(page, "Settings", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Settings")).to_be_focused()


SHOWN = """() => document.activeElement === document.body
  || document.activeElement.matches(":focus-visible")"""


async def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Until that is what has the focus; each stop on the way can be seen."""
    named = "() => document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
    for _ in range(40):
        await page.keyboard.press(key)
        if str(await page.evaluate(named)).strip().startswith(name):
            return
        assert await page.evaluate(SHOWN), await page.evaluate(named)
    raise AssertionError(f"no way to {name} by {key}")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_nothing_moves_for_whoever_does_not_want_it(windows: Windows, motion: str) -> None:
    page = await windows.open("fatima", reduced_motion=motion)
    await expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return transitionDuration !== "0s" || animationName !== "none";
    }).length"""
    assert (await page.evaluate(moving) > 0) == (motion == "no-preference")
