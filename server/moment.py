"""What is told in one moment is written in one go.

Each write wakes the network, and on the same machine whoever listens. When many
are told of many things at once that is a tenth of all work, and frames to the
same connection can share one.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

log = logging.getLogger("hekje")


class Speaker(Protocol):
    """Has something to send."""

    def flush(self) -> None: ...


class Moment:
    """Those of one process who have something to send in this round of the loop."""

    def __init__(self) -> None:
        self._speakers: list[Speaker] = []

    def add(self, speaker: Speaker) -> None:
        """It is flushed after all that is under way in this round."""
        if not self._speakers:
            asyncio.get_running_loop().call_soon(self._pass)
        self._speakers.append(speaker)

    def _pass(self) -> None:
        speakers, self._speakers = self._speakers, []
        for speaker in speakers:
            try:
                speaker.flush()
            except Exception:  # nobody else falls silent for it
                log.exception("something could not be sent")
