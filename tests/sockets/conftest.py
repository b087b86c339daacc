"""Wires to the server, and a log that must stay quiet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

import pytest

from server import access
from server.turn import Turn
from server.words import SENTENCES
from tests.conftest import School
from tests.sockets.wire import Wire

EN, NL = SENTENCES["en"], SENTENCES["nl"]
SECRET = "Sami heeft buikpijn"
"""What stands in frames here and must never stand in a log."""

OpenWire = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def wire_to() -> AsyncIterator[OpenWire]:
    """A wire to a school: `await wire_to(school, "fatima")` is connected, without a name not."""
    wires: list[Wire] = []

    async def open_one(school: School, name: str | None = None, *, buffer: int = 0) -> Wire:
        wire = await Wire(school.url).upgrade(buffer=buffer)
        wires.append(wire)
        await wire.hears("0{")
        return await wire.connect(school.cast.token(name)) if name else wire

    yield open_one
    for wire in wires:
        await wire.leave()


@pytest.fixture
def open_wire(school: School, wire_to: OpenWire) -> OpenWire:
    """A wire to the usual school: `await open_wire("fatima")`."""
    return partial(wire_to, school)


def holds_up_connecting(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Whoever connects from now on waits: that somebody does, and that they may go on."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    whole = access.fingerprint

    async def slowly(turn: Turn) -> int | None:
        reached.set()
        await go_on.wait()
        return await whole(turn)

    monkeypatch.setattr(access, "fingerprint", slowly)
    return reached, go_on


@pytest.fixture
def fault() -> None:
    """For tests in which something of the server's own breaks, which is logged."""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody logs a stack trace or what people write, whatever clients send."""
    caplog.set_level(logging.DEBUG)
    yield
    records = caplog.get_records("call")
    assert not any(SECRET in record.getMessage() for record in records)
    if "fault" not in request.fixturenames:
        assert [r.getMessage() for r in records if r.exc_info or r.levelno >= logging.WARNING] == []
