"""Connections whose rights or session end while they are open; those of others go on."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from server.watch import Watch
from storage import ids
from storage.schema import Guardianship, Role, TeamMember
from storage.schema import School as SchoolRecord
from storage.writes import Delete, Replace, Write
from tests.conftest import School
from tests.sockets.conftest import OpenWire
from tests.sockets.test_order import Gatekeeper, conversation_of, gatekeeper
from tests.sockets.test_telling import heard_until_now, write
from tests.sockets.wire import Wire
from tests.storage.waiting import eventually

__all__ = ["gatekeeper"]

SOON = 3.0
"""A second until the look, and what a busy machine adds."""
CHANGED = '42["session.changed"'


LookedAt = Callable[[], Awaitable[object]]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> LookedAt:
    """Waits until the watch knows everybody who is connected: newcomers it looks at anyway."""
    looks = 0
    whole = Watch.look

    async def look_and_count(watch: Watch) -> None:
        nonlocal looks
        await whole(watch)
        looks += 1

    async def wait_for_two() -> object:
        goal = looks + 2

        async def reached() -> bool:
            return looks >= goal

        return await eventually(reached)

    monkeypatch.setattr(Watch, "look", look_and_count)
    return wait_for_two


async def change(school: School, *writes: Write) -> None:
    """As whoever changes the roster does: its School goes along."""
    record = await school.store.get(SchoolRecord, school.cast.school_id)
    assert record is not None
    await school.store.commit([Replace(record), *writes])


async def tie(school: School, pupil: str, guardian: str) -> Guardianship:
    pair = ids.pair(getattr(school.cast, pupil), getattr(school.cast, guardian))
    found = await school.store.get(Guardianship, pair)
    assert found is not None
    return found


# --- Sessions ------------------------------------------------------------------------------


async def test_an_ended_session_is_closed_at_once_and_others_are_not(
    school: School, open_wire: OpenWire
) -> None:
    phone, laptop = await open_wire("fatima"), await open_wire("fatima")
    youssef = await open_wire("youssef")
    ended = {"session_id": school.cast.session("fatima")}
    began = time.monotonic()
    assert (await phone.ask("session.end", ended))["ok"] is True
    assert await phone.closed() == 1008
    assert await laptop.closed() == 1008
    assert time.monotonic() - began < 1
    assert (await youssef.ask("session.start", {}))["ok"] is True


async def test_what_an_ended_session_still_had_to_ask_is_not_carried_out(
    school: School, open_wire: OpenWire, gatekeeper: Gatekeeper
) -> None:
    phone, laptop = await open_wire("fatima"), await open_wire("fatima")
    conversation_id = await conversation_of(phone, school)
    payload = {"conversation_id": conversation_id, "key": "k", "text": "nog even"}
    late = "422" + json.dumps(["message.send", payload])
    await laptop.send('421["message.typing",{"conversation_id":"x"}]', late)
    await gatekeeper.reached.wait()
    ended = {"session_id": school.cast.session("fatima")}
    assert (await phone.ask("session.end", ended))["ok"] is True
    assert await laptop.closed() == 1008
    gatekeeper.open.set()
    anna = await open_wire("anna")
    history = await anna.ask("message.history", {"conversation_id": conversation_id})
    assert not history.get("messages")
    assert not [heard for heard in laptop.heard if heard.startswith("43")]


# --- Rights --------------------------------------------------------------------------------


async def test_who_loses_the_last_role_is_closed_and_hears_nothing_until_then(
    school: School, open_wire: OpenWire, looked_at: LookedAt
) -> None:
    names = ("fatima", "youssef", "anna", "bram", "joost", "carla", "dewit")
    wires = {name: await open_wire(name) for name in names}
    conversation_id = await conversation_of(wires["fatima"], school)
    await write(wires["fatima"], conversation_id)
    for name in ("anna", "bram"):
        await wires[name].hears('42["message.posted"')
    before = {name: len(await heard_until_now(wires[name])) for name in names}
    await looked_at()
    await change(school, Delete(await tie(school, "sami", "fatima")))
    began = time.monotonic()
    assert (await wires["fatima"].ask("session.start", {}))["ok"] in (True, False)
    history = await wires["fatima"].ask("message.history", {"conversation_id": conversation_id})
    assert history["error"]["code"] in ("not_found", "forbidden")
    answer = await wires["anna"].ask("message.send", message(conversation_id, "Nog een bericht"))
    assert answer["ok"] or answer["error"]["code"] == "read_only"
    assert await wires["fatima"].closed() == 1008
    assert time.monotonic() - began < SOON
    assert not [text for text in wires["fatima"].heard[before["fatima"] :] if "Nog een" in text]
    for name in ("anna", "bram"):
        await wires[name].hears(CHANGED)
    for name in ("joost", "carla", "dewit"):
        assert len(await heard_until_now(wires[name])) == before[name], name


async def test_a_teacher_who_leaves_the_team_hears_nothing_more_from_that_moment(
    school: School, open_wire: OpenWire
) -> None:
    wires = {name: await open_wire(name) for name in ("fatima", "anna", "bram", "carla")}
    conversation_id = await conversation_of(wires["fatima"], school)
    await write(wires["fatima"], conversation_id)
    await wires["bram"].hears('42["message.posted"')
    membership = ids.pair(school.cast.groep_3b, school.cast.bram)
    member = await school.store.get(TeamMember, membership)
    assert member is not None
    await change(school, Delete(member))
    await write(wires["fatima"], conversation_id, "later")
    await wires["anna"].hears('42["message.posted"')
    await wires["bram"].hears(CHANGED)
    posted = [text for text in wires["bram"].heard if "message.posted" in text]
    assert len(posted) == 1
    await wires["fatima"].hears(CHANGED)
    assert not [text for text in await heard_until_now(wires["carla"]) if CHANGED in text]


async def test_another_process_takes_a_role_away(school: School, open_wire: OpenWire) -> None:
    dewit, anna = await open_wire("dewit"), await open_wire("anna")
    command = (
        "import asyncio, sys; from pathlib import Path\n"
        "from storage.sqlite import open_sqlite\n"
        "from storage.schema import Role, School\n"
        "from storage.writes import Delete, Replace\n"
        "async def main(path, school_id, role_id):\n"
        "    store = await open_sqlite(Path(path))\n"
        "    role, school = await store.get(Role, role_id), await store.get(School, school_id)\n"
        "    await store.commit([Replace(school), Delete(role)])\n"
        "    await store.close()\n"
        "asyncio.run(main(*sys.argv[1:]))\n"
    )
    path = school.hekje.settings.database.removeprefix("sqlite:///")
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, path, school.cast.school_id, school.cast.dewit
    )
    assert await other.wait() == 0
    began = time.monotonic()
    assert await school.store.get(Role, school.cast.dewit) is None
    assert await dewit.closed() == 1008
    assert time.monotonic() - began < SOON
    assert (await anna.ask("session.start", {}))["ok"] is True


async def test_who_may_not_be_contacted_any_more_is_news_to_those_who_saw_them(
    school: School, open_wire: OpenWire, looked_at: LookedAt
) -> None:
    wires: dict[str, Wire] = {
        name: await open_wire(name) for name in ("fatima", "anna", "carla", "joost")
    }
    await looked_at()
    joint = await tie(school, "sami", "youssef")
    await change(school, Replace(replace(joint, may_contact=False)))
    for name in ("fatima", "anna"):
        await wires[name].hears(CHANGED)
    for name in ("carla", "joost"):
        assert await heard_until_now(wires[name]) == []


def message(conversation_id: str, text: str) -> dict[str, Any]:
    return {"conversation_id": conversation_id, "key": text, "text": text}
