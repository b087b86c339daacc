"""A disk that loses power: what was not synced is gone, or there in part, in pieces of a sector.

SQLite writes through to real files, and what a disk would have kept is
remembered beside them: at a sync everything written so far, after a cut of the
rest whatever chance picks, the last piece perhaps torn. Files are locked for
one connection alone, since a layer in Python has no memory to share.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
Write = tuple[int, bytes | None]
"""Where, and what; None is the end of the file there."""


class PowerCut(OSError):
    """There is no power any more."""


class Disk(apsw.VFS):
    """Keeps files until `cut`, which comes by itself after so many writes and syncs."""

    def __init__(self, steps: int, kept: float) -> None:
        super().__init__("power", "unix")
        self.steps = steps
        self.kept = kept
        """The share of pieces that reach the disk without a sync."""
        self.durable: dict[str, bytearray] = {}
        self.pending: dict[str, list[Write]] = {}

    @property
    def is_cut(self) -> bool:
        return self.steps <= 0

    def xOpen(self, name: Any, flags: list[int]) -> DiskFile:  # noqa: N802 -- SQLite's word
        return DiskFile(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802 -- SQLite's word
        self.step()
        super().xDelete(name, sync)
        self.durable.pop(name, None)
        self.pending.pop(name, None)

    def step(self) -> None:
        """One more thing is asked of the disk; raises `PowerCut` when it has no power."""
        self.steps -= 1
        if self.steps < 0:
            raise PowerCut("no power")

    def synced(self, name: str) -> None:
        for write in self.pending.pop(name, ()):
            apply(self.durable.setdefault(name, bytearray()), write)
        self.durable.setdefault(name, bytearray())

    def what_is_left(self, folder: Path, chance: random.Random) -> None:
        """Put into `folder` what the disk has when it is looked at again."""
        for name in {*self.durable, *self.pending}:
            content = bytearray(self.durable.get(name, b""))
            for write in self.pending.get(name, ()):
                for piece in pieces(write):
                    if chance.random() < self.kept:
                        apply(content, piece)
            if name in self.durable or content:
                (folder / Path(name).name).write_bytes(content)


class DiskFile(apsw.VFSFile):
    """A file on it."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        if self._name and Path(self._name).exists() and self._name not in disk.durable:
            disk.durable[self._name] = bytearray(Path(self._name).read_bytes())

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 -- SQLite's word
        self._disk.step()
        self._disk.pending.setdefault(self._name, []).append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 -- SQLite's word
        self._disk.step()
        self._disk.pending.setdefault(self._name, []).append((size, None))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 -- SQLite's word
        self._disk.step()
        self._disk.synced(self._name)


def apply(content: bytearray, write: Write) -> None:
    offset, data = write
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def pieces(write: Write) -> Iterator[Write]:
    offset, data = write
    if data is None:
        yield write
        return
    for at in range(0, len(data), SECTOR):
        yield offset + at, data[at : at + SECTOR]


@contextmanager
def disk(steps: int, kept: float) -> Iterator[Disk]:
    """Every connection made meanwhile is to files on this disk."""
    made = Disk(steps, kept)
    before = apsw.connection_hooks[:]
    apsw.connection_hooks.append(lambda connection: connection.pragma("locking_mode", "exclusive"))
    apsw.set_default_vfs("power")
    try:
        yield made
    finally:
        apsw.set_default_vfs("unix")
        apsw.connection_hooks[:] = before
        made.unregister()
