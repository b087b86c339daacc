"""What root makes in a folder belongs to whom the folder belongs to: to the user that Hekje runs as."""

from __future__ import annotations

import os
from pathlib import Path


def like_its_folder(path: Path) -> None:
    """For anybody but root it is so by itself."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def make_folder(folder: Path) -> None:
    """And those above it that are not there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        like_its_folder(folder)
