"""What somebody has before them. Sentences are asked for by their keys, whatever the language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.look import Look


@dataclass(frozen=True)
class Window:
    """`fatima.button("write.go")` is what she presses, and `fatima.sees("gone.text")` what she reads."""

    page: Page
    look: Look
    pictures: Path | None = None

    def says(self, word: str, /, **values: object) -> str:
        return self.look.words(word, **values)

    def locator(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, word: str, /, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.says(word, **values), exact=True)

    def link(self, word: str, /, **values: object) -> Locator:
        return self.page.get_by_role("link", name=self.says(word, **values))

    def heading(self, word: str, /, **values: object) -> Locator:
        return self.page.get_by_role("heading", name=self.says(word, **values))

    def field(self, word: str, /) -> Locator:
        return self.page.get_by_label(self.says(word), exact=True)

    def row(self, name: str) -> Locator:
        """What leads to somebody, in a list."""
        return self.page.get_by_role("link", name=name)

    def text(self, word: str, /, **values: object) -> Locator:
        return self.page.get_by_text(self.says(word, **values))

    async def sees(self, word: str, /, **values: object) -> None:
        await expect(self.text(word, **values)).to_be_visible()

    async def sees_count(self, word: str, n: int) -> None:
        sentence = self.look.words.counted(word, n)
        await expect(self.page.get_by_text(sentence)).to_be_visible()

    async def goes_back(self) -> None:
        """To the list, which on a laptop stands beside it."""
        if self.look.is_phone:
            await self.button("back").click()

    async def picture(self, name: str) -> None:
        """Leaves one, if pictures are asked for."""
        if self.pictures is not None:
            path = self.pictures / f"journey-{name}-{self.look}.png"
            await self.page.screenshot(path=path, caret="hide")
