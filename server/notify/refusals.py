"""Why a letter was not taken. The text of each says what was wrong, and names nobody."""

from __future__ import annotations

from typing import Literal

Cause = Literal["address", "letter", "time"]
"""As in `Undelivered`: where it goes, what it is, or nobody took it for too long."""


class NotSent(Exception):
    """The letter is still ours."""


class Refused(NotSent):
    """This letter will never be taken there."""

    def __init__(self, cause: Cause, said: str) -> None:
        super().__init__(said)
        self.cause = cause


class TryLater(NotSent):
    """This letter was not taken now, or it is not known whether it was."""


class Unreachable(NotSent):
    """No letter can be handed over now, whatever is in it: that is ours to mend, or the server's."""
