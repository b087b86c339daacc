"""Only one process may serve a SQLite file: another would leave half its clients untold."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from server.owner import like_its_folder
from server.settings import WrongSetting


def only_server(database: Path) -> IO[str]:
    """Held until it is closed, or the process ends; raises `WrongSetting` while another has it."""
    lock = database.with_name(database.name + ".serving").open("w")
    like_its_folder(Path(lock.name))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise WrongSetting(f"another Hekje serves {database} already") from error
    return lock
