"""What people do in a conversation, and what they see there."""

from __future__ import annotations

from typing import Protocol

from playwright.async_api import Locator, expect

from tests.browser.look import Words


class Sight(Protocol):
    """A page, or somebody's window."""

    def locator(self, selector: str, /) -> Locator: ...


def composer(sight: Sight) -> Locator:
    return sight.locator(".composer textarea")


async def write(sight: Sight, text: str) -> None:
    await composer(sight).fill(text)
    await send(sight)


async def send(sight: Sight) -> None:
    """By its button: Enter begins a new line on a phone."""
    await sight.locator(".composer .send").click()


def bubble(sight: Sight, text: str) -> Locator:
    """Every bubble with this text, sent or on its way: more than one would be a double."""
    return sight.locator(".bubble").filter(has_text=text)


def sent(sight: Sight, text: str) -> Locator:
    return sight.locator(".bubble:not(.is-pending):not(.is-stuck)").filter(has_text=text)


async def texts(sight: Sight) -> list[str]:
    """All that is drawn, from top to bottom."""
    return await sight.locator(".bubble .text").all_inner_texts()


async def act(own: Locator, words: Words, action: str) -> None:
    """What the author still can do with a message."""
    await own.get_by_role("button", name=words("actions")).click()
    await own.get_by_role("button", name=words(action), exact=True).click()


async def in_order(sight: Sight, *wanted: str) -> None:
    """These are drawn, all of them sent, each once and in this order, and nothing else."""
    await expect(sight.locator(".bubble .text")).to_have_text(list(wanted))
    await expect(sight.locator(".is-pending, .is-stuck")).to_have_count(0)
