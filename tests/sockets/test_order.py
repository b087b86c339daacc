"""Each connection in the order sent, no more at once than can wait, no faster than the limit."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from server.decision import Decision
from server.handlers import EVENTS, Entry
from server.line import AT_ONCE, Line
from server.protocol.base import Done
from server.sockets import MOST_QUEUED
from server.turn import Turn
from tests.conftest import OpenSchool, School
from tests.sockets.conftest import EN, OpenWire
from tests.sockets.wire import PING, Wire, framed
from tests.storage.waiting import eventually


class Gatekeeper:
    """A request that takes as long as a test wants."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def handle(self, turn: Turn, request: Any) -> Decision:
        self.reached.set()
        await self.open.wait()
        return Decision(Done())


@pytest.fixture
def gatekeeper(monkeypatch: pytest.MonkeyPatch) -> Gatekeeper:
    """Stands at `message.typing`."""
    keeper, usual = Gatekeeper(), EVENTS["message.typing"]
    waits = Entry(keeper.handle, usual.request, usual.answer, usual.roles)
    monkeypatch.setitem(EVENTS, "message.typing", waits)
    return keeper


async def conversation_of(wire: Wire, school: School) -> str:
    opened = await wire.ask(
        "conversation.open", {"class_id": school.cast.groep_3b, "pupil_id": school.cast.sami}
    )
    return str(opened["conversation"]["id"])


def texts(conversation_id: str, count: int, first: int = 1) -> list[str]:
    """Requests with the ids `first` and on, whose texts are their ids."""
    return [
        f"42{id}" + json.dumps(
            ["message.send", {"conversation_id": conversation_id, "key": f"k{id}", "text": str(id)}]
        )
        for id in range(first, first + count)
    ]  # fmt: skip


async def test_what_is_sent_without_waiting_is_carried_out_and_answered_in_order(
    school: School, open_wire: OpenWire
) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send(*texts(await conversation_of(fatima, school), 60))
    for id in range(1, 61):
        assert (await fatima.hears("43")).startswith(f"43{id}[")
        pushed = json.loads((await anna.hears('42["message.posted"'))[2:])[1]["message"]
        assert (pushed["text"], pushed["seq"]) == (str(id), id)


async def test_a_slow_request_holds_up_its_own_connection_alone(
    school: School, open_wire: OpenWire, gatekeeper: Gatekeeper
) -> None:
    fatima, phone = await open_wire("fatima"), await open_wire("fatima")
    await fatima.send('421["message.typing",{"conversation_id":"x"}]')
    await fatima.send('422["session.start",{}]')
    await gatekeeper.reached.wait()
    assert (await phone.ask("session.start", {}))["ok"] is True
    gatekeeper.open.set()
    assert (await fatima.hears("43")).startswith("431[")
    assert (await fatima.hears("43")).startswith("432[")


async def test_so_many_wait_and_the_next_is_refused(
    school: School, open_wire: OpenWire, gatekeeper: Gatekeeper
) -> None:
    fatima = await open_wire("fatima")
    conversation_id = await conversation_of(fatima, school)
    await fatima.send('420["message.typing",{"conversation_id":"x"}]')
    await gatekeeper.reached.wait()
    await fatima.send(*texts(conversation_id, MOST_QUEUED + 1))
    refused = await fatima.answer(MOST_QUEUED + 1)
    assert refused["error"]["code"] == "rate_limited"
    assert refused["error"]["retry_after"] >= 1
    gatekeeper.open.set()
    answers = await fatima.answers(MOST_QUEUED + 1)
    assert list(answers) == list(range(MOST_QUEUED + 1))
    assert all(answer["ok"] for answer in answers.values())
    assert (await fatima.ask("session.start", {}))["ok"] is True


async def test_a_burst_passes_and_then_so_many_a_second(
    open_school: OpenSchool, wire_to: OpenWire
) -> None:
    school = await open_school(rate=20, burst=30)
    fatima, anna = await wire_to(school, "fatima"), await wire_to(school, "anna")
    await fatima.send(*[f'42{id}["session.list",{{}}]' for id in range(60)])
    answers = (await fatima.answers(60)).values()
    passed = [answer for answer in answers if answer["ok"]]
    refused = [answer["error"] for answer in answers if not answer["ok"]]
    assert 30 <= len(passed) < 40
    assert {error["code"] for error in refused} == {"rate_limited"}
    assert refused[0]["message"] == EN["rate_limited"]
    assert all(error["retry_after"] == 1 for error in refused)
    assert (await anna.ask("session.list", {}))["ok"] is True

    async def allowed_again() -> bool:
        return bool((await fatima.ask("session.list", {}, 90))["ok"])

    assert await eventually(allowed_again, within=refused[0]["retry_after"])


async def test_the_limit_is_the_accounts_and_not_the_connections(
    open_school: OpenSchool, wire_to: OpenWire
) -> None:
    school = await open_school(rate=0.001, burst=4)
    phone, laptop = await wire_to(school, "fatima"), await wire_to(school, "fatima")
    for wire in (phone, laptop, phone, laptop):
        assert (await wire.ask("session.list", {}))["ok"] is True
    for wire in (phone, laptop):
        error = (await wire.ask("session.list", {}))["error"]
        assert (error["code"], error["retry_after"] > 900) == ("rate_limited", True)


async def test_many_frames_that_came_at_once_do_not_hold_up_others(
    open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    turns, pongs = 0, Counter[int]()
    whole = Line.write

    def write_and_count(line: Line, frame: bytes) -> None:
        pongs[turns] += frame[0] == 0x8A
        whole(line, frame)

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Line, "write", write_and_count)
    others = asyncio.create_task(take_turns())
    await fatima.send_bytes(framed(b"", PING) * 100 * AT_ONCE)
    assert (await anna.ask("session.start", {}))["ok"] is True
    assert (await fatima.ask("session.start", {}))["ok"] is True
    others.cancel()
    assert pongs.total() == 100 * AT_ONCE
    assert max(pongs.values()) <= AT_ONCE
