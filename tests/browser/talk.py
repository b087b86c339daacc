"""What people do in a conversation, and what they see there."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Write a message")


async def write(page: Page, text: str) -> None:
    await composer(page).fill(text)
    await composer(page).press("Enter")


def bubble(page: Page, text: str) -> Locator:
    """Every bubble with this text, sent or on its way: more than one would be a double."""
    return page.locator(".bubble").filter(has_text=text)


def sent(page: Page, text: str) -> Locator:
    return page.locator(".bubble:not(.is-pending):not(.is-stuck)").filter(has_text=text)


async def texts(page: Page) -> list[str]:
    """All that is drawn, from top to bottom."""
    return await page.locator(".bubble .text").all_inner_texts()


async def act(own: Locator, action: str) -> None:
    """What the author still can do with a message."""
    await own.get_by_role("button", name="Correct or withdraw").click()
    await own.get_by_role("button", name=action, exact=True).click()


async def in_order(page: Page, *wanted: str) -> None:
    """These are drawn, all of them sent, each once and in this order, and nothing else."""
    await expect(page.locator(".bubble .text")).to_have_text(list(wanted))
    await expect(page.locator(".is-pending, .is-stuck")).to_have_count(0)
