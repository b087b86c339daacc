"""Each push replayed on what a client had equals a fresh fetch, on every device of everybody."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.stories.replica import Replica, history
from tests.stories.town import Town

NAMES = ("fatima", "youssef", "joost", "anna", "bram")
TEACHERS = ("anna", "bram")
ROUNDS = 14


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_told_adds_up_to_what_is(school: Town, seed: int) -> None:
    chance = random.Random(seed)
    devices = {name: [await _device(school, name) for _ in range(2)] for name in NAMES}
    away = {name: await _device(school, name) for name in NAMES}
    for number in range(ROUNDS):
        if number == ROUNDS // 3:
            for device in away.values():
                await device.person.settled()
                device.catch_up()
                await device.person.leave()
        acts = [
            _act(school, chance, chance.choice(devices[name]), name, f"{number} {n}")
            for n, name in enumerate(chance.sample([*NAMES, *NAMES], 6))
        ]
        await asyncio.gather(*acts)
    for name in NAMES:
        for device in devices[name]:
            await device.person.settled()
            device.catch_up()
            await _equals_a_fresh_fetch(school, name, device)
        await away[name].come_back(await school.somebody(name))
        await _equals_a_fresh_fetch(school, name, away[name])
    assert sum(len(kept) for kept in devices["anna"][0].messages.values()) > ROUNDS


async def test_the_replica_would_notice_a_push_that_failed_to_come(school: Town) -> None:
    fatima, anna = await _device(school, "fatima"), await _device(school, "anna")
    id = (await _open(school, fatima, "sami"))["conversation"]["id"]
    await fatima.ask("message.send", conversation_id=id, key="1", text="Hallo")
    await anna.person.settled()
    anna.person.told.pop()
    anna.catch_up()
    with pytest.raises(AssertionError):
        await _equals_a_fresh_fetch(school, "anna", anna)


async def _device(school: Town, name: str) -> Replica:
    person = await school.somebody(name)
    return Replica(person, await person.ok("session.start"))


async def _equals_a_fresh_fetch(school: Town, name: str, device: Replica) -> None:
    fresh = await school.somebody(name)
    started = await fresh.ok("session.start")
    assert device.conversations == {c["id"]: c for c in started["conversations"]}
    for id, conversation in device.conversations.items():
        kept = device.messages.get(id, {})
        assert sorted(kept) == list(range(1, conversation["last_seq"] + 1))
        assert kept == await history(fresh, id)
    await fresh.leave()
    school.people.remove(fresh)


async def _act(school: Town, chance: random.Random, device: Replica, name: str, key: str) -> None:
    """Something that this person may do, chosen by chance; a refusal is fine too."""
    known = sorted(device.conversations)
    deed = chance.choice(["open", "send", "send", "send", "edit", "withdraw", "read", "take"])
    if not known or deed == "open":
        pupil = "lotte" if name == "joost" else chance.choice(["sami", "sami", "lotte"])
        await _open(school, device, pupil, together=chance.random() < 0.5)
        known = sorted(device.conversations) or [""]
    id = chance.choice(known)
    mine = [m for m in device.messages.get(id, {}).values() if "key" in m]
    if deed in ("edit", "withdraw") and mine:
        of: dict[str, Any] = {"message_id": chance.choice(mine)["id"]}
        more = {"text": f"verbeterd {key}"} if deed == "edit" else {}
        await device.ask(f"message.{deed}", **of, **more)
    elif deed == "read":
        await device.ask("message.read", conversation_id=id, seq=chance.randint(0, 12))
    elif deed == "take" and name in TEACHERS:
        event, field = chance.choice(
            [("conversation.take", "taken"), ("conversation.handle", "handled")]
        )
        await device.ask(event, conversation_id=id, **{field: chance.random() < 0.6})
    elif id:
        await device.ask("message.send", conversation_id=id, key=key, text=f"tekst {key}")


async def _open(
    school: Town, device: Replica, pupil: str, *, together: bool = False
) -> dict[str, Any]:
    cast = school.cast
    named = {"guardian_ids": [cast.fatima, cast.youssef]} if together and pupil == "sami" else {}
    return await device.ask(
        "conversation.open", class_id=cast.groep_3b, pupil_id=getattr(cast, pupil), **named
    )
