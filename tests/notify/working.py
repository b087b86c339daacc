"""A worker process: `python -m tests.notify.working KIND ADDRESS PORT MINUTES`.

It does all that a worker does, by a clock that stands so long after the digest, until it is
stopped or killed.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from bench.evening import DUE
from server.notify import worker
from server.notify.transport import open_transport
from tests.notify.mailbag import LETTERS
from tests.storage.places import Place


async def main(kind: str, address: str, port: str, minutes: str) -> None:
    at = DUE + timedelta(minutes=int(minutes))
    store = await Place(kind, address).open()
    transport = open_transport(f"smtp://127.0.0.1:{port}", Path())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.run(store, transport, LETTERS, stop=stop, clock=lambda: at)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
