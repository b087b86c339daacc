"""CONNECT: with a ticket or a token, in time, by somebody with a role, and not too often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import socketio
from msgspec.structs import replace

from server import line
from server.clock import now
from storage.schema import Role, Session
from storage.writes import Delete, Replace
from tests.conftest import OpenSchool, School
from tests.sockets.conftest import EN, NL, SECRET, OpenWire
from tests.sockets.wire import Wire
from tests.somebody import Somebody
from tests.storage.waiting import eventually

WEBSOCKET = "EIO=4&transport=websocket"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_cookie_does_not_count(school: School) -> None:
    cookie = f"Cookie: hekje_session={school.cast.token('fatima')}"
    wire = await Wire(school.url).upgrade(headers=[cookie])
    await wire.send("40")
    assert (await connect_error(wire))["code"] == "unauthenticated"
    await wire.leave()


@pytest.mark.parametrize(
    "auth",
    ["", "{}", '{"token":""}', '{"token":"x"}', '{"token":"a.b"}', '{"token":1}', '{"token":null}',
     '{"ticket":"a.b"}', '{"ticket":""}', '{"token":{"$ne":null}}', "[]", "1", '"x"', "true",
     '{"token":"' + "x" * 60_000 + '"}', '{"toString":1}'],
)  # fmt: skip
async def test_whoever_shows_no_session_is_told_so(open_wire: OpenWire, auth: str) -> None:
    wire = await open_wire()
    await wire.send("40" + auth)
    assert await connect_error(wire) == {
        "code": "unauthenticated",
        "message": NL["unauthenticated"],
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("40{" + SECRET, "invalid"),
        ('40{"token":NaN}', "invalid"),
        ('40{"token":"a","token":"b"}', "invalid"),
        ('40{"token":"' + "x" * 65_536 + '"}', "too_large"),
        ("40/admin,", "not_found"),
        ('40/admin,{"token":"x"}', "not_found"),
        ("40/" + "a" * 60_000, "not_found"),
    ],
)
async def test_a_connect_that_cannot_be_is_answered_too(
    open_wire: OpenWire, school: School, text: str, code: str
) -> None:
    wire = await open_wire()
    await wire.send(text)
    error = await connect_error(wire)
    assert (error["code"], bool(error["message"])) == (code, True)
    await wire.connect(school.cast.token("fatima"))


async def test_ten_refused_connects_are_enough(school: School, open_wire: OpenWire) -> None:
    wire = await open_wire()
    await wire.send(*['40{"token":"a.b"}'] * 9)
    await wire.connect(school.cast.token("fatima"))
    other = await open_wire()
    await other.send(*['40{"token":"a.b"}'] * 10)
    assert await other.closed() == 1008


async def test_a_request_before_connect_is_answered_and_not_carried_out(
    school: School, open_wire: OpenWire
) -> None:
    wire = await open_wire()
    assert (await wire.ask("session.start", {}, 1))["error"]["code"] == "unauthenticated"
    await wire.connect(school.cast.token("fatima"))
    assert (await wire.ask("session.start", {}, 2))["ok"] is True


async def test_who_has_not_connected_in_time_is_closed(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "AUTHENTICATED_WITHIN", 0.2)
    silent, refused, fatima = [await Wire(school.url).upgrade() for _ in range(3)]
    await refused.send('40{"token":"a.b"}')
    await fatima.connect(school.cast.token("fatima"))
    assert await silent.closed() == 1008
    assert await refused.closed() == 1008
    assert (await fatima.ask("session.start", {}))["ok"] is True
    for wire in (silent, refused, fatima):
        await wire.leave()


async def test_a_ticket_is_good_for_one_connection(
    school: School, http: aiohttp.ClientSession
) -> None:
    bearer = {"Authorization": f"Bearer {school.cast.token('fatima')}"}
    async with http.post(f"{school.url}/api/ticket", headers=bearer) as response:
        ticket = (await response.json())["ticket"]
    first, second = (
        Somebody(school.url, {"ticket": ticket}),
        Somebody(school.url, {"ticket": ticket}),
    )
    met = await asyncio.gather(first.connect(), second.connect(), return_exceptions=True)
    assert sorted(type(who).__name__ for who in met) == ["ConnectionError", "Somebody"]
    third = Somebody(school.url, {"ticket": ticket})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await third.connect()
    for somebody in (first, second, third):
        await somebody.leave()


async def test_python_socketios_own_client_hears_why_it_is_refused(school: School) -> None:
    stranger = Somebody(school.url, {"token": "nothing.nothing"})
    told: list[Any] = []
    stranger.client.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await stranger.connect()
    assert told[0]["data"]["code"] == "unauthenticated"
    await stranger.leave()


async def test_a_session_that_has_expired_does_not_connect(
    school: School, open_wire: OpenWire
) -> None:
    await open_wire("fatima")
    session = await school.store.get(Session, school.cast.session("fatima"))
    assert session is not None
    over = replace(session, expires_at=now() - timedelta(seconds=1))
    await school.store.commit([Replace(over)])
    wire = await open_wire()
    await wire.send(f'40{{"token":"{school.cast.token("fatima")}"}}')
    assert (await connect_error(wire))["code"] == "unauthenticated"


async def test_an_account_without_a_role_does_not_connect(
    school: School, open_wire: OpenWire
) -> None:
    before = await open_wire("dewit")
    assert (await before.ask("session.start", {}))["ok"] is True
    role = await school.store.get(Role, school.cast.dewit)
    assert role is not None
    await school.store.commit([Delete(role)])
    wire = await open_wire()
    await wire.send(f'40{{"token":"{school.cast.token("dewit")}"}}')
    assert await connect_error(wire) == {
        "code": "forbidden",
        "message": EN["forbidden"],
    }


async def test_the_connection_too_many_is_refused_in_words(
    open_school: OpenSchool, wire_to: OpenWire
) -> None:
    school = await open_school(connections=20)
    wires = [await wire_to(school, "fatima") for _ in range(20)]
    one_more = await wire_to(school)
    await one_more.send(f'40{{"token":"{school.cast.token("fatima")}"}}')
    error = await connect_error(one_more)
    assert (error["code"], error["retry_after"]) == ("rate_limited", 60)
    assert error["message"] == EN["rate_limited"]
    await wire_to(school, "youssef")
    await wires[0].leave()

    async def there_is_room() -> bool:
        return len(school.hekje.dispatch.connections) == 20  # nineteen of hers, and Youssef's

    await eventually(there_is_room)
    await one_more.connect(school.cast.token("fatima"))


async def test_of_many_who_connect_at_once_no_more_get_in_than_may(
    open_school: OpenSchool, wire_to: OpenWire
) -> None:
    school = await open_school(connections=5)
    wires = [await wire_to(school) for _ in range(30)]
    await asyncio.gather(
        *(wire.send(f'40{{"token":"{school.cast.token("fatima")}"}}') for wire in wires)
    )
    answers = [(await wire.hears("4"))[:2] for wire in wires]
    assert answers.count("40") == 5
    assert answers.count("44") == 25
    assert len(school.hekje.dispatch.connections) == 5


async def connect_error(wire: Wire) -> dict[str, Any]:
    """The data of the refusal; its message stands outside as well, for clients show that."""
    text = await wire.hears("44")
    told = json.loads(text[text.index("{") :])
    assert told["message"] == told["data"]["message"]
    return dict(told["data"])
