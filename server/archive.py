"""A backup as one file: a zip of the database, the files that belong to it, and what it is.

It is written beside its place and moved there when it has been read back whole.
Nobody but its owner may read it, since it holds all that Hekje knows.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from storage.schema import SCHEMA_VERSION

FORMAT = 1
ABOUT = "hekje.json"
DATABASE = "hekje.db"
SECRET = "secret"
FILES = "files"
"""Beside the database: the key that mailed links are signed with, and what people sent."""
AT_ONCE = 1 << 20


class BrokenArchive(Exception):
    """It cannot be restored; its text says why."""


class About(msgspec.Struct, kw_only=True, frozen=True):
    """What an archive says of itself."""

    format: int = FORMAT
    schema_version: int = SCHEMA_VERSION
    made_at: str
    sha256: dict[str, str]
    """Of each file in it, by its name there."""


def write(archive: Path, contents: dict[str, Path], made_at: str) -> int:
    """Its size in bytes. Raises OSError, and leaves nothing then; FileExistsError when the place is taken."""
    if archive.exists():
        raise FileExistsError(f"{archive} is there already")
    unfinished = archive.with_name(f".{archive.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with open(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
                sums = {name: _put(pack, name, path) for name, path in contents.items()}
                pack.writestr(ABOUT, msgspec.json.encode(About(made_at=made_at, sha256=sums)))
            file.flush()
            os.fsync(file.fileno())
        with opened(unfinished) as (pack, about):
            for name in about.sha256:
                _verify(pack, about, name)
        os.replace(unfinished, archive)
        return archive.stat().st_size
    finally:
        unfinished.unlink(missing_ok=True)


def _put(pack: zipfile.ZipFile, name: str, path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as source, pack.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(AT_ONCE):
            total.update(chunk)
            target.write(chunk)
    return total.hexdigest()


@contextmanager
def opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, About]]:
    """Raises `BrokenArchive` for what is no backup, a newer one, or not whole."""
    with ExitStack() as until_read:
        with _reading():
            pack = until_read.enter_context(zipfile.ZipFile(archive))
            about = msgspec.json.decode(pack.read(ABOUT), type=About)
        if about.format > FORMAT or about.schema_version > SCHEMA_VERSION:
            raise BrokenArchive("it was made by a newer Hekje: install that one first")
        if DATABASE not in about.sha256 or not all(map(_belongs, about.sha256)):
            raise BrokenArchive("it is no backup of Hekje")
        yield pack, about


@contextmanager
def _reading() -> Iterator[None]:
    """What goes wrong here is the fault of the archive, and not of where it is unpacked."""
    try:
        yield
    except (OSError, EOFError, NotImplementedError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise BrokenArchive(f"it cannot be read: {why}") from error
    except (zipfile.BadZipFile, zipfile.zlib.error, KeyError, msgspec.DecodeError) as error:  # type: ignore[attr-defined]
        raise BrokenArchive("it is no backup of Hekje, or a broken one") from error


def unpack(archive: Path, folder: Path) -> list[str]:
    """The names of what is in it, all of which now stands in the folder, whole.

    Raises `BrokenArchive`, or OSError when the folder cannot take it.
    """
    with opened(archive) as (pack, about):
        for name in about.sha256:
            _verify(pack, about, name)
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                for chunk in _chunks(pack, name):
                    target.write(chunk)
        return list(about.sha256)


def _verify(pack: zipfile.ZipFile, about: About, name: str) -> None:
    total = hashlib.sha256()
    for chunk in _chunks(pack, name):
        total.update(chunk)
    if total.hexdigest() != about.sha256[name]:
        raise BrokenArchive(f"{name} in it is broken")


def _chunks(pack: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with _reading():
        source = pack.open(name)
    with source:
        while True:
            with _reading():
                chunk = source.read(AT_ONCE)
            if not chunk:
                return
            yield chunk


def _belongs(name: str) -> bool:
    """Nothing can be unpacked to another place than where it is looked for."""
    place = PurePosixPath(name)
    in_files = place.parts[:1] == (FILES,) and ".." not in place.parts and "\\" not in name
    return name in (DATABASE, SECRET) or (in_files and len(place.parts) > 1)
