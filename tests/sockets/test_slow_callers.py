"""Who takes for ever to ask, or to read the answer, is let go, and nobody else waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from server import callers, edge, line
from tests.conftest import School
from tests.sockets.conftest import OpenWire
from tests.sockets.http import HOST, JSON, Talk, ask, get, post
from tests.sockets.test_slow_readers import NARROW

MOST = 15.0
"""Seconds in which whoever does not go on is closed."""
BODY = b"Content-Length: 20"
SLOW = {
    "nothing at all": b"",
    "half a line": b"GET /hea",
    "half a head": b"GET /healthz HTTP/1.1\r\n" + HOST,
    "a head that goes on": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Hekje: 1\r\n",
    "half a body": post(b"/api/login", JSON.strip(), BODY, body=b'{"email":'),
    "half a body that nobody wants": post(b"/api/ticket", BODY, body=b"x"),
    "half a body for a page": post(b"/healthz", BODY, body=b"x"),
    "half a chunk": post(
        b"/api/login", JSON.strip(), b"Transfer-Encoding: chunked", body=b"9\r\n{"
    ),
    "no chunk": post(b"/api/login", JSON.strip(), b"Transfer-Encoding: chunked", body=b""),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ((callers, "ASKED_WITHIN"), (callers, "LINGER"), (edge, "BODY_WITHIN")):
        monkeypatch.setattr(*limit, 0.2)


def test_all_patience_ends_within_fifteen_seconds() -> None:
    assert callers.ASKED_WITHIN <= MOST
    assert edge.BODY_WITHIN + callers.LINGER <= MOST
    assert callers.READ_WITHIN <= MOST
    assert line.AUTHENTICATED_WITHIN + line.PARTED_WITHIN <= MOST


@pytest.mark.parametrize("raw", SLOW.values(), ids=list(SLOW))
async def test_who_stops_halfway_is_closed(impatient: None, school: School, raw: bytes) -> None:
    talk = await (await Talk.begin(school.url)).say(raw)
    await talk.hear()
    await talk.leave()
    assert (await ask(school.url, get(b"/healthz"))).status == 200


@pytest.mark.parametrize("raw", [raw for raw in SLOW.values() if raw], ids=list(SLOW)[1:])
async def test_a_byte_now_and_then_buys_no_time(
    impatient: None, school: School, raw: bytes
) -> None:
    talk = await (await Talk.begin(school.url)).say(raw)

    async def drip() -> None:
        while True:
            await talk.say(b"a")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    await talk.hear()
    dripping.cancel()
    await talk.leave()


async def test_a_body_that_stops_is_told_so(impatient: None, school: School) -> None:
    for name in ("half a body", "half a chunk", "no chunk"):
        answer = await ask(school.url, SLOW[name])
        assert (answer.status, answer.error["code"]) == (400, "invalid")


async def test_who_stops_after_an_answer_is_closed_too(impatient: None, school: School) -> None:
    talk = await Talk.begin(school.url)
    await talk.say(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\nGET /healthz HT")
    assert (await talk.hear()).count(b'{"ok":true}') == 1
    await talk.leave()


async def test_who_goes_away_in_the_middle_of_a_body_is_no_fault_of_ours(school: School) -> None:
    """The `quiet` fixture reads the log."""
    for name in ("half a body", "half a chunk", "half a body for a page"):
        talk = await (await Talk.begin(school.url)).say(SLOW[name])
        await ask(school.url, get(b"/healthz"))
        await talk.leave()
    assert (await ask(school.url, get(b"/healthz"))).status == 200


async def test_two_hundred_of_each_keep_nobody_waiting(
    impatient: None, monkeypatch: pytest.MonkeyPatch, school: School
) -> None:
    monkeypatch.setattr(line, "AUTHENTICATED_WITHIN", 0.2)
    kinds = [b"", SLOW["half a head"], SLOW["half a body"], UPGRADE]
    talks = [await (await Talk.begin(school.url)).say(raw) for _ in range(50) for raw in kinds]
    anna = await school.somebody("anna")
    assert (await anna.ok("session.start"))["account"]
    await asyncio.gather(*(talk.hear() for talk in talks))
    for talk in talks:
        await talk.leave()


UPGRADE = get(
    b"/socket.io/?EIO=4&transport=websocket",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: " + b"A" * 22 + b"==",
).replace(b"Connection: close\r\n", b"")


# --- Who does not read ---------------------------------------------------------------------


@pytest.fixture
async def deaf(school: School) -> AsyncIterator[Talk]:
    """Asks for pages on end, and reads none."""
    talk = await Talk.begin(school.url, buffer=NARROW)
    yield talk
    await talk.leave()


async def test_who_reads_no_answer_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, school: School, deaf: Talk
) -> None:
    monkeypatch.setattr(callers, "READ_WITHIN", 0.2)

    async def ask_on() -> None:
        while not deaf.is_over():
            await deaf.say((b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 100)
            await asyncio.sleep(0)

    async with asyncio.timeout(MOST):
        await ask_on()
    assert (await ask(school.url, get(b"/healthz"))).status == 200


async def test_who_reads_slowly_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, school: School, deaf: Talk
) -> None:
    """Each bit that is read counts, however long the whole takes."""
    monkeypatch.setattr(callers, "READ_WITHIN", 1.0)
    asked = 400
    writing = asyncio.create_task(
        deaf.say((b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * asked + get(b"/healthz"))
    )
    heard = await deaf.hear()
    await writing
    assert heard.count(b"HTTP/1.1 200 OK") == asked + 1


async def test_a_websocket_may_be_quiet_for_longer(
    impatient: None, monkeypatch: pytest.MonkeyPatch, school: School, wire_to: OpenWire
) -> None:
    monkeypatch.setattr(line, "PING_EVERY", 0.3)
    anna = await wire_to(school, "anna")
    for _ in range(3):
        await anna.hears("2")
    assert (await anna.ask("session.start", {}))["ok"] is True
