"""What reaches a device, what a push service sees of it, and what becomes of a push that is not taken."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace as another
from datetime import timedelta
from email.utils import format_datetime

import http_ece
import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from msgspec.structs import replace

from server.notify import push as sender
from server.notify.push import Push, topic
from server.notify.push_keys import PushKeys
from server.school.subscriptions import MOST_DEVICES, id_of
from storage.schema import SUBSCRIPTIONS_OF_ACCOUNT, PushSubscription, Session
from storage.store import Store
from storage.writes import Replace
from tests.cast import REGENBOOG
from tests.notify.mailbag import Clock
from tests.push.conftest import KEYS, NEWS, Certificate, subscribe
from tests.push.service import Device, PushService, signed_claims, status, unbase64url
from tests.servers import free_port

ANNA = REGENBOOG.account("anna")
BRAM = REGENBOOG.account("bram")


async def devices(store: Store, account_id: str = ANNA) -> set[str]:
    found = await store.find(SUBSCRIPTIONS_OF_ACCOUNT, account_id, limit=100)
    return {one.endpoint for one in found}


# --- What is said --------------------------------------------------------------------------


async def test_a_push_says_that_there_is_news_and_where_and_nothing_else(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    phone, laptop, other = service.device("phone"), service.device("laptop"), service.device("bram")
    await subscribe(store, clock, "anna", phone, laptop)
    await subscribe(store, clock, "bram", other)
    assert await push.send(ANNA, NEWS)
    said = {
        "kind": "message",
        "conversation_id": "regenboog.gesprek",
        "tag": "regenboog.gesprek",
        "locale": "nl",
        "text": "Nieuw bericht in Hekje",
    }
    assert service.read(phone) == [said]
    assert service.read(laptop) == [said]
    assert service.read(other) == []
    (sent,) = service.at("phone")
    with pytest.raises(http_ece.ECEException):
        laptop.read(sent.body)


async def test_all_pushes_look_alike_from_outside(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    """Nobody between the server and the device can tell how long something is, or where it belongs."""
    phone = service.device("phone")
    await subscribe(store, clock, "anna", phone)
    longer = another(NEWS, conversation_id="regenboog.een-heel-ander-gesprek", tag="x", locale="en")
    urgent = another(NEWS, urgent=True)
    for note in (NEWS, longer, urgent):
        assert await push.send(ANNA, note)
    assert len({len(sent.body) for sent in service.came}) == 1
    for sent in service.came:
        assert sent.headers["Content-Encoding"] == "aes128gcm"
        assert sent.headers["TTL"] == str(24 * 60 * 60)
        seen = str(sent.headers).encode() + sent.body
        for name in ("regenboog", "gesprek", "Hekje-", "anna", "bericht"):
            assert name.encode() not in seen
    assert [sent.headers["Urgency"] for sent in service.came] == ["normal", "normal", "high"]
    assert [said["text"] for said in service.read(phone)][1:] == [
        "New message in Hekje", "Dringend bericht in Hekje",
    ]  # fmt: skip


async def test_what_waits_for_a_device_that_is_off_is_replaced_by_the_next_of_its_conversation(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    phone, laptop = service.device("phone"), service.device("laptop")
    await subscribe(store, clock, "anna", phone, laptop)
    other = another(NEWS, conversation_id="regenboog.ander", tag="regenboog.ander")
    for note in (NEWS, NEWS, other):
        await push.send(ANNA, note)
    first, second, third = [sent.headers["Topic"] for sent in service.at("phone")]
    assert first == second != third
    assert service.at("laptop")[0].headers["Topic"] not in (first, third), "nobody sees who shares"
    for name in (first, third):
        assert len(name) <= 32, "RFC 8030"
        unbase64url(name)


async def test_a_push_service_can_tell_who_sends(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    await subscribe(store, clock, "anna", service.device("phone"))
    await push.send(ANNA, NEWS)
    (sent,) = service.came
    claims = signed_claims(sent.headers["Authorization"], KEYS.public, clock.at)
    assert claims["aud"] == f"https://{service.host}"
    assert claims["sub"] == "https://hekje.regenboog.example"
    head, _, rest = sent.headers["Authorization"].partition(".")
    body, _, signature = rest.partition(".")
    forged = f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}"
    with pytest.raises((InvalidSignature, AssertionError, ValueError)):
        signed_claims(forged, KEYS.public, clock.at)


def test_a_signature_is_used_again_for_an_hour_and_for_one_push_service_alone() -> None:
    clock, keys = Clock(), PushKeys(b"a secret of sixteen", "https://hekje.example")
    first = keys.authorization("https://web.push.apple.com/one", clock.at)
    assert keys.authorization("https://web.push.apple.com/two", clock.at) == first
    other = keys.authorization("https://fcm.googleapis.com/one", clock.at)
    claims = [signed_claims(header, keys.public, clock.at) for header in (first, other)]
    assert [one["aud"] for one in claims] == [
        "https://web.push.apple.com", "https://fcm.googleapis.com",
    ]  # fmt: skip
    clock.at += timedelta(minutes=59)
    assert keys.authorization("https://web.push.apple.com/one", clock.at) == first
    clock.at += timedelta(minutes=1)
    later = keys.authorization("https://web.push.apple.com/one", clock.at)
    assert later != first
    assert signed_claims(later, keys.public, clock.at)["exp"] > claims[0]["exp"]


def test_every_process_with_the_secret_has_the_same_keys_and_no_other() -> None:
    contact = "mailto:beheer@regenboog.example"
    keys = [PushKeys(secret, contact) for secret in (b"the secret", b"the secret", b"another")]
    assert keys[0].public == keys[1].public != keys[2].public
    assert len(unbase64url(keys[0].public)) == 65


# --- What a push service answers -----------------------------------------------------------


@pytest.mark.parametrize(("code", "stays"), [(404, False), (410, False), (403, True), (400, True)])
async def test_a_device_that_is_gone_is_forgotten(
    push: Push, store: Store, service: PushService, clock: Clock, code: int, stays: bool
) -> None:
    gone, phone = service.device("gone"), service.device("phone")
    await subscribe(store, clock, "anna", gone, phone)
    service.says("gone", status(code))
    assert await push.send(ANNA, NEWS), "the phone took it"
    assert await devices(store) == ({gone.endpoint} if stays else set()) | {phone.endpoint}
    service.says("phone", status(code))
    assert not await push.send(ANNA, NEWS)


async def test_a_device_subscribed_anew_meanwhile_is_not_forgotten(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    phone = service.device("phone")
    await subscribe(store, clock, "anna", phone)

    async def subscribed_anew(request: web.Request) -> web.StreamResponse:
        known = await store.get(PushSubscription, id_of(phone.endpoint))
        assert known
        await store.commit([Replace(known)])
        return web.Response(status=410)

    service.says("phone", subscribed_anew)
    assert not await push.send(ANNA, NEWS)
    assert await devices(store) == {phone.endpoint}


async def test_who_is_asked_to_wait_a_moment_waits_and_sends_again(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    phone = service.device("phone")
    await subscribe(store, clock, "anna", phone)
    service.says("phone", status(429, Retry_After="0"), status(201))
    assert await push.send(ANNA, NEWS)
    assert len(service.at("phone")) == 2
    assert len(service.read(phone)) == 2, "both can be read: the first was surely not taken"


@pytest.mark.parametrize("code", [429, 500, 503])
@pytest.mark.parametrize("asked", ["600", "a date", None])
async def test_who_is_asked_to_wait_longer_sends_nothing_until_then(
    push: Push, store: Store, service: PushService, clock: Clock, code: int, asked: str | None
) -> None:
    phone = service.device("phone")
    await subscribe(store, clock, "anna", phone)
    wait = timedelta(seconds=600) if asked else sender.REST
    when = format_datetime(clock.at + wait, usegmt=True) if asked == "a date" else asked
    service.says("phone", status(code, **({"Retry_After": when} if when else {})), status(201))
    assert not await push.send(ANNA, NEWS)
    clock.at += wait - timedelta(seconds=1)
    assert not await push.send(ANNA, NEWS)
    assert len(service.came) == 1
    clock.at += timedelta(seconds=1)
    assert await push.send(ANNA, NEWS)
    assert len(service.came) == 2
    assert await devices(store) == {phone.endpoint}


async def test_a_redirect_is_not_followed(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    """It could lead into the school's own network."""
    await subscribe(store, clock, "anna", service.device("phone"))
    for code in (301, 302, 303, 307, 308):
        service.says("phone", status(code, Location=f"https://{service.host}/inside"))
        assert not await push.send(ANNA, NEWS)
    assert len(service.at("phone")) == 5
    assert service.at("inside") == []


async def test_an_answer_without_end_is_read_no_further(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    async def babbles(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=201)
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 1024)
        return response

    await subscribe(store, clock, "anna", service.device("phone"))
    service.says("phone", babbles)
    assert await push.send(ANNA, NEWS)


# --- What is slow --------------------------------------------------------------------------


@pytest.fixture
async def hung(service: PushService) -> AsyncIterator[asyncio.Event]:
    """The push service does not answer the device `hung` until this is set."""
    answered = asyncio.Event()

    async def hangs(request: web.Request) -> web.StreamResponse:
        await answered.wait()
        return web.Response(status=201)

    service.says("hung", hangs)
    yield answered
    answered.set()


async def test_a_slow_device_holds_up_no_other(
    push: Push, store: Store, service: PushService, clock: Clock, hung: asyncio.Event
) -> None:
    """Nor those of the same push service, nor of the same person."""
    await subscribe(store, clock, "anna", service.device("hung"), service.device("phone"))
    await subscribe(store, clock, "bram", service.device("bram"))
    to_anna = asyncio.create_task(push.send(ANNA, NEWS))
    await service.until_came(2)
    assert await push.send(BRAM, NEWS)
    assert service.at("phone")
    assert not to_anna.done()
    hung.set()
    assert await to_anna


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "ANSWERS_WITHIN", 0.3)


async def test_a_device_that_does_not_answer_in_time_is_left_alone_for_a_while(
    push: Push,
    store: Store,
    service: PushService,
    clock: Clock,
    hung: asyncio.Event,
    impatient: None,
) -> None:
    """It may have been taken: it is not sent again. The other devices there go on."""
    await subscribe(store, clock, "anna", service.device("hung"))
    await subscribe(store, clock, "bram", service.device("bram"))
    assert not await push.send(ANNA, NEWS)
    assert len(service.at("hung")) == 1
    hung.set()
    assert not await push.send(ANNA, NEWS)
    assert len(service.at("hung")) == 1
    assert await push.send(BRAM, NEWS)
    clock.at += sender.UNANSWERED_RESTS
    assert await push.send(ANNA, NEWS)


async def test_a_push_service_that_answers_nobody_is_left_alone_for_a_while(
    push: Push,
    store: Store,
    service: PushService,
    clock: Clock,
    hung: asyncio.Event,
    impatient: None,
) -> None:
    for n in range(sender.IN_A_ROW):
        service.answers[f"/{n}"] = service.answers["/hung"]
        await subscribe(store, clock, "anna", service.device(f"{n}"))
    await subscribe(store, clock, "bram", service.device("bram"))
    assert not await push.send(ANNA, NEWS)
    assert len(service.came) == sender.IN_A_ROW
    hung.set()
    assert not await push.send(BRAM, NEWS)
    assert service.at("bram") == []
    clock.at += sender.UNANSWERED_RESTS
    assert await push.send(BRAM, NEWS)


async def test_a_push_service_that_is_down_holds_up_no_other(
    store: Store, service: PushService, clock: Clock, certificate: Certificate
) -> None:
    down = f"localhost:{free_port()}"
    hosts = (service.host, down)
    push = Push(store, KEYS, hosts, clock=clock, tls_context=certificate.client)
    await subscribe(store, clock, "anna", Device(f"https://{down}/phone"), service.device("laptop"))
    assert await push.send(ANNA, NEWS)
    assert len(await devices(store)) == 2, "it may be back"
    await push.close()


async def test_nothing_is_sent_to_who_shows_a_certificate_that_nobody_trusts(
    store: Store, service: PushService, clock: Clock
) -> None:
    """And what is said of it in the log names no endpoint."""
    push = Push(store, KEYS, (service.host,), clock=clock, tls_context=ssl.create_default_context())
    await subscribe(store, clock, "anna", service.device("phone"))
    assert not await push.send(ANNA, NEWS)
    assert service.came == []
    await push.close()


async def test_no_endpoint_stands_in_the_log(
    push: Push,
    store: Store,
    service: PushService,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = "secret-of-a-device"
    await subscribe(store, clock, "anna", service.device(secret))
    for code in (403, 500):
        service.says(secret, status(code))
        assert not await push.send(ANNA, NEWS)
    assert service.host in caplog.text, "it is told which push service has trouble"
    assert secret not in caplog.text


# --- Whose device --------------------------------------------------------------------------


async def test_a_session_that_is_over_takes_no_pushes(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    phone = service.device("phone")
    await subscribe(store, clock, "anna", phone)
    assert await push.send(ANNA, NEWS)
    session = await store.get(Session, REGENBOOG.session("anna"))
    assert session
    clock.at = session.expires_at - timedelta(seconds=1)
    assert await push.send(ANNA, NEWS)
    clock.at = session.expires_at
    assert not await push.send(ANNA, NEWS)
    assert len(service.came) == 2
    assert await devices(store) == set()


async def test_a_host_that_the_settings_name_no_longer_takes_no_pushes(
    push: Push, store: Store, service: PushService, clock: Clock, certificate: Certificate
) -> None:
    await subscribe(store, clock, "anna", service.device("phone"))
    without = Push(store, KEYS, (), clock=clock, tls_context=certificate.client)
    assert not await without.send(ANNA, NEWS)
    assert service.came == []
    assert await push.send(ANNA, NEWS)
    await without.close()


async def test_the_newest_of_too_many_devices_are_told(
    push: Push, store: Store, service: PushService, clock: Clock
) -> None:
    for n in range(MOST_DEVICES + 1):
        clock.at += timedelta(seconds=1)
        await subscribe(store, clock, "anna", service.device(f"{n}"))
    assert await push.send(ANNA, NEWS)
    assert {sent.path for sent in service.came} == {f"/{n}" for n in range(1, MOST_DEVICES + 1)}


def test_a_topic_is_the_same_in_every_process() -> None:
    device = PushSubscription(
        id="x", account_id=ANNA, session_id="s", endpoint="https://fcm.googleapis.com/x",
        p256dh="", auth="", made_at=Clock().at,
    )  # fmt: skip
    assert topic(device, NEWS) == topic(replace(device, id="y"), NEWS)
