"""Looks around once a second: what other processes have changed, and what clients may have missed.

Commands and other servers commit to the same database. A school whose
`version` has risen, or where a day has begun, has other rights now, so its live
connections are looked at again. Pushes are hints at most once, so clients also
hear which heads changed lately.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from server import access
from server.clock import date_at
from server.connections import Connection
from server.dispatch import Asker, Dispatch
from server.elsewhere import OVERLAP, Elsewhere
from server.frames import event as frame
from server.hints import AnyHint, Look
from server.presence.online import SAID_AGAIN_EVERY
from server.presence.setting import AvailabilityChanged
from server.presence.team import outlines
from server.protocol.session import SessionChanged
from server.publish import publish
from server.roster_reader import Version
from server.sweep import sweep
from storage.schema import (
    BUCKETS,
    SESSIONS_EXPIRED,
    School,
    Session,
)
from storage.writes import Unavailable

log = logging.getLogger("hekje")

EVERY = 1.0
BREATH = 0.2
"""Between two looks, however often somebody wakes it."""
HEADS_EVERY = 25.0
SESSIONS_AT_ONCE = 50
MOST_ENDED = 1_000
"""Sessions of a bucket that ended in one look; the sockets of others close as they are checked."""


class Watch:
    """One per serving process. `others`: whether another process may serve the same database."""

    def __init__(self, dispatch: Dispatch, *, others: bool) -> None:
        self._dispatch = dispatch
        self._others = others
        self._versions: dict[str, Version] = {}
        self._to_check: list[Connection] = []
        self._woken = asyncio.Event()
        self.elsewhere = Elsewhere(dispatch, others=others)
        self._ended_since = dispatch.clock()
        self._here_at = asyncio.get_running_loop().time()
        self._heads_at = asyncio.get_running_loop().time() + HEADS_EVERY

    async def run(self) -> None:
        """Until cancelled."""
        with contextlib.suppress(Unavailable):  # some are then told twice of one thing
            await self.elsewhere.begin()
        while True:
            await asyncio.sleep(BREATH)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), EVERY - BREATH)
            self._woken.clear()
            try:
                await self.look()
            except Unavailable as error:
                log.warning("the database is unavailable: %s", error)
            except Exception:
                log.exception("looking around failed")

    async def hear(self, hint: AnyHint) -> None:
        """What another process says has happened."""
        if isinstance(hint, Look):
            self._woken.set()
        else:
            await self.elsewhere.hear(hint)

    async def look(self) -> None:
        await self._ended_sessions()
        await self._rights_of_schools()
        await self._sessions()
        if self._others:
            await self.elsewhere.look()
        loop = asyncio.get_running_loop()
        if loop.time() >= self._here_at:
            self._here_at = loop.time() + SAID_AGAIN_EVERY
            await self._dispatch.online.here(*(one.device for one in self._dispatch.connections))
        if loop.time() >= self._heads_at:
            self._heads_at = loop.time() + HEADS_EVERY
            await self.elsewhere.tell_heads()
            await sweep(self._dispatch.store, self._dispatch.clock())

    # --- Rights ----------------------------------------------------------------------------

    async def _rights_of_schools(self) -> None:
        """Tell whose rights or names have changed; close for good who has no role left."""
        connections = list(self._dispatch.connections)
        versions = await self._school_versions(connections)
        changed = {id for id, version in versions.items() if self._versions.get(id) != version}
        rights: dict[str, Rights] = {}
        for connection in connections:
            now = {id: versions.get(id) for id in connection.school_ids}
            if connection.versions == now:
                continue
            account_id = connection.account_id
            if account_id not in rights:
                rights[account_id] = await self._rights_of(account_id)
                await asyncio.sleep(0)
            _apply(connection, rights[account_id])
            connection.versions = now
        for school_id in changed:
            await self._availability_of(school_id)
        self._versions = versions  # only now: a look that failed halfway is done again

    async def _availability_of(self, school_id: str) -> None:
        """Tell what another process has changed of when teams are there."""
        turn = self._dispatch.turn(Asker())
        before = self._dispatch.told_outlines.get(school_id)
        after = await outlines(turn, school_id) if await turn.roster.school(school_id) else {}
        self._dispatch.told_outlines[school_id] = after
        if before is not None:
            differ = tuple(id for id in after if id in before and after[id] != before[id])
            event = AvailabilityChanged(school_id, differ)
            await publish(turn, self._dispatch.connections, event, None)

    async def _rights_of(self, account_id: str) -> Rights:
        turn = self._dispatch.turn(Asker(account_id))
        school_ids = {role.school_id for role in await turn.roles()}
        return await access.fingerprint(turn), await access.asks_second_factor(turn, school_ids)

    async def _school_versions(self, connections: list[Connection]) -> dict[str, Version]:
        """With the date at the school: a year or a substitution ends without a commit."""
        versions: dict[str, Version] = {}
        for school_id in {id for connection in connections for id in connection.school_ids}:
            school = await self._dispatch.store.get(School, school_id)
            if school is not None:
                today = date_at(self._dispatch.clock(), school.timezone)
                versions[school_id] = school.version, today
        return versions

    async def _ended_sessions(self) -> None:
        """Close what sessions had open that ended since the last look, here or elsewhere."""
        now, connections = self._dispatch.clock(), self._dispatch.connections
        for bucket in range(BUCKETS if len(connections) else 0):
            ended = await self._dispatch.store.find(
                SESSIONS_EXPIRED,
                bucket,
                after=self._ended_since - OVERLAP,
                before=now + timedelta(milliseconds=1),
                limit=MOST_ENDED,
            )
            for session in ended:
                for connection in tuple(connections.of(session.account_id)):
                    if connection.session_id == session.id:
                        connection.end()
        self._ended_since = now

    async def _sessions(self) -> None:
        """Look at some connections each time, in case a look went wrong.

        Whoever has a role at another school since is looked at for that one too.
        """
        if not self._to_check:
            self._to_check = list(self._dispatch.connections)
        some, self._to_check = self._to_check[:SESSIONS_AT_ONCE], self._to_check[SESSIONS_AT_ONCE:]
        for connection in some:
            await asyncio.sleep(0)  # nobody's message waits for all of them
            session = await self._dispatch.store.get(Session, connection.session_id)
            turn = self._dispatch.turn(Asker(connection.account_id))
            if session is None or session.expires_at <= turn.now:
                connection.end()
                continue
            schools = frozenset(role.school_id for role in await turn.roles())
            if not schools <= connection.school_ids:
                connection.school_ids |= schools


Rights = tuple[int | None, bool]
"""What an account may see, as `access.fingerprint`, and whether a second factor is asked of it."""


def _apply(connection: Connection, rights: Rights) -> None:
    seen, asked = rights
    if seen is None:
        connection.end()
        return
    if seen != connection.rights:
        connection.rights = seen
        connection.push(frame("session.changed", SessionChanged()))
    connection.owes_second_factor = asked and not connection.second_factor
