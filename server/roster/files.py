"""The files of a roster: out of a folder, a zip, or as named one by one; never more than fits."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from server.roster.picture import Faults

LARGEST = 50 * 2**20
"""Bytes of one file. 5,000 pupils with their guardians take three million."""
LARGEST_TOGETHER = 100 * 2**20
LARGEST_ZIP = 20 * 2**20
"""Also bounds the list of what is in it, which has to be read before anything can be refused."""
MOST_ENTRIES = 200

_ODD = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
    EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What a damaged or invented archive makes the library raise."""
_BOUNDED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
"""Of these the library unpacks no more than it is asked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file that was given, in a folder or a zip file or by itself, and is not yet read."""

    name: str
    path: Path
    entry: zipfile.ZipInfo | None = None
    alone: bool = False
    """It was named by itself, so that it cannot be passed over."""

    @property
    def kind(self) -> str:
        """The end of its name, such as `.csv`."""
        return PurePosixPath(self.name).suffix.lower()


def list_files(paths: Iterable[Path], faults: Faults) -> list[Given]:
    return [given for path in paths for given in _listed(path, faults)]


def _read(given: Given, faults: Faults) -> bytes | None:
    """Its content, or nothing where that is a fault."""
    try:
        if given.entry:
            with zipfile.ZipFile(given.path) as archive, archive.open(given.entry) as file:
                content = file.read(LARGEST + 1)
        else:
            with given.path.open("rb") as opened:
                content = opened.read(LARGEST + 1)
    except _ODD as error:
        faults.add(given.name, 0, "unreadable", why=_why(error))
        return None
    if len(content) > LARGEST:
        # what an archive says of its sizes is not believed: reading stopped at the limit
        faults.add(given.name, 0, "file_large", most=LARGEST // 2**20)
        return None
    return content


def read_files(wanted: Iterable[Given], faults: Faults) -> dict[str, bytes]:
    """The content of each by its name in lower case; raises `FaultyRoster` where it is too much."""
    found: dict[str, bytes] = {}
    together = 0
    for given in wanted:
        if given.entry and not _fit(given.entry, given.name, faults):
            continue
        if given.name.lower() in found:
            faults.add(given.name, 0, "given_twice")
            continue
        content = _read(given, faults)
        if content is not None:
            found[given.name.lower()] = content
            together += len(content)
        if together > LARGEST_TOGETHER:
            faults.add(given.path.name, 0, "files_large", most=LARGEST_TOGETHER // 2**20)
            faults.stop()
    return found


def _listed(path: Path, faults: Faults) -> Iterator[Given]:
    try:
        if path.is_dir():
            for inside in sorted(path.iterdir()):
                if inside.is_file() and not inside.name.startswith((".", "~$")):
                    yield Given(inside.name, inside)
        elif not path.is_file():
            faults.add(path.name, 0, "no_such_file")
        elif path.suffix.lower() == ".zip":
            yield from _zipped(path, faults)
        else:
            yield Given(path.name, path, alone=True)
    except _ODD as error:
        faults.add(path.name, 0, "unreadable", why=_why(error))


def _zipped(path: Path, faults: Faults) -> Iterator[Given]:
    if path.stat().st_size > LARGEST_ZIP:
        faults.add(path.name, 0, "file_large", most=LARGEST_ZIP // 2**20)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _ODD as error:
        faults.add(path.name, 0, "not_zip", why=_why(error))
        return
    if len(entries) > MOST_ENTRIES:
        faults.add(path.name, 0, "zip_many", most=MOST_ENTRIES)
        return
    for entry in entries:
        place = PurePosixPath(entry.filename)
        if place.is_absolute() or ".." in place.parts or set(entry.filename) & set("\\:\0"):
            faults.add(place.name or entry.filename, 0, "zip_leads_out")
        elif place.suffix.lower() == ".zip":
            faults.add(place.name, 0, "zip_nested")
        elif not entry.is_dir() and "__MACOSX" not in place.parts:
            yield Given(place.name, path, entry)


def _fit(entry: zipfile.ZipInfo, name: str, faults: Faults) -> bool:
    if len(PurePosixPath(entry.filename).parts) > 2:
        faults.add(name, 0, "zip_deep")
    elif entry.flag_bits & 1:
        faults.add(name, 0, "zip_password")
    elif entry.compress_type not in _BOUNDED:
        faults.add(name, 0, "zip_packing")
    else:
        return True
    return False


def _why(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
