"""Whether all of a page fits: in the window, and in whatever it stands in."""

from __future__ import annotations

from playwright.async_api import CDPSession, Page

BURSTS = """() => [document.documentElement, ...document.querySelectorAll("#app *")]
  .filter((one) => (one.scrollWidth > one.clientWidth + 1
      && /auto|scroll/.test(getComputedStyle(one).overflowX))
    || one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".places, .sr, .skip"))
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What one would have to scroll sideways for, or would not see."""

ENLARGED = {
    "200 %": (640, 400, 2, 16),
    "large letters on a laptop": (1280, 800, 1, 32),
    "large letters on a phone": (360, 740, 1, 32),
}
"""Width, height, pixels to a point, and how large letters are in the settings of the browser."""

_SETTLED = """([width, letters]) => {
  const frame = document.querySelector(".frame");
  return innerWidth === width
    && parseFloat(getComputedStyle(document.documentElement).fontSize) === letters
    && (frame === null || frame.matches(".is-wide") === matchMedia("(min-width: 56rem)").matches);
}"""

_MISFITS = """() => {
  const wrong = [], root = document.documentElement, letter = parseFloat(getComputedStyle(root).fontSize);
  const says = (what, one) => wrong.push(`${what}: ${one.outerHTML.slice(0, 120)}`);
  const fits = (one) => {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(one);
    const scrolls = /auto|scroll/.test(overflowY) && !one.matches("textarea, .places");
    if (scrolls && one.clientHeight < 4 * letter) says("squeezed", one);
    if (textOverflow === "ellipsis" || webkitLineClamp !== "none" || one.matches(".is-cut")) return;
    if (overflowY === "hidden" && one.scrollHeight > one.clientHeight + 2) says("cut off below", one);
    if (overflowX === "hidden" && one.scrollWidth > one.clientWidth + 2) says("cut off beside", one);
  };
  const canBePressed = (one) => {
    one.scrollIntoView({ block: "center", inline: "center" });
    const { left, right, top, bottom } = one.getClientRects()[0];
    const isHigh = bottom - top > innerHeight;
    const isBeside = left < -1 || right > innerWidth + 1;
    if (isBeside || top < -1 || bottom > innerHeight + 1 && !isHigh) says("out of view", one);
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const isIt = hit !== null && (one.contains(hit) || hit.contains(one) && hit.matches("label, a"));
    // what leads to the last message goes once one is there
    if (!isIt && hit?.closest(".to-end") === null) says(`covered by ${hit.outerHTML.slice(0, 80)}`, one);
  };
  const isInside = document.querySelector(".frame") !== null;
  if (isInside && root.scrollHeight > innerHeight + 1) says("scrolls as a whole", root);
  for (const one of document.querySelectorAll("#app *")) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest(".sr, .skip, svg")) continue;
    fits(one);
    if (one.matches("a, button, input, textarea, select, summary")) canBePressed(one);
  }
  return wrong;
}"""
"""What is cut off or squeezed, and what cannot be pressed once one has scrolled to it."""


async def misfits_enlarged(page: Page) -> list[str]:
    """What somebody misses who needs everything twice as large, or the letters."""
    wrong: list[str] = []
    size = page.viewport_size
    assert size
    browser = await page.context.new_cdp_session(page)
    for name, enlarged in {**ENLARGED, "": (size["width"], size["height"], 1, 16)}.items():
        await _enlarge(page, browser, *enlarged)
        for found in (await page.evaluate(BURSTS), await page.evaluate(_MISFITS)):
            wrong += [f"{name} {one}" for one in found]
    await browser.detach()
    return wrong


async def _enlarge(
    page: Page, browser: CDPSession, width: int, height: int, scale: int, letters: int
) -> None:
    """In this order: a page hears of a new size, not of new letters."""
    sizes = {"fontSizes": {"standard": letters, "fixed": letters}}
    await browser.send("Page.setFontSizes", sizes)
    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    await browser.send("Emulation.setDeviceMetricsOverride", size)
    await page.wait_for_function(_SETTLED, arg=[width, letters])
