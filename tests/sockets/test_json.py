"""JSON as nobody should send it: refused before it is kept, while plain odd text is taken."""

from __future__ import annotations

import json

import pytest

from tests.conftest import School
from tests.sockets.conftest import EN, SECRET, OpenWire
from tests.sockets.wire import Wire

PAYLOAD = '{"conversation_id":"C","key":"K","text":"T"}'

NOT_STRICT = {
    "NaN": '{"conversation_id":"C","key":"K","text":NaN}',
    "infinity": '{"conversation_id":"C","key":"K","text":Infinity}',
    "minus infinity": '{"conversation_id":"C","key":-Infinity,"text":"T"}',
    "1e999": '{"conversation_id":"C","key":"K","text":1e999}',
    "an integer of 5,000 digits": '{"conversation_id":"C","key":' + "9" * 5000 + ',"text":"T"}',
    "a key twice": '{"conversation_id":"C","key":"K","key":"K","text":"' + SECRET + '"}',
    "a key twice, once escaped": '{"conversation_id":"C","key":"K","k\\u0065y":"K","text":"T"}',
    "a key twice, inside": '{"conversation_id":{"$ne":1,"$ne":2},"key":"K","text":"T"}',
    "half a character": '{"conversation_id":"C","key":"K","text":"\\ud800"}',
    "the other half": '{"conversation_id":"C","key":"K","text":"a\\udc00b"}',
    "halves turned round": '{"conversation_id":"C","key":"K","text":"\\ude00\\ud83d"}',
    "half a character in a key": '{"conversation_id":"C","key":"K","text":"T","\\ud800":1}',
    "half a character inside": '{"conversation_id":"C","key":"K","text":[{"a":["\\udfff"]}]}',
    "NUL": '{"conversation_id":"C","key":"K","text":"a\\u0000b"}',
    "NUL in a key": '{"conversation_id":"C","key":"K","text":"T","\\u0000":1}',
    "NUL itself": '{"conversation_id":"C","key":"K","text":"a\0b"}',
    "a line end itself": '{"conversation_id":"C","key":"K","text":"a\nb"}',
    "a byte order mark": "\ufeff" + PAYLOAD,
    "single quotes": PAYLOAD.replace('"', "'"),
    "a comma too many": PAYLOAD.replace("}", ",}"),
    "a comment": PAYLOAD + "/* " + SECRET + " */",
    "a number with a plus": '{"conversation_id":"C","key":+1,"text":"T"}',
    "a hexadecimal number": '{"conversation_id":"C","key":0x10,"text":"T"}',
    "other digits": '{"conversation_id":"C","key":٣,"text":"T"}',
}


@pytest.mark.parametrize("payload", NOT_STRICT.values(), ids=list(NOT_STRICT))
async def test_what_is_not_strict_json_is_invalid(open_wire: OpenWire, payload: str) -> None:
    fatima = await open_wire("fatima")
    await fatima.send(f'427["message.send",{payload}]')
    assert (await fatima.answer(7))["error"] == {
        "code": "invalid",
        "message": EN["does_not_fit"],
        "field": "",
    }
    await fatima.send(f'428["message.send",{PAYLOAD}]')
    assert (await fatima.answer(8))["error"]["code"] == "not_found"


@pytest.mark.parametrize("depth", [5, 900, 990, 5_000, 32_000])
@pytest.mark.parametrize(
    ("open_", "close"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"]
)
async def test_depth_is_invalid_and_nothing_worse(
    open_wire: OpenWire, open_: str, close: str, depth: int
) -> None:
    fatima = await open_wire("fatima")
    depth = min(depth, 65_000 // len(open_ + close))
    for innermost in ("1", '"\\u0041"'):
        nested = open_ * depth + innermost + close * depth
        await fatima.send(f'427["session.start",{{"since":{nested}}}]')
        error = (await fatima.answer(7))["error"]
        assert (error["code"], error["field"].partition("[")[0]) in (
            ("invalid", ""), ("invalid", "since"),
        )  # fmt: skip
    await still_there(fatima)


async def test_no_depth_gets_between_the_limits_of_reading_and_of_looking(
    open_wire: OpenWire,
) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    for depth in range(900, 1010):
        if depth % 9 == 0:
            fatima = await open_wire("fatima")
        nested = "[" * depth + '"\\u0041"' + "]" * depth
        await fatima.send(f"427{nested}")
        assert (await fatima.answer(7))["error"]["code"] == "invalid"
    await still_there(anna)


async def test_very_many_keys_and_half_open_brackets_are_refused(open_wire: OpenWire) -> None:
    fatima = await open_wire("fatima")
    keys = ",".join(f'"{number}":1' for number in range(6_000))
    await fatima.send(f'427["session.start",{{"since":{{{keys}}}}}]')
    assert (await fatima.answer(7))["error"]["field"] == "since"
    await fatima.send("428" + "[" * 65_000, "429" + '{"":' * 16_000)
    assert (await fatima.answer(8))["error"]["code"] == "invalid"
    assert (await fatima.answer(9))["error"]["code"] == "invalid"
    await still_there(fatima)


async def test_odd_but_proper_text_arrives_as_it_was_written(
    school: School, open_wire: OpenWire
) -> None:
    fatima, anna = await open_wire("fatima"), await open_wire("anna")
    opened = await fatima.ask(
        "conversation.open", {"class_id": school.cast.groep_3b, "pupil_id": school.cast.sami}
    )
    texts = ["é \\ud83d\\ude00 \\u0131İ", "שלום \\u202e", "__proto__", '{\\"$ne\\":null}', "-0"]
    for number, escaped in enumerate(texts):
        payload = json.dumps({"conversation_id": opened["conversation"]["id"], "key": str(number)})
        await fatima.send(f'42{number}["message.send",{payload[:-1]},"text":"{escaped}"}}]')
        assert (await fatima.answer(number))["message"]["text"] == json.loads(f'"{escaped}"')
        pushed = json.loads((await anna.hears('42["message.posted"'))[2:])
        assert pushed[1]["message"]["text"] == json.loads(f'"{escaped}"')


async def still_there(wire: Wire) -> None:
    assert (await wire.ask("session.start", {}, 99))["ok"] is True
