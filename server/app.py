"""The only wiring: store, dispatch, doors, worker and watch, from start to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import IO

from aiohttp import web

from server import journal, parts, redis, wire
from server.alone import only_server
from server.callers import Door
from server.clock import now
from server.dispatch import Dispatch
from server.doors import Part
from server.hints import AnyHint, Changed, Hear, RedisHints
from server.notify.letters import Letters
from server.notify.pace import Pace
from server.notify.push import Push
from server.notify.push_keys import PushKeys
from server.notify.transport import open_transport
from server.notify.worker import run as run_worker
from server.presence.online.memory import MemoryOnline
from server.presence.online.shared import RedisOnline
from server.routes import Doors, add_routes
from server.settings import Settings, WrongSetting, signing_key
from server.sockets import Sockets
from server.watch import Watch
from storage import ids
from storage.schema import Deployment
from storage.sqlite import open_sqlite
from storage.store import Store
from storage.writes import Duplicate, Insert

log = logging.getLogger("hekje")

STOP_WITHIN = 10.0
BESIDE_PEOPLE = {"share": 0.05, "between": 0.2}
"""A worker in a process that answers people: an hour's notices can wait a second, a message cannot."""
DISK_ANSWERS_WITHIN = 0.0005
"""Seconds that a thread back from the disk may wait for its turn; Python's own 5 ms is felt."""


class Ended(Exception):
    """A part that runs until Hekje stops has ended before: nobody would notice what it leaves undone."""


async def open_store(settings: Settings) -> Store:
    """The database that the settings name, with a `Deployment` in it."""
    store: Store
    if settings.database.startswith("sqlite:///"):
        store = await open_sqlite(settings.sqlite_path)
    else:
        from storage.mongo import open_mongo  # a school on SQLite need not wait for its driver

        store = await open_mongo(settings.database)
    if await store.get(Deployment, "deployment") is None:
        with contextlib.suppress(Duplicate):
            await store.commit([Insert(Deployment(id="deployment", epoch=ids.fresh()))])
    return store


class Hekje:
    """A running server. `start`, then `stop`; both are quick."""

    def __init__(
        self, settings: Settings, store: Store, *, clock: Callable[[], datetime] = now
    ) -> None:
        wire.check_assumptions()
        self.settings = settings
        self.store = store
        online = RedisOnline(settings.redis) if settings.redis else MemoryOnline()
        self._signing_key = signing_key(settings)
        self.push_keys = PushKeys(self._signing_key, settings.push_contact)
        push_key = self.push_keys.public
        self._hints = RedisHints(settings.redis) if settings.redis else None
        self.dispatch = Dispatch(
            store, settings, clock=clock, push_key=push_key, online=online, hints=self._hints
        )
        self.sockets = Sockets(self.dispatch)
        self.port = settings.port
        self._stop = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._lock: IO[str] | None = None

    async def start(self, *, web_side: bool = True, worker: bool = True) -> None:
        """Raises `WrongSetting` when the address cannot be listened on."""
        if worker:
            pace = Pace(**BESIDE_PEOPLE) if web_side else Pace()
            self._worker = asyncio.create_task(self._work(pace), name="worker")
        if web_side:
            others = not self.settings.database.startswith("sqlite:")
            if not others:
                self._lock = only_server(self.settings.sqlite_path)
            await self._listen()
            watch = Watch(self.dispatch, others=others)
            self._watch = asyncio.create_task(watch.run(), name="watch")
            self._listen_to_others(watch.hear)
        else:
            self._listen_to_others(self._ring)

    async def _listen(self) -> None:
        app = web.Application(client_max_size=64 * 1024)
        self.sockets.attach(app)
        add_routes(app, self._doors())
        self._runner = web.AppRunner(app, shutdown_timeout=2.0)
        await self._runner.setup()
        host, port = self.settings.host, self.settings.port
        try:
            await Door(self._runner, host, port).start()
        except OSError as error:
            raise WrongSetting(f"cannot listen on {host}:{port}: {error.strerror}") from error
        self.port = self._runner.addresses[0][1]

    def _listen_to_others(self, hear: Hear) -> None:
        if self._hints is not None:
            self._listening = asyncio.create_task(self._hints.run(hear), name="ear")

    async def _ring(self, hint: AnyHint) -> None:
        if isinstance(hint, Changed):
            self.dispatch.bell.ring()

    def _doors(self) -> Doors:
        return Doors(dispatch=self.dispatch, signing_key=self._signing_key, parts=self._parts())

    def _parts(self) -> dict[str, Part]:
        """What `/readyz` looks at beside the database and the mail."""
        settings = self.settings
        found: dict[str, Part] = {"server": self._takes_newcomers}
        if folders := parts.folders(settings):
            found["disk"] = partial(parts.check_room, *folders)
        if settings.redis:
            found["redis"] = partial(redis.ping, settings.redis)
        return found

    async def _takes_newcomers(self) -> None:
        if self.sockets.gate.draining:
            raise parts.Trouble("stopping", "the server is being stopped")

    async def _work(self, pace: Pace) -> None:
        transport = open_transport(self.settings.smtp, self.settings.data / "mail")
        letters = Letters(self.settings.url, self.settings.mail_from, self._signing_key)
        hosts, clock = self.settings.push_hosts, self.dispatch.clock
        push = Push(self.store, self.push_keys, hosts, clock=clock)
        try:
            await run_worker(
                self.store,
                transport,
                letters,
                stop=self._stop,
                clock=clock,
                push=push,
                looking=self.dispatch.online,
                bell=self.dispatch.bell,
                pace=pace,
            )
        finally:
            await push.close()

    async def run_until(self, asked: asyncio.Event) -> None:
        """Raises `Ended` as soon as something that works in the background does so no more."""
        until = asyncio.create_task(asked.wait())
        working = {
            task.get_name(): task
            for task in (self._worker, self._watch, self._listening)
            if task is not None
        }
        await asyncio.wait([until, *working.values()], return_when=asyncio.FIRST_COMPLETED)
        until.cancel()
        for name, task in working.items():
            if task.done() and not asked.is_set():
                error = None if task.cancelled() else task.exception()
                log.critical("the %s has ended unasked", name, exc_info=error)
                raise Ended(f"the {name} has ended unasked; the log says where")

    async def stop(self) -> None:
        """Finish what was begun, let clients go so that they come back, close the store."""
        await self.sockets.drain()
        if self._runner is not None:
            await self._runner.cleanup()
        for looking in (self._watch, self._listening):
            if looking is not None:
                looking.cancel()
                await asyncio.wait([looking])
        self._stop.set()
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=STOP_WITHIN)
        await self.dispatch.online.close()
        await self.store.close()
        if self._lock is not None:
            self._lock.close()


async def serve(settings: Settings, *, web_side: bool = True, worker: bool = True) -> None:
    """Serve until SIGTERM or SIGINT; raises `Ended` when a part ends before."""
    store = await open_store(settings)
    hekje = Hekje(settings, store)
    await hekje.start(web_side=web_side, worker=worker)
    _settle_garbage()
    sys.setswitchinterval(DISK_ANSWERS_WITHIN)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(journal.unexpected)
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    if web_side:
        log.info("serving on http://%s:%s for %s", settings.host, hekje.port, settings.url)
    try:
        await hekje.run_until(asked)
    finally:
        await hekje.stop()


def _settle_garbage() -> None:
    """What lives as long as the server is left out of collections: full ones pause everybody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
