"""A server that stops lets its clients go so that they come back by themselves."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
import socketio

from server.app import Hekje
from server.frames import event
from server.settings import read
from storage import ids
from storage.schema import Message
from storage.sqlite import open_sqlite
from tests.cast import REGENBOOG, move_in
from tests.conftest import School
from tests.servers import free_port
from tests.sockets.conftest import EN, OpenWire, holds_up_connecting
from tests.sockets.test_order import Gatekeeper, conversation_of, gatekeeper
from tests.sockets.wire import Wire
from tests.somebody import PATIENCE
from tests.storage.waiting import eventually

__all__ = ["gatekeeper"]


async def start(folder: Path, port: int) -> Hekje:
    environment = {"HEKJE_DATA": str(folder), "HEKJE_PORT": str(port), "HEKJE_RATE": "0"}
    hekje = Hekje(read(environment, folder), await open_sqlite(folder / "hekje.db"))
    await hekje.start(worker=False)
    return hekje


async def test_python_socketios_own_client_comes_back_by_itself(tmp_path: Path) -> None:
    port = free_port()
    first = await start(tmp_path, port)
    await move_in(first.store, REGENBOOG)
    connected: asyncio.Queue[None] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection_delay=0.1, reconnection_delay_max=0.5)
    client.on("connect", lambda: connected.put_nowait(None))
    auth = {"token": REGENBOOG.token("fatima")}
    await client.connect(f"http://127.0.0.1:{port}", auth=auth, transports=["websocket"])
    await asyncio.wait_for(connected.get(), PATIENCE)
    began = time.monotonic()
    await first.stop()
    assert time.monotonic() - began < 3
    second = await start(tmp_path, port)
    await asyncio.wait_for(connected.get(), PATIENCE)
    assert (await client.call("session.start", {}, timeout=PATIENCE))["ok"] is True
    await client.disconnect()
    await second.stop()


async def test_everybody_is_closed_in_a_way_that_asks_them_back(
    school: School, open_wire: OpenWire
) -> None:
    wires = [await open_wire("fatima") for _ in range(10)]
    stranger = await open_wire()
    stopping = asyncio.create_task(school.hekje.sockets.drain())
    assert [await wire.closed() for wire in (*wires, stranger)] == [1012] * 11
    await stopping
    newcomer = await Wire(school.url).upgrade()
    assert newcomer.status == 503
    assert (await newcomer.body())["error"]["code"] == "unavailable"
    await newcomer.leave()


async def test_what_was_begun_is_finished_and_what_comes_after_is_refused(
    school: School, open_wire: OpenWire, gatekeeper: Gatekeeper
) -> None:
    fatima = await open_wire("fatima")
    conversation_id = await conversation_of(fatima, school)
    before = send(conversation_id, "before")
    await fatima.send('421["message.typing",{"conversation_id":"x"}]', "422" + before)
    await gatekeeper.reached.wait()
    stopping = asyncio.create_task(school.hekje.sockets.drain())
    await eventually(draining(school))
    await fatima.send("423" + send(conversation_id, "after"))
    assert (await fatima.answer(3))["error"] == {
        "code": "unavailable",
        "message": EN["unavailable"],
    }
    gatekeeper.open.set()
    answers = await fatima.answers(2)
    assert [answers[1]["ok"], answers[2]["ok"]] == [True, True]
    assert await fatima.closed() == 1012
    await stopping
    assert await school.store.get(Message, ids.of_message(conversation_id, 1)) is not None
    assert await school.store.get(Message, ids.of_message(conversation_id, 2)) is None


async def test_nothing_is_said_after_goodbye(school: School, open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    (line,) = school.hekje.sockets.gate.lines()
    line.write(event("heads", {}))
    line.hang_up(1012)
    line.write(event("heads", {"too late": 1}))
    assert await fatima.closed() == 1012
    assert [text for text in fatima.heard if text.startswith("42")] == ['42["heads",{}]']


async def test_who_is_just_connecting_is_sent_away_as_well(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = holds_up_connecting(monkeypatch)
    fatima = await open_wire()
    await fatima.send("40" + json.dumps({"token": school.cast.token("fatima")}))
    await reached.wait()
    await school.hekje.sockets.drain()
    go_on.set()
    assert await fatima.closed() == 1012
    assert not [text for text in fatima.heard if text.startswith("4")]


def send(conversation_id: str, text: str) -> str:
    payload = {"conversation_id": conversation_id, "key": text, "text": text}
    return json.dumps(["message.send", payload])


def draining(school: School) -> Any:
    async def begun() -> bool:
        return school.hekje.sockets.gate.draining

    return begun
