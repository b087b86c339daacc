"""The live connections of this process, by account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from server.presence.online import Device
from server.roster_reader import Version


class Connection(Protocol):
    """One socket of one account."""

    account_id: str
    session_id: str
    school_ids: frozenset[str]
    device: Device
    """Itself, and what is open in front of it."""
    rights: int
    """`access.fingerprint` as the client knows it."""
    versions: dict[str, Version | None]
    """Of its schools, by which that was worked out."""
    owes_second_factor: bool
    """One is asked for and was not shown: the client can only enrol, and hears nothing."""

    @property
    def second_factor(self) -> bool:
        """Whether its session has shown one."""
        ...

    def push(self, frame: bytes) -> None:
        """Write a ready frame; a reader who lags too far is cut off."""
        ...

    def end(self) -> None:
        """Close it for good: its session has ended, or it has no role left."""
        ...


class Connections:
    """Who is connected here. Telling nobody does nothing."""

    def __init__(self) -> None:
        self._of: dict[str, set[Connection]] = {}

    def add(self, connection: Connection) -> None:
        self._of.setdefault(connection.account_id, set()).add(connection)

    def remove(self, connection: Connection) -> None:
        mine = self._of.get(connection.account_id)
        if mine is not None:
            mine.discard(connection)
            if not mine:
                del self._of[connection.account_id]

    def of(self, account_id: str) -> Iterable[Connection]:
        return self._of.get(account_id, ())

    def accounts(self) -> list[str]:
        return list(self._of)

    def __iter__(self) -> Iterator[Connection]:
        for mine in list(self._of.values()):
            yield from list(mine)

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))
