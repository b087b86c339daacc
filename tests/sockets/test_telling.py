"""Who is told, who is not, and that there is an answer whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import WSCloseCode
from msgspec.structs import replace

from server.connections import Connection
from server.decision import Decision
from server.dispatch import Asker
from server.frames import websocket_text
from server.handlers import EVENTS, Entry
from server.line import Line
from server.publish import publish
from server.school.accounts import RightsChanged, SessionsEnded
from server.school.conversations import MessagePosted
from server.turn import Turn
from storage.schema import Account, Conversation, Message, Session
from storage.schema import School as SchoolRecord
from storage.writes import Replace
from tests.conftest import School
from tests.sockets.conftest import EN, OpenWire
from tests.sockets.test_order import conversation_of
from tests.sockets.wire import Wire


async def heard_until_now(wire: Wire) -> list[str]:
    """The pushes so far: an answer comes after whatever was pushed before it."""
    await wire.ask("message.history", {"conversation_id": "nothing"}, 99)
    return [text for text in wire.heard if text.startswith("42")]


async def write(wire: Wire, conversation_id: str, key: str = "k") -> dict[str, Any]:
    payload = {"conversation_id": conversation_id, "key": key, "text": "Goedemorgen"}
    answer = await wire.ask("message.send", payload)
    assert answer["ok"] is True
    return dict(answer["message"])


async def test_telling_nobody_tells_nobody(school: School, open_wire: OpenWire) -> None:
    joost, carla = await open_wire("joost"), await open_wire("carla")
    fatima = await open_wire("fatima")
    conversation_id = await conversation_of(fatima, school)
    message_id = (await write(fatima, conversation_id))["id"]
    conversation = await school.store.get(Conversation, conversation_id)
    message = await school.store.get(Message, message_id)
    assert conversation is not None
    assert message is not None
    dispatch = school.hekje.dispatch
    turn = dispatch.turn(Asker())
    (hers,) = dispatch.connections.of(school.cast.account("fatima"))
    await publish(turn, dispatch.connections, MessagePosted(conversation, message), hers)
    for nobody in (RightsChanged(()), SessionsEnded("nobody", frozenset({"x"}))):
        await publish(turn, dispatch.connections, nobody, None)
    for wire in (joost, carla, fatima):
        assert await heard_until_now(wire) == []
    await publish(turn, dispatch.connections, MessagePosted(conversation, message), None)
    assert len(await heard_until_now(fatima)) == 1


async def test_what_all_see_alike_is_encoded_once(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatima, phone = await open_wire("fatima"), await open_wire("fatima")
    team = [await open_wire(name) for name in ("anna", "anna", "anna", "bram")]
    conversation_id = await conversation_of(fatima, school)
    written: list[bytes] = []
    whole = Line.write

    def write_and_note(line: Line, frame: bytes) -> None:
        written.append(frame)
        whole(line, frame)

    monkeypatch.setattr(Line, "write", write_and_note)
    await write(fatima, conversation_id)
    for wire in (*team, phone):
        await wire.hears('42["message.posted"')
    pushed = [frame for frame in written if b"message.posted" in frame]
    assert len(pushed) == 5
    assert len({id(frame) for frame in pushed}) == 2, "one with the author's key, one without"


@pytest.mark.parametrize(
    "reply", [RuntimeError("broken"), object(), {"text": "\ud800"}], ids=["raises", "odd", "half"]
)
async def test_a_request_that_goes_wrong_inside_is_answered_and_the_next_one_too(
    open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch, fault: None, reply: object
) -> None:
    async def go_wrong(turn: Turn, request: Any) -> Decision:
        if isinstance(reply, Exception):
            raise reply
        return Decision(reply)

    usual = EVENTS["message.typing"]
    broken = Entry(go_wrong, usual.request, usual.answer, usual.roles)
    monkeypatch.setitem(EVENTS, "message.typing", broken)
    fatima = await open_wire("fatima")
    await fatima.send(
        '421["message.typing",{"conversation_id":"x"}]',
        '42["message.typing",{"conversation_id":"x"}]',
        '422["session.list",{}]',
    )
    assert (await fatima.answer(1))["error"] == {
        "code": "unavailable",
        "message": EN["unavailable"],
    }
    assert (await fatima.answer(2))["ok"] is True


async def test_nothing_is_pushed_before_connect_is_answered(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = school.hekje.dispatch.connections
    whole = connections.add

    def add_and_push(connection: Connection) -> None:
        whole(connection)
        connection.push(b"\x81\x0242")

    monkeypatch.setattr(connections, "add", add_and_push)
    fatima = await open_wire("fatima")
    assert [text[:2] for text in fatima.heard] == ["0{", "40"]
    (connection,) = connections
    connection.push(b"\x81\x0242")
    assert await fatima.hears("42") == "42"


async def test_who_owes_a_second_factor_is_told_nothing(
    school: School, open_wire: OpenWire
) -> None:
    record = await school.store.get(SchoolRecord, school.cast.school_id)
    assert record is not None
    await school.store.commit([Replace(replace(record, second_factor=("teacher",)))])
    for name, shown in (("anna", False), ("bram", True)):
        await shows_second_factor(school, name, shown)
    fatima, anna, bram = [await open_wire(name) for name in ("fatima", "anna", "bram")]
    conversation_id = await conversation_of(fatima, school)
    await write(fatima, conversation_id)
    await bram.hears('42["message.posted"')
    assert (await anna.ask("session.start", {}))["error"]["code"] == "code_setup_required"
    assert await heard_until_now(anna) == []
    await shows_second_factor(school, "anna", True)
    assert (await anna.ask("session.start", {}))["ok"] is True
    await write(fatima, conversation_id, "another")
    await anna.hears('42["message.posted"')


async def shows_second_factor(school: School, name: str, shown: bool) -> None:
    session = await school.store.get(Session, school.cast.session(name))
    assert session is not None
    await school.store.commit([Replace(replace(session, second_factor=shown))])


async def test_the_language_follows_the_account_on_other_devices_too(
    school: School, open_wire: OpenWire
) -> None:
    phone, laptop = await open_wire("fatima"), await open_wire("fatima")
    assert (await phone.ask("account.update", {"locale": "nl"}))["ok"] is True
    await laptop.hears('42["session.changed"')
    assert (await laptop.ask("session.start", {}))["account"]["locale"] == "nl"
    error = (await laptop.ask("nope", {}))["error"]
    assert error["message"] != EN["not_found"]
    account = await school.store.get(Account, school.cast.account("fatima"))
    assert account is not None
    assert account.locale == "nl"


async def test_what_is_told_in_one_moment_is_written_in_one_go(
    school: School, open_wire: OpenWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bram = await open_wire("anna"), await open_wire("bram")
    written: list[int] = []
    flush = Line.flush

    def noted(line: Line) -> None:
        written.append(len(line._frames))
        flush(line)

    monkeypatch.setattr(Line, "flush", noted)
    told = [f'42["told",{number}]' for number in range(5)]
    connections = list(school.hekje.dispatch.connections)
    for text in told:
        for connection in connections:
            connection.push(websocket_text(text.encode()))
    assert written == [], "whoever tells does not wait for the network"
    assert await heard_until_now(anna) == await heard_until_now(bram) == told
    assert written[:2] == [5, 5]


async def test_what_was_told_before_a_connection_is_closed_still_arrives(
    school: School, open_wire: OpenWire
) -> None:
    anna = await open_wire("anna")
    (connection,) = school.hekje.dispatch.connections
    connection.push(websocket_text(b'42["told",1]'))
    connection.end()
    assert await anna.hears("42") == '42["told",1]'
    assert await anna.closed() == WSCloseCode.POLICY_VIOLATION


async def test_one_who_cannot_be_written_to_keeps_nothing_from_others(
    school: School,
    open_wire: OpenWire,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    anna, _ = await open_wire("anna"), await open_wire("bram")
    of_anna, of_bram = (
        next(iter(school.hekje.dispatch.connections.of(school.cast.account(name))))
        for name in ("anna", "bram")
    )
    flush = Line.flush

    def failing(line: Line) -> None:
        if line is getattr(of_bram, "_line"):  # noqa: B009 -- a Connection shows none
            raise RuntimeError("the transport is gone")
        flush(line)

    monkeypatch.setattr(Line, "flush", failing)
    for connection in (of_bram, of_anna):
        connection.push(websocket_text(b'42["told",1]'))
    assert await heard_until_now(anna) == ['42["told",1]']
    monkeypatch.undo()
    assert "something could not be sent" in caplog.text
    caplog.clear()
