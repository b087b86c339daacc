"""From a parent who writes to a phone that rings, through a served school and a push service that decrypts.

The worker looks for nothing by itself here: what is due now goes out because the bell was rung.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from server.notify import worker
from tests.handlers.visitors import Visitor
from tests.notify.evening import DIGEST, IN_HOURS, MONDAY_NIGHT
from tests.notify.mailbag import Clock
from tests.push.conftest import OpenHouse
from tests.push.day import Day
from tests.push.service import PushService, signed_claims, status

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
async def day(
    open_house: OpenHouse, clock: Clock, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> Day:
    monkeypatch.setattr(worker, "LOOK_SECONDS", 3600)
    clock.at = IN_HOURS
    house = await open_house()
    await house.hekje.start()
    return Day(house, clock, service)


async def test_in_annas_hours_a_message_is_a_push_at_once_and_no_e_mail(day: Day) -> None:
    anna, phone = await day.with_phone("anna")
    _, laptop = await day.with_phone("anna", "laptop")
    await day.speaks_dutch("anna")
    fatima = await day.house.somebody("fatima")
    conversation = await day.opens(fatima)
    await day.writes(fatima, conversation, "Sami heeft koorts en blijft thuis")
    await day.service.until_came(2)
    for device in (phone, laptop):
        (said,) = day.service.read(device)
        assert said["conversation_id"] == said["tag"] == conversation
        assert said["text"] == "Nieuw bericht in Hekje"
        for word in ("Sami", "Fatima", "Amrani", "koorts", "3B", "Anna"):
            assert word not in str(said)
    started = await anna.ok("session.start", since={})
    signed = day.service.came[0].headers["Authorization"]
    assert signed_claims(signed, started["push_key"], day.clock.at), (
        "it is the key they subscribed with"
    )
    await day.until_waiting("anna", "email", 0)
    day.becomes(DIGEST)
    await day.until_mailed("bram")  # who has no phone here
    assert len(day.service.came) == 2


async def test_fatima_hears_of_the_answer_at_once_and_of_her_own_message_never(day: Day) -> None:
    fatima, phone = await day.with_phone("fatima")
    anna, _ = await day.with_phone("anna")
    conversation = await day.opens(fatima)
    await day.writes(fatima, conversation)
    await day.service.until_came(1)
    await day.writes(anna, conversation, "Beterschap!")
    await day.service.until_came(2)
    assert [sent.path for sent in day.service.came] == ["/anna", "/fatima"]
    assert day.service.read(phone)[0]["conversation_id"] == conversation


async def test_a_phone_that_does_not_answer_keeps_nobody_waiting(day: Day) -> None:
    """Not a colleague, not the next message, and not whoever is mailed."""
    answered = asyncio.Event()

    async def hangs(request: web.Request) -> web.StreamResponse:
        await answered.wait()
        return web.Response(status=201)

    await day.with_phone("anna")
    await day.with_phone("bram")
    day.service.says("anna", hangs)
    fatima = await day.house.somebody("fatima")
    conversation = await day.opens(fatima)
    await day.writes(fatima, conversation)
    await day.service.until_came(2)
    await day.writes(fatima, conversation)
    await day.service.until_came(4)
    await day.until_waiting("bram", "email", 0)
    assert len(day.service.at("bram")) == 2
    day.becomes(DIGEST)
    await day.until_mailed("anna")
    answered.set()


async def test_who_has_the_conversation_open_needs_no_push(day: Day) -> None:
    """On any device; who looked and did not read has it in the digest."""
    anna, _ = await day.with_phone("anna")
    await day.with_phone("bram")
    laptop = await day.house.somebody("anna")
    fatima = await day.house.somebody("fatima")
    conversation = await day.opens(fatima)
    await day.writes(fatima, conversation)
    await day.service.until_came(2)
    await laptop.ok("device.focus", conversation_id=conversation)
    await day.writes(fatima, conversation)
    await day.service.until_came(3)
    await day.until_waiting("anna", "email", 1)
    assert [sent.path for sent in day.service.came[2:]] == ["/bram"]
    await laptop.ok("device.focus", conversation_id=None)
    await day.writes(fatima, conversation)
    await day.service.until_came(5)
    assert sorted(sent.path for sent in day.service.came[3:]) == ["/anna", "/bram"]
    await laptop.ok("device.focus", conversation_id=conversation)
    await anna.ok("message.read", conversation_id=conversation, seq=1)
    await day.until_waiting("anna", "email", 1)
    await day.until_waiting("bram", "email", 0)
    day.becomes(DIGEST)
    await day.until_mailed("anna")
    (letter,) = day.mail()
    assert "1 unread message" in str(letter["Subject"]), "the one for which no phone rang"


async def test_what_no_device_took_is_in_the_first_digest_after(day: Day) -> None:
    await day.with_phone("anna")
    await day.with_phone("bram")
    day.service.says("anna", status(500))
    fatima = await day.house.somebody("fatima")
    await day.writes(fatima, await day.opens(fatima))
    await day.service.until_came(2)
    await day.until_waiting("anna", "email", 1)
    await day.until_waiting("bram", "email", 0)
    assert day.mail() == []
    day.becomes(DIGEST - timedelta(seconds=1))
    day.becomes(DIGEST)
    await day.until_mailed("anna")


@pytest.mark.parametrize(
    "at", [MONDAY_NIGHT, datetime(2026, 11, 28, 10, tzinfo=MONDAY_NIGHT.tzinfo)]
)
async def test_outside_of_their_hours_no_teachers_phone_makes_a_sound(
    day: Day, at: datetime
) -> None:
    day.clock.at = at
    await day.with_phone("anna")
    fatima, youssef = await day.house.somebody("fatima"), await day.with_phone("youssef")
    cast = day.house.cast
    opened = await fatima.ok(
        "conversation.open", class_id=cast.groep_3b, pupil_id=cast.sami,
        guardian_ids=[cast.fatima, cast.youssef],
    )  # fmt: skip
    await day.writes(fatima, opened["conversation"]["id"])
    await day.service.until_came(1)
    assert day.service.read(youssef[1]), (
        "who reads along with her hears of it, a parent has no hours"
    )
    await day.until_waiting("anna", "email", 1)
    assert [sent.path for sent in day.service.came] == ["/youssef"]


async def test_whoever_logs_out_or_hands_a_device_over_gets_no_pushes_there(day: Day) -> None:
    anna, tablet = await day.with_phone("anna", "tablet")
    await day.with_phone("bram")
    fatima = await day.house.somebody("fatima")
    conversation = await day.opens(fatima)
    await fatima.ok("device.subscribe", subscription=tablet.subscription)
    await day.writes(fatima, conversation)
    await day.service.until_came(1)
    await day.until_waiting("anna", "email", 1)
    await anna.ok("device.subscribe", subscription=tablet.subscription)
    async with Visitor(day.house.url, token=day.house.cast.token("anna")) as browser:
        assert (await browser.post("/api/logout")).status == 204
    await day.writes(fatima, conversation)
    await day.service.until_came(2)
    await day.until_waiting("anna", "email", 2)
    assert [sent.path for sent in day.service.came] == ["/bram", "/bram"]
    await day.until_forgotten("anna")


async def test_a_device_that_is_gone_is_forgotten_and_its_owner_mailed(day: Day) -> None:
    await day.with_phone("anna")
    day.service.says("anna", status(410))
    fatima = await day.house.somebody("fatima")
    await day.writes(fatima, await day.opens(fatima))
    await day.service.until_came(1)
    await day.until_waiting("anna", "email", 1)
    await day.until_forgotten("anna")
    day.becomes(DIGEST)
    await day.until_mailed("anna", "bram")
