"""The request for a WebSocket: of our kind, from a page of ours, without compression or cookies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.conftest import OpenSchool, School
from tests.sockets.conftest import EN, OpenWire
from tests.sockets.http import ask
from tests.sockets.test_slow_callers import UPGRADE
from tests.sockets.wire import Wire

WEBSOCKET = "EIO=4&transport=websocket"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize(
    ("method", "query", "field"),
    [
        ("GET", "EIO=4&transport=polling", "transport"),
        ("GET", "EIO=4", "transport"),
        ("GET", "", "transport"),
        ("GET", "EIO=4&transport=polling&j=0", "transport"),
        ("GET", WEBSOCKET, "transport"),
        ("GET", "EIO=4&transport=polling&transport=websocket", "transport"),
        ("POST", "EIO=4&transport=polling&sid=x", "transport"),
        ("POST", WEBSOCKET, "transport"),
        ("OPTIONS", WEBSOCKET, "transport"),
    ],
)
async def test_polling_is_told_to_use_websocket(
    school: School, http: aiohttp.ClientSession, method: str, query: str, field: str
) -> None:
    async with http.request(method, f"{school.url}/socket.io/?{query}") as response:
        error = (await response.json())["error"]
    assert (response.status, error["code"], error["field"]) == (400, "invalid", field)
    assert 'transports: ["websocket"]' in error["message"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("EIO=3&transport=websocket", "EIO"),
        ("transport=websocket", "EIO"),
        ("EIO=4&EIO=3&transport=websocket", "EIO"),
        ("EIO=4&transport=websocket&sid=unknown", "sid"),
        ("EIO=4&transport=websocket&j=1", "transport"),
    ],
)
async def test_a_handshake_of_another_kind_is_refused(
    school: School, query: str, field: str
) -> None:
    wire = await Wire(school.url).upgrade(query, ["Accept-Language: en-GB,nl;q=0.5"])
    assert wire.status == 400
    error = (await wire.body())["error"]
    assert (error["code"], error["field"]) == ("invalid", field)
    assert error["message"] in (EN["websocket_only"], EN["client_version"])
    await wire.leave()


@pytest.mark.parametrize(
    ("proper", "odd"),
    [(b"A" * 22 + b"==", odd) for odd in (b"\xc1" * 22 + b"==", b"AAAA", b"", b"!" * 24)]
    + [(b"Connection: Upgrade", b"Connection: Upgrad\xe5"), (b"Version: 13", b"Version: 1\xb3")],
)
async def test_a_header_that_does_not_fit_is_refused_and_no_news(
    school: School, proper: bytes, odd: bytes
) -> None:
    upgrade = UPGRADE.replace(proper, odd)
    assert upgrade != UPGRADE
    answer = await ask(school.url, upgrade)
    assert (answer.status, answer.error["code"]) == (400, "invalid")


async def test_a_client_that_knows_another_connections_id_gets_nowhere(
    school: School, open_wire: OpenWire
) -> None:
    fatima = await open_wire("fatima")
    sid = json.loads(fatima.heard[0][1:])["sid"]
    eve = await Wire(school.url).upgrade(f"{WEBSOCKET}&sid={sid}")
    assert eve.status == 400
    await eve.leave()
    assert (await fatima.ask("session.start", {}))["ok"] is True


@pytest.mark.parametrize(
    "header", ["Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: short", "Sec-WebSocket-Key:"]
)
async def test_a_broken_handshake_leaves_nothing_behind(
    school: School, http: aiohttp.ClientSession, header: str
) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    name, _, value = header.partition(":")
    async with http.get(
        f"{school.url}/socket.io/?{WEBSOCKET}", headers={**headers, name: value.strip()}
    ) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (400, "invalid")
    assert school.hekje.sockets.gate.lines() == []
    assert school.hekje.sockets.gate.environ == {}


async def test_compression_is_offered_and_not_agreed_to(
    school: School, open_wire: OpenWire
) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
    wire = await Wire(school.url).upgrade(headers=[offer])
    assert wire.status == 101
    assert "extensions" not in wire.head.lower()
    await (await wire.connect(school.cast.token("fatima"))).ask("session.start", {})
    await wire.leave()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 101),
        ("https://hekje.school.example", 101),
        ("https://app.school.example", 101),
        ("http://hekje.school.example", 403),
        ("https://hekje.school.example:8443", 403),
        ("https://hekje.school.example.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_pages_connect_from_our_own_and_configured_origins_alone(
    open_school: OpenSchool, origin: str | None, status: int
) -> None:
    school = await open_school(
        url="https://Hekje.school.example:443", origins="https://app.school.example"
    )
    headers = [] if origin is None else [f"Origin: {origin}"]
    wire = await Wire(school.url).upgrade(headers=headers)
    assert wire.status == status
    if status == 403:
        assert (await wire.body())["error"]["code"] == "forbidden"
    await wire.leave()
    two = await Wire(school.url).upgrade(headers=[*headers, "Origin: https://evil.example"])
    assert two.status == 403
    await two.leave()


@pytest.mark.parametrize(
    ("url", "origin", "status"),
    [
        ("http://localhost:8080", "http://localhost:8080", 101),
        ("http://localhost:8080", "http://127.0.0.1:8080", 101),
        ("http://127.0.0.1:8080", "http://localhost:8080", 101),
        ("http://localhost:8080", "http://127.0.0.1:8081", 403),
        ("http://localhost:8080", "https://127.0.0.1:8080", 403),
        ("http://localhost:8080", "http://localhost.evil.example:8080", 403),
        ("http://hekje.school.example:8080", "http://127.0.0.1:8080", 403),
        ("http://hekje.school.example:8080", "http://localhost:8080", 403),
    ],
)
async def test_this_machine_goes_by_each_of_its_names_where_it_is_only_its_own(
    open_school: OpenSchool, url: str, origin: str, status: int
) -> None:
    school = await open_school(url=url)
    wire = await Wire(school.url).upgrade(headers=[f"Origin: {origin}"])
    assert wire.status == status
    await wire.leave()
