"""Nothing is left of who has gone, however far they had come, and whatever broke."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import access, leftovers, line, sockets
from server.line import Line
from server.sockets import SocketConnection
from storage.schema import Record, Session
from storage.store import Store
from storage.writes import Unavailable
from tests.conftest import School
from tests.sockets.conftest import EN, NL, OpenWire, holds_up_connecting
from tests.sockets.wire import CLOSE, Wire, framed
from tests.storage.waiting import eventually


def left(school: School) -> dict[str, int]:
    """What the server and both libraries still hold of connections."""
    gate = school.hekje.sockets.gate
    return {
        "rooms": len(gate.manager.rooms),
        "connecting": len(gate.manager.pending_connect),
        "disconnecting": len(gate.manager.pending_disconnect),
        "callbacks": len(gate.manager.callbacks),
        "environments": len(gate.environ),
        "lines": len(gate.lines()),
        "connections": len(school.hekje.dispatch.connections),
    }


async def nothing_is_left(school: School) -> None:
    async def nothing() -> bool:
        return set(left(school).values()) == {0}

    await eventually(nothing)


class Broken:
    """A store of which one look-up of a session fails, the others go through."""

    def __init__(self, store: Store, failing: int, error: Exception) -> None:
        self._store, self._left, self._error = store, failing, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def get(self, kind: type[Record], id: str) -> Any:
        if kind is Session:
            self._left -= 1
            if self._left == 0:
                raise self._error
        return await self._store.get(kind, id)


@pytest.mark.parametrize("error", [Unavailable("gone"), RuntimeError("broken"), KeyError("x")])
async def test_an_error_while_connecting_is_answered_and_leaves_nothing(
    school: School,
    open_wire: OpenWire,
    monkeypatch: pytest.MonkeyPatch,
    fault: None,
    error: Exception,
) -> None:
    async def fail(turn: object) -> int:
        raise error

    whole = access.fingerprint
    monkeypatch.setattr(access, "fingerprint", fail)
    wires = [await open_wire() for _ in range(20)]
    for wire in wires:
        await wire.send(connect(school))
        assert await refusal(wire) == {"code": "unavailable", "message": EN["unavailable"]}
        assert left(school)["connections"] == left(school)["rooms"] == 0
    monkeypatch.setattr(access, "fingerprint", whole)
    for wire in wires[:3]:
        await wire.connect(school.cast.token("fatima"))
    assert len(school.hekje.dispatch.connections) == 3
    for wire in wires:
        await wire.leave()
    await nothing_is_left(school)


@pytest.mark.parametrize("failing", [1, 2], ids=["at the beginning", "at the very end"])
async def test_a_store_that_fails_at_any_point_leaves_nothing(
    school: School, open_wire: OpenWire, fault: None, failing: int
) -> None:
    dispatch = school.hekje.dispatch
    whole = dispatch.store
    wire = await open_wire()
    dispatch.store = Broken(whole, failing, Unavailable("gone"))
    await wire.send(connect(school))
    assert (await refusal(wire))["code"] == "unavailable"
    dispatch.store = whole
    assert left(school) == {**dict.fromkeys(left(school), 0), "environments": 1, "lines": 1}
    await wire.connect(school.cast.token("fatima"))
    await wire.leave()
    await nothing_is_left(school)


async def test_a_connect_that_takes_too_long_is_refused(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch, fault: None
) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sockets, "CONNECT_WITHIN", 0.1)
    monkeypatch.setattr(sockets, "session_of_token", hang)
    wire = await open_wire()
    await wire.send(connect(school))
    assert await refusal(wire) == {"code": "unavailable", "message": NL["unavailable"]}
    await wire.leave()
    await nothing_is_left(school)


async def test_who_leaves_while_connecting_leaves_nothing(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = holds_up_connecting(monkeypatch)
    wires = [await open_wire() for _ in range(10)]
    for wire in wires:
        await wire.send(connect(school))
    await reached.wait()
    for wire in wires:
        await wire.leave()
    go_on.set()
    await nothing_is_left(school)


async def test_a_session_that_ends_while_it_connects_is_not_let_in(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await open_wire("fatima")
    laptop = await open_wire()
    reached, go_on = holds_up_connecting(monkeypatch)
    await laptop.send(connect(school))
    await reached.wait()
    ended = {"session_id": school.cast.session("fatima")}
    assert (await phone.ask("session.end", ended))["ok"] is True
    go_on.set()
    assert (await refusal(laptop))["code"] == "unauthenticated"


async def test_after_a_thousand_connections_of_every_kind_nothing_is_left(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PARTED_WITHIN", 0.1)
    sizes, earlier = [], len(alive())
    for _ in range(4):
        for _ in range(25):
            await asyncio.gather(*(come_and_go(school, kind) for kind in range(10)))
        await nothing_is_left(school)

        async def all_forgotten() -> bool:
            return len(alive()) <= earlier

        assert await eventually(all_forgotten)
        sizes.append(resident())
    assert sizes[-1] - sizes[0] < 10_000_000, sizes


def resident() -> int:
    """Bytes of memory that this process, and so the server, takes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def alive() -> list[object]:
    """Lines and connections that something still holds, perhaps since another test."""
    gc.collect()
    return [kept for kept in gc.get_objects() if issubclass(type(kept), (Line, SocketConnection))]


async def come_and_go(school: School, kind: int) -> None:
    wire = await Wire(school.url).upgrade()
    await wire.hears("0{")
    token = school.cast.token("fatima")
    match kind:
        case 0:
            pass
        case 1:
            await wire.send('40{"token":"a.b"}')
            await refusal(wire)
        case 2:
            await wire.send(connect(school))
        case 3:
            await wire.connect(token)
            await wire.send('421["session.start",{}]')
        case 4:
            await (await wire.connect(token)).send("41", "1")
            await wire.closed()
        case 5:
            await (await wire.connect(token)).send("1")
            await wire.closed()
        case 6:
            await (await wire.connect(token)).send("41")
            await wire.closed()
        case 7:
            await (await wire.connect(token)).send_bytes(framed(b"\x03\xe8", CLOSE))
            await wire.closed()
        case 8:
            await (await wire.connect(token)).send(*["x"] * 10)
            await wire.closed()
        case 9:
            await wire.connect(token)
            await wire.ask("session.start", {})
    await wire.leave()


@pytest.fixture
def no_collections() -> Iterator[None]:
    """Python frees no rings by itself, as on a server that little else happens on."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def test_the_memory_of_who_has_gone_is_freed_after_so_many(
    no_collections: None, monkeypatch: pytest.MonkeyPatch, school: School, open_wire: OpenWire
) -> None:
    monkeypatch.setattr(leftovers, "AFTER", 5)

    async def come_and_go(times: int) -> list[weakref.ref[Line]]:
        gone = []
        for _ in range(times):
            wire = await open_wire("fatima")
            gone += [weakref.ref(line) for line in school.hekje.sockets.gate.lines()]
            await wire.leave()
            await nothing_is_left(school)
        return gone

    gone = await come_and_go(4)
    assert all(held() for held in gone), "without a collection they stay"
    await come_and_go(11)
    assert not any(held() for held in gone)


def connect(school: School, name: str = "fatima") -> str:
    return "40" + json.dumps({"token": school.cast.token(name)})


async def refusal(wire: Wire) -> dict[str, Any]:
    return dict(json.loads((await wire.hears("44"))[2:])["data"])
