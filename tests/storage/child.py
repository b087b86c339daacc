"""Another process on the same database: `python -m tests.storage.child KIND ADDRESS COMMAND`.

`once` commits one message and says so; `forever` writes in twenty
conversations at once and says the id of each message once it is committed,
never before; `halfway` says so when all of a message is written on MongoDB
but the commit, which waits until it is told to go on.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from msgspec.structs import replace

from storage.mongo import driver
from storage.schema import Conversation
from storage.store import Store
from storage.writes import Insert
from tests.storage.places import Place
from tests.storage.records import conversation, sent

WRITERS = 20


async def main(kind: str, address: str, command: str) -> None:
    store = await Place(kind, address).open()
    if command == "once":
        about = await store.get(Conversation, conversation().id)
        assert about
        await store.commit(sent(about, "from another process"))
        say("committed")
    elif command == "halfway":
        stop_before_settling()
        about = await store.get(Conversation, conversation().id)
        assert about
        await store.commit(sent(about, "from another process"))
        say("committed")
    else:
        theirs = [conversation(f"pupil{n}") for n in range(WRITERS)]
        await store.commit([Insert(about) for about in theirs])
        await asyncio.gather(*(write_forever(store, about) for about in theirs))
    await store.close()


def stop_before_settling() -> None:
    settle = driver._settle

    async def wait(session: Any) -> None:
        say("halfway")
        await asyncio.to_thread(sys.stdin.readline)
        await settle(session)

    driver._settle = wait


async def write_forever(store: Store, about: Conversation) -> None:
    while True:
        seq = about.last_seq
        about = replace(about, version=seq + 1)
        await store.commit(sent(about, f"message {seq + 1}", key=str(seq + 1)))
        about = replace(about, last_seq=seq + 1)
        say(f"{about.id} {about.last_seq}")


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
