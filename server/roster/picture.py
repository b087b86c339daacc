"""What is wrong with a roster, all of it at once, so that the office can mend it in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.roster.sentences import say, shown

MOST_FAULTS = 1_000
"""Past this many a file is of another kind altogether, and a longer list helps nobody."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`line` is 1 for the first line of the file, 0 where no line is to blame."""

    file: str
    line: int
    reason: str
    locale: str = "nl"

    def __str__(self) -> str:
        if not self.file:
            return self.reason
        if not self.line:
            return f"{shown(self.file)}: {self.reason}"
        return say("at_line", self.locale, file=self.file, line=self.line) + self.reason


class FaultyRoster(Exception):
    """Nothing of this roster was taken."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class Faults:
    """Collects what is wrong and what is worth saying while files are read."""

    def __init__(self, locale: str = "nl") -> None:
        self._found: list[Fault] = []
        self._locale = locale
        self._remarks: dict[str, None] = {}
        self.partial = False
        """Something could not be read, and what refers to it is no fault of its own."""

    def __len__(self) -> int:
        return len(self._found)

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(self._remarks)

    def add(self, file: str, line: int, reason: str, /, **values: object) -> None:
        """`reason` is the name of a sentence, `values` are what stands in it."""
        self._found.append(Fault(file, line, say(reason, self._locale, **values), self._locale))
        if len(self._found) >= MOST_FAULTS:
            rest = say("faults_many", self._locale, most=MOST_FAULTS)
            self._found.append(Fault(file, 0, rest, self._locale))
            self.stop()

    def about(self, file: str) -> bool:
        """Whether something was wrong with a file of that name, in any case."""
        return any(fault.file.lower() == file.lower() for fault in self._found)

    def mismatch(self, file: str, line: int, reason: str, /, **values: object) -> None:
        """What does not fit together, where everything has been read that it should fit with."""
        if not self.partial:
            self.add(file, line, reason, **values)

    def remark(self, sentence: str, /, **values: object) -> None:
        self._remarks[say(sentence, self._locale, **values)] = None

    def stop(self) -> None:
        """Raises `FaultyRoster` if anything was wrong so far."""
        if self._found:
            raise FaultyRoster(self._found)
