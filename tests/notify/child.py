"""A worker process: `python -m tests.notify.child DATABASE PORT MINUTES_AHEAD`.

Sends what is due, and ends when nothing is; by a clock that is so far ahead.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from server.notify.outbox import send_due
from server.notify.transport import open_transport
from tests.notify.mailbag import LETTERS, MORNING
from tests.storage.places import Place


async def main(database: str, port: str, minutes_ahead: str) -> None:
    at = MORNING + timedelta(minutes=int(minutes_ahead))

    def clock() -> datetime:
        return at

    store = await Place("sqlite", database).open()
    transport = open_transport(f"smtp://127.0.0.1:{port}", Path(database).parent)
    while await send_due(store, transport, LETTERS, clock=clock):
        pass
    await transport.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
