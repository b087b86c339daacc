"""Whose session is whose, so that what a killed process had begun is undone by the next that starts.

MongoDB keeps a transaction whose process is gone for as long as
`transactionLifetimeLimitSeconds`, usually a minute, and nobody can write
meanwhile what it had written. A process therefore marks the sessions that its
transactions run in, once each. Ending one by mistake would do no harm: its
transaction is done again.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from storage.mongo.documents import Document

COLLECTION = "session_owner"
MOST_MARKED = 1_000
"""Sessions are used again and again, so that this is more than a process ever has open."""

_PROC = Path("/proc")


class Owner:
    """This process, with the marks of its sessions; `database` is a driver's."""

    def __init__(self, database: Any) -> None:
        self._marks = database[COLLECTION]
        self._client = database.client
        self._marked: set[bytes] = set()
        self._me = {"host": socket.gethostname(), "process": _process(os.getpid())}

    async def mark(self, session: Any) -> None:
        """To be done before a transaction is begun in it."""
        id = session.session_id["id"]
        if bytes(id) in self._marked:
            return
        if len(self._marked) >= MOST_MARKED:
            await self.unmark()
        await self._marks.replace_one({"_id": id}, {"_id": id, **self._me}, upsert=True)
        self._marked.add(bytes(id))

    async def unmark(self) -> None:
        self._marked.clear()
        await self._marks.delete_many(self._me)

    async def bury_the_dead(self) -> None:
        """Undo what processes of this machine had begun that are no longer there."""
        of_machine: list[Document] = await self._marks.find({"host": self._me["host"]}).to_list(
            None
        )
        dead = [mark["_id"] for mark in of_machine if not _is_alive(mark["process"])]
        if dead:
            await self._client.admin.command("killSessions", [{"id": id} for id in dead])
            await self._marks.delete_many({"_id": {"$in": dead}})


def _process(pid: int) -> str:
    """A name that no other process of this machine has or will have; empty if there is none."""
    try:
        began = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
        return f"{pid}/{began}/{(_PROC / 'sys/kernel/random/boot_id').read_text().strip()}"
    except OSError:
        return ""


def _is_alive(process: str) -> bool:
    pid = process.partition("/")[0]
    return pid.isdecimal() and _process(int(pid)) == process
