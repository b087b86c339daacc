"""What stands in a frame: whatever it is, it is answered or it counts, and nobody else notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.line import LARGEST_FRAME, MALFORMED_ALLOWED
from tests.conftest import School
from tests.sockets.conftest import EN, NL, SECRET, OpenWire
from tests.sockets.wire import BINARY, PING, TEXT, Wire, framed

NOTHING_TO_ANSWER = {
    "empty": "",
    "an unknown type": "9",
    "a letter": "x" + SECRET,
    "open": "0{}",
    "a probe": "2probe",
    "an unasked pong": "3",
    "upgrade": "5",
    "no packet": "4",
    "an unknown packet": "47",
    "no event": "42",
    "an object": '42{"text":"' + SECRET + '"}',
    "an empty array": "42[]",
    "a number for a name": "42[1]",
    "an object for a name": '42[{"a":1}]',
    "an array of null": "42[null]",
    "not JSON": "42" + SECRET,
    "cut off": '42["message.send",{"text":"' + SECRET,
    "a byte order mark": '42\ufeff["message.typing",{}]',
    "an id of 101 digits": "42" + "7" * 101 + '["message.typing",{}]',
    "an id in other digits": '42٣["message.typing",{}]',
    "a binary event": '451-["message.send",{"_placeholder":true,"num":0}]',
    "a binary event of very many parts": '4599999-["message.send",{}]',
    "a binary acknowledgement": '461-7[{"_placeholder":true,"num":0}]',
    "an unknown acknowledgement": '43999["' + SECRET + '"]',
    "a connect error": '44{"message":"' + SECRET + '"}',
    "an event elsewhere": '42/admin,["session.start",{}]',
    "leaving elsewhere": "41/admin,",
    "connect, twice": '40{"token":"nothing"}',
}

malformed = pytest.mark.parametrize("text", NOTHING_TO_ANSWER.values(), ids=list(NOTHING_TO_ANSWER))


async def goes_on(wire: Wire) -> None:
    """A proper request is answered."""
    assert (await wire.ask("message.typing", {"conversation_id": "none"}, 99))["ok"] is False
    assert (await wire.ask("session.start", {}, 100))["ok"] is True


@malformed
async def test_fewer_than_ten_malformed_frames_do_not_matter(
    open_wire: OpenWire, text: str
) -> None:
    fatima = await open_wire("fatima")
    await fatima.send(*[text] * (MALFORMED_ALLOWED - 1))
    await goes_on(fatima)
    assert [heard for heard in fatima.heard if heard[:2] == "43"] == [
        heard for heard in fatima.heard if heard.startswith(("4399[", "43100["))
    ]


@malformed
async def test_ten_malformed_frames_close_the_connection(open_wire: OpenWire, text: str) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send(*[text] * MALFORMED_ALLOWED)
    assert await fatima.closed() == 1008
    await goes_on(anna)


async def test_binary_frames_count_and_are_never_kept(open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    await fatima.send('451-["message.send",{"_placeholder":true,"num":0}]')
    await fatima.send_bytes(framed(SECRET.encode(), BINARY))
    await goes_on(fatima)
    for _ in range(MALFORMED_ALLOWED - 2):
        await fatima.send_bytes(framed(b"4" * 1000, BINARY))
    assert await fatima.closed() == 1008


async def test_a_binary_request_is_answered_too(open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    await fatima.send('451-7["message.send",{"_placeholder":true,"num":0}]')
    assert (await fatima.answer(7))["error"]["code"] == "invalid"
    await goes_on(fatima)


@pytest.mark.parametrize("name", ["connect", "disconnect", "__proto__", "toString", "nope", ""])
async def test_an_event_that_is_not_asked_for_here_is_not_found(
    school: School, open_wire: OpenWire, name: str
) -> None:
    fatima = await open_wire("fatima")
    forged = {"HTTP_ORIGIN": "x", "hekje.line": 1}
    for payload in (forged, school.cast.token("anna")):
        answer = await fatima.ask(name, payload, 3)
        assert answer["error"]["code"] == "not_found"
        assert answer["error"]["message"] == EN["not_found"]
    assert len(school.hekje.dispatch.connections) == 1
    await goes_on(fatima)


@pytest.mark.parametrize(
    "body",
    ["{}", "[]", "[1]", '"x"', "null", "", '["message.typing"]', '["message.typing",{},{}]',
     '["message.typing",[]]', '["message.typing",null]', '["message.typing",1,2,3]', "[[]]"],
)  # fmt: skip
async def test_a_request_that_is_not_a_name_and_an_object_is_invalid(
    open_wire: OpenWire, body: str
) -> None:
    fatima = await open_wire("fatima")
    await fatima.send("427" + body)
    assert (await fatima.answer(7))["error"] == {
        "code": "invalid",
        "message": EN["does_not_fit"],
        "field": "",
    }
    await goes_on(fatima)


async def test_an_id_of_twenty_digits_is_answered_and_half_an_id_is_not(
    open_wire: OpenWire,
) -> None:
    fatima = await open_wire("fatima")
    longest = 10**19 + 7
    assert (await fatima.ask("session.start", {}, longest))["ok"] is True
    await fatima.send(f'42{longest}1["session.start",{{}}]')
    await goes_on(fatima)
    assert not [heard for heard in fatima.heard if heard.startswith(f"43{longest}1")]


# --- Sizes ---------------------------------------------------------------------------------


def sized(size: int, letter: str = "x") -> str:
    """A request of just so many bytes, with a text of such letters."""
    empty = '427["message.search",{"text":""}]'
    room = size - len(empty)
    wide = len(letter.encode())
    text = letter * (room // wide) + "x" * (room % wide)
    return empty.replace('""', f'"{text}"')


@pytest.mark.parametrize("letter", ["x", "é", "€", "😀"])
async def test_a_frame_of_64_kib_is_taken_and_one_byte_more_is_too_large(
    open_wire: OpenWire, letter: str
) -> None:
    fatima = await open_wire("fatima")
    just, more = sized(LARGEST_FRAME, letter), sized(LARGEST_FRAME + 1, letter)
    assert len(just.encode()) == LARGEST_FRAME
    await fatima.send(just)
    assert (await fatima.answer(7))["error"]["field"] == "text"
    await fatima.send(more)
    assert (await fatima.answer(7))["error"] == {
        "code": "too_large",
        "message": EN["too_large"],
    }
    await goes_on(fatima)


async def test_a_frame_of_a_megabyte_is_not_even_read(open_wire: OpenWire) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send(sized(200_000))
    assert (await fatima.answer(7))["error"]["code"] == "too_large"
    await fatima.send(sized(1_000_000))
    assert await fatima.closed() in (1009, None)
    await goes_on(anna)


async def test_a_frame_in_pieces_is_put_together(open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    text = b'427["session.start",{}]'
    pieces = [framed(text[:3], TEXT, last=False)]
    pieces += [framed(text[at : at + 1], 0, last=False) for at in range(3, len(text) - 1)]
    pieces += [framed(b"zijn we er nog?", PING), framed(text[-1:], 0)]
    await fatima.send_bytes(b"".join(pieces))
    assert (await fatima.answer(7))["ok"] is True
    assert "pong zijn we er nog?" in fatima.heard


async def test_pieces_that_grow_too_large_together_are_not_read(open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    await fatima.send_bytes(framed(b"4" * 60_000, TEXT, last=False))
    await fatima.send_bytes(framed(b"4" * 60_000, 0, last=False) * 20)
    assert await fatima.closed() in (1009, None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (framed(b'42["\xff\xfe"]'), 1007),
        (framed(b'42["\xed\xa0\x80"]'), 1007),
        (framed(b"x", 3), 1002),
        (framed(b"x", 0), 1002),
        (b"\xc1\x82" + bytes(4) + b"42", 1002),
        (framed(b"x" * 126, PING), 1002),
    ],
    ids=[
        "bad UTF-8",
        "a surrogate",
        "an unknown kind",
        "a loose piece",
        "compressed",
        "a long ping",
    ],
)
async def test_what_is_no_websocket_closes_the_connection(
    open_wire: OpenWire, raw: bytes, code: int
) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send_bytes(raw)
    assert await fatima.closed() == code
    await goes_on(anna)


async def test_a_flood_of_pongs_ends_while_others_are_served(open_wire: OpenWire) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send(*["3"] * 50_000)
    await goes_on(anna)
    assert await fatima.closed() in (1008, None)


async def test_a_flood_of_pings_is_answered_while_others_are_served(open_wire: OpenWire) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    await fatima.send_bytes(framed(b"", PING) * 20_000)
    await goes_on(anna)
    await goes_on(fatima)
    assert fatima.heard.count("pong ") == 20_000


async def test_a_refusal_is_in_the_language_of_the_account_as_it_is_now(
    open_wire: OpenWire,
) -> None:
    fatima = await open_wire("fatima")
    assert (await fatima.ask("nope", {}))["error"]["message"] == EN["not_found"]
    answer: dict[str, Any] = await fatima.ask("account.update", {"locale": "nl"})
    assert answer["account"]["locale"] == "nl"
    assert (await fatima.ask("nope", {}))["error"]["message"] == NL["not_found"]
    await fatima.send("427" + json.dumps([1]))
    assert (await fatima.answer(7))["error"]["message"] == NL["does_not_fit"]
