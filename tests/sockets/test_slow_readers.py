"""Who does not read is cut off before they cost anything, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from server import line
from server.connections import Connection
from server.frames import event
from server.line import MOST_WAITING
from tests.conftest import School
from tests.sockets.conftest import OpenWire
from tests.sockets.test_leftovers import alive, resident
from tests.sockets.test_order import conversation_of
from tests.storage.waiting import eventually

NARROW = 4096
"""Bytes that the system takes in for somebody who does not read."""
NEWS = event("message.posted", {"message": {"text": "x" * 50_000}})


def connections_of(school: School, name: str) -> tuple[Connection, ...]:
    return tuple(school.hekje.dispatch.connections.of(school.cast.account(name)))


def gone(school: School, name: str) -> Callable[[], Awaitable[bool]]:
    async def nobody_there() -> bool:
        return not connections_of(school, name)

    return nobody_there


async def test_who_never_reads_is_cut_off_at_the_bound(school: School, open_wire: OpenWire) -> None:
    silent = [await open_wire("fatima", buffer=NARROW) for _ in range(5)]
    anna = await open_wire("anna")
    before = resident()
    told = 0
    while connections_of(school, "fatima") and told < 3_000:
        for connection in connections_of(school, "fatima"):
            connection.push(NEWS)
        told += 1
        if told % 10 == 0:
            assert (await anna.ask("message.typing", {"conversation_id": "x"}))["ok"] is False
    assert MOST_WAITING / len(NEWS) < told < 3_000
    grown = resident() - before
    assert grown < len(silent) * (MOST_WAITING + len(NEWS)) + 20_000_000
    assert (await anna.ask("session.start", {}))["ok"] is True
    for wire in silent:
        assert await wire.closed() is None


async def test_who_pongs_without_reading_is_cut_off_too(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PING_EVERY", 0.1)
    blind = await open_wire("fatima", buffer=NARROW)

    async def pong() -> None:
        while True:
            await blind.send("3")
            await asyncio.sleep(0.11)

    ponging = asyncio.create_task(pong())
    (connection,) = connections_of(school, "fatima")
    for _ in range(2_000):
        connection.push(NEWS)
        await asyncio.sleep(0)
        if not connections_of(school, "fatima"):
            break
    await eventually(gone(school, "fatima"))
    ponging.cancel()


async def test_who_does_not_answer_a_ping_is_cut_off_and_who_does_is_not(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PING_EVERY", 0.2)
    monkeypatch.setattr(line, "PONG_WITHIN", 0.5)
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    for _ in range(5):
        assert await anna.hears("2") == "2"
    assert await fatima.closed() is None
    assert fatima.heard[-1] == "2"
    assert (await anna.ask("session.start", {}))["ok"] is True


async def test_a_colleague_hears_everything_in_order_beside_one_who_does_not_read(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "MOST_WAITING", 200_000)
    fatima, bram = await open_wire("fatima"), await open_wire("bram")
    await open_wire("anna", buffer=NARROW)
    conversation_id = await conversation_of(fatima, school)
    sent = 0
    while connections_of(school, "anna"):
        requests = [
            [
                "message.send",
                {"conversation_id": conversation_id, "key": f"k{n}", "text": "😀" * 4000},
            ]
            for n in range(sent, sent + 20)
        ]
        await fatima.send(
            *[f"421{json.dumps(request, ensure_ascii=False)}" for request in requests]
        )
        for _ in requests:
            assert (await fatima.answer(1))["ok"] is True
        sent += len(requests)
        assert sent < 1_000
    for seq in range(1, sent + 1):
        pushed = json.loads((await bram.hears('42["message.posted"'))[2:])[1]["message"]
        assert (pushed["seq"], pushed["text"]) == (seq, "😀" * 4000)
    back = await open_wire("anna")
    started = await back.ask("session.start", {"since": {conversation_id: 0}})
    assert len(started["missed"]) + len(started["restart"]) > 0


async def test_who_does_not_read_keeps_nothing_once_their_session_has_ended(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PARTED_WITHIN", 0.1)
    earlier = len(alive())
    fatima = await open_wire("fatima", buffer=NARROW)
    (connection,) = connections_of(school, "fatima")
    for _ in range(60):
        connection.push(NEWS)
    phone = await open_wire("fatima")
    ended = {"session_id": school.cast.session("fatima")}
    assert (await phone.ask("session.end", ended))["ok"] is True
    assert await phone.closed() == 1008
    await eventually(gone(school, "fatima"))
    del connection

    async def nothing_left() -> bool:
        return len(alive()) <= earlier

    assert await eventually(nothing_left)
    await fatima.leave()
