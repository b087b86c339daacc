"""Eyes on a conversation: whether anything was gone from it, or there twice, even for a moment."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

_WATCH = """() => {
  const seen = new Set();
  window.strange = [];
  const look = () => {
    const log = document.querySelector(".log");
    if (log === null || log.querySelector(".bubble") === null) return;
    const here = [...log.querySelectorAll(".bubble .text")].map((text) => text.textContent);
    for (const text of new Set(here)) {
      if (here.filter((one) => one === text).length > 1) window.strange.push(`twice: ${text}`);
      seen.add(text);
    }
    for (const text of seen) {
      if (!here.includes(text)) window.strange.push(`gone: ${text}`);
    }
  };
  look();
  new MutationObserver(look).observe(document.getElementById("app"), {
    childList: true, subtree: true, characterData: true,
  });
}"""


async def watch(*pages: Page) -> None:
    """From now on; for conversations of which all is drawn, and where no text is written twice."""
    for page in pages:
        await page.evaluate(_WATCH)


async def strange(page: Page) -> Any:
    return await page.evaluate("() => window.strange")
