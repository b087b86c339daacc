"""What became of a mail, recorded: it arrived, it is tried again, or somebody sees that it failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from server.notify.refusals import Cause
from storage import ids
from storage.schema import ROLES_OF_ACCOUNT, Link, Mail, Undelivered
from storage.store import Store
from storage.writes import Delete, Duplicate, Insert, Replace, Stale, Unavailable, Write

TRIES = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Seconds between tries to record what was sent, while the database cannot be reached."""
MOST_ROLES = 200


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Takes leased mails out of the queue, or puts them back.

    Holds on while the database is away: what is not recorded is sent again.
    Raises `Unavailable` in the end.
    """

    store: Store

    async def arrived(self, mail: Mail) -> None:
        """It was handed over: whoever it was for can be reached."""

        async def changes() -> Sequence[Write]:
            marks = [await self.store.get(Undelivered, id) for id in await self._readers(mail)]
            return Delete(mail), *(Delete(mark) for mark in marks if mark is not None)

        await self._record(mail, changes)

    async def dropped(self, mail: Mail) -> None:
        """There is nothing to say any more."""

        async def changes() -> Sequence[Write]:
            return (Delete(mail),)

        await self._record(mail, changes)

    async def put_back(self, mail: Mail, due_at: datetime) -> None:
        async def changes() -> Sequence[Write]:
            return (Replace(replace(mail, due_at=due_at)),)

        await self._record(mail, changes)

    async def failed(self, mail: Mail, cause: Cause, said: str, now: datetime) -> None:
        """It is given up, and the school of whoever it was for sees that."""

        async def changes() -> Sequence[Write]:
            writes: list[Write] = [Delete(mail)]
            for id in await self._readers(mail):
                known = await self.store.get(Undelivered, id)
                mark = Undelivered(
                    id=id,
                    version=known.version if known else 0,
                    school_id=ids.school_of(id),
                    to=mail.to,
                    cause=cause,
                    said=said,
                    failed_at=now,
                )
                writes.append(Replace(mark) if known else Insert(mark))
            return writes

        await self._record(mail, changes)

    async def _readers(self, mail: Mail) -> list[str]:
        """The ids of whom a mail is for: one person of a school, or all that an account is."""
        if mail.person_id:
            return [mail.person_id]
        link = await self.store.get(Link, mail.link_id)
        if link is None:
            return []
        if link.account_id is None:
            return [link.person_id] if link.person_id else []
        roles = await self.store.find(ROLES_OF_ACCOUNT, link.account_id, limit=MOST_ROLES)
        return [role.id for role in roles]

    async def _record(self, mail: Mail, changes: Callable[[], Awaitable[Sequence[Write]]]) -> None:
        for wait in (*TRIES, None):
            try:
                await self.store.commit(await changes())
                return
            except (Stale, Duplicate):
                now = await self.store.get(Mail, mail.id)
                if now is None or now.version != mail.version:
                    return  # recorded after all, or our lease has ended
            except Unavailable:
                if wait is None:
                    raise
            await asyncio.sleep(wait or 0)
