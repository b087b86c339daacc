"""Ten thousand frames and requests, changed at random: the server neither falls, nor tells, nor swells.

`TEST_SEED` repeats what a failed run has printed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cast import REGENBOOG
from tests.crash.house import House
from tests.pressure.mutations import Mutations
from tests.sockets.http import JSON, Talk, ask, get, post
from tests.sockets.wire import Wire
from tests.somebody import PATIENCE, Somebody

log = logging.getLogger("hekje.tests")

FRAMES, REQUESTS = 7_500, 2_500
BEFORE = 500
"""Of each, before the memory is looked at: what is needed once is there by then."""
MOST_GROWTH = 20 * 1024
"""KiB."""
SENDERS = ["fatima", "youssef", "anna", "bram", "dewit", None]
"""Whoever is None shows no token."""
A_LOT = 20
WIRES_AT_ONCE, CALLERS_AT_ONCE = 10, 50
NO_ANSWER_YET = 0.5
"""Seconds after which a caller says that nothing more will come."""


@dataclass
class Flood:
    """Sends mutants, counts what came of them, and keeps whatever is no proper answer."""

    house: House
    mutations: Mutations
    came: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def of(self, frames: int, requests: int) -> None:
        """Joost asks on and on meanwhile, and is answered each time."""
        joost = await self._connected("joost")
        async with asyncio.TaskGroup() as group:
            flooding = [
                group.create_task(so_often(frames // A_LOT, WIRES_AT_ONCE, self._one_lot)),
                group.create_task(so_often(requests, CALLERS_AT_ONCE, self._one_request)),
            ]
            while not all(task.done() for task in flooding):
                assert (await joost.ask("session.start", {}))["ok"] is True
                refused = await joost.ask("message.history", {"conversation_id": "none"})
                assert refused["error"]["code"] == "not_found"
        await joost.leave()

    async def _one_lot(self) -> None:
        """Until all are sent: ten malformed frames end a connection, and another takes over."""
        chance, lot = self.mutations.chance, A_LOT
        while lot > 0:
            some = min(lot, chance.choice([1, 3, 8, 15]))
            lot -= some
            wire = await self._connected(chance.choice(SENDERS))
            if chance.random() < 0.25:
                await wire.send_bytes(b"".join(self.mutations.frame() for _ in range(some)))
                wire.say_no_more()
                await self._read_to_the_end(wire)
            else:
                await wire.send(*(self.mutations.text() for _ in range(some)), LAST_REQUEST)
                await self._read_to_the_last(wire)
            await wire.leave()

    async def _connected(self, name: str | None) -> Wire:
        wire = await Wire(self.house.url).upgrade()
        await wire.hears("0{")
        return await wire.connect(REGENBOOG.token(name)) if name else wire

    async def _read_to_the_end(self, wire: Wire) -> None:
        async with asyncio.timeout(PATIENCE):
            while (text := await wire.next()) is not None:
                self._look_at(text)
        self.came["closed"] += 1

    async def _read_to_the_last(self, wire: Wire) -> None:
        """What was sent last is answered, unless the connection is closed before."""
        async with asyncio.timeout(PATIENCE):
            while (text := await wire.next()) is not None:
                self._look_at(text)
                if text.startswith(LAST_ANSWER):
                    return
        self.came["closed"] += 1

    def _look_at(self, text: str) -> None:
        found = re.match(r"43\d+", text)
        if not found:
            return
        (told,) = json.loads(text[found.end() :])
        outcome = "ok" if told["ok"] else told["error"]["code"]
        self.came[outcome] += 1
        if outcome == "unavailable":
            self.faults.append(text)

    async def _one_request(self) -> None:
        raw = self.mutations.request()
        talk = await (await Talk.begin(self.house.url)).say(raw)
        heard = await talk.beginning(NO_ANSWER_YET)
        await talk.leave()
        status = heard.split(b" ", 2)[1].decode() if heard else "closed"
        self.came[status] += 1
        if not (heard == b"" or heard.startswith(b"HTTP/")) or status.startswith("5"):
            self.faults.append(f"{raw[:300]!r}: {heard[:300]!r}")


WRONG = b'{"email": "fatima@regenboog.example", "password": "wrong"}'
WRONG_PASSWORD = post(b"/api/login", JSON.strip(), b"Content-Length: %d" % len(WRONG), body=WRONG)
LAST_ID = 777_777_777
LAST_REQUEST = f'42{LAST_ID}["message.typing",{{"conversation_id":"none"}}]'
LAST_ANSWER = f"43{LAST_ID}["


async def so_often(times: int, width: int, work: Callable[[], Awaitable[None]]) -> None:
    """So many times, so many at once."""
    waiting = iter(range(times))

    async def go_on() -> None:
        for _ in waiting:
            await work()

    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(go_on())


@pytest.fixture
async def flood(house: House) -> Flood:
    seed = os.environ.get("TEST_SEED") or secrets.token_hex(4)
    log.warning("TEST_SEED=%s", seed)
    await house.open()
    fatima = await Somebody(house.url, {"token": REGENBOOG.token("fatima")}).connect()
    there = await fatima.ok(
        "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=REGENBOOG.sami
    )
    about = {"conversation_id": there["conversation"]["id"]}
    sent = await fatima.ok("message.send", **about, key="1", text="Sami is ziek")
    await fatima.leave()
    known = {
        "conversation_id": [about["conversation_id"]],
        "message_id": [sent["message"]["id"]],
        "class_id": [REGENBOOG.groep_3b, REGENBOOG.groep_4a],
        "pupil_id": [REGENBOOG.sami, REGENBOOG.lotte],
        "school_id": [REGENBOOG.school_id],
        "teacher_id": [REGENBOOG.carla],
        "guardian_ids": [[REGENBOOG.fatima], [REGENBOOG.fatima, REGENBOOG.youssef]],
        "email": ["fatima@regenboog.example"],
        "since": [{about["conversation_id"]: 0}],
    }
    return Flood(house, Mutations(random.Random(seed), known))


@pytest.mark.timeout(1_800)
async def test_ten_thousand_mutants_break_nothing_and_nobody_else_notices(
    flood: Flood, long: bool
) -> None:
    """Ten times as many in the long run."""
    house = flood.house
    await asyncio.gather(*(ask(house.url, WRONG_PASSWORD) for _ in range(10)))
    await flood.of(BEFORE, BEFORE)
    before = resident(house)
    times = 10 if long else 1
    await flood.of(FRAMES * times, REQUESTS * times)
    grown = resident(house) - before
    assert (await ask(house.url, get(b"/healthz"))).status == 200
    assert flood.faults == []
    log.warning("%s KiB more memory; %s", grown, dict(flood.came))
    assert set(flood.came) >= {"ok", "invalid", "not_found", "forbidden", "conflict", "closed"}
    assert grown < MOST_GROWTH
    assert await house.terminate(within=15) == 0
    assert_quiet((house.folder / "log").read_text())


def resident(house: House) -> int:
    """KiB of memory that the server's process holds."""
    assert house.process
    status = Path(f"/proc/{house.process.pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1])


def assert_quiet(told: str) -> None:
    """Nothing of ours broke, and whatever was sent is no news."""
    assert "Traceback" not in told
    assert [line for line in told.splitlines() if " level=info " not in line] == []
