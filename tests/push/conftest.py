"""A push service that a school knows, and those who are told through it, on both databases."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from server.app import Hekje
from server.notify.push import Push
from server.notify.push_keys import PushKeys
from server.notify.pushes import PushNote
from server.school.subscriptions import new_subscription
from server.settings import read
from storage.schema import Session
from storage.store import Store
from storage.writes import Insert
from tests.cast import DE_IEP, REGENBOOG, move_in
from tests.conftest import School
from tests.notify.mailbag import Clock
from tests.push.service import Device, PushService, push_service
from tests.storage.places import Place

KEYS = PushKeys(b"a secret of sixteen", "https://hekje.regenboog.example")
NEWS = PushNote(conversation_id="regenboog.gesprek", tag="regenboog.gesprek", locale="nl")


@dataclass(frozen=True)
class Certificate:
    server: ssl.SSLContext
    client: ssl.SSLContext
    """Trusts nobody else."""
    file: Path
    """What it trusts, for a process of its own: `SSL_CERT_FILE`."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("certificate") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certificate(server, client, file)


@pytest.fixture
async def service(certificate: Certificate) -> AsyncIterator[PushService]:
    async with push_service(certificate.server) as service:
        yield service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def push(
    store: Store, service: PushService, certificate: Certificate, clock: Clock
) -> AsyncIterator[Push]:
    push = Push(store, KEYS, (service.host,), clock=clock, tls_context=certificate.client)
    yield push
    await push.close()


OpenHouse = Callable[..., Awaitable[School]]


@pytest.fixture
async def open_house(
    place: Place,
    service: PushService,
    certificate: Certificate,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenHouse]:
    """Starts a server as `hekje` does, by a clock that stands still; a second one on the same records."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    houses: list[School] = []

    async def start(**settings: object) -> School:
        given = {
            "HEKJE_DATA": str(tmp_path / "data"),
            "HEKJE_DATABASE": place.url,
            "HEKJE_PORT": "0",
            "HEKJE_RATE": "0",
            "HEKJE_SECRET": "a secret of sixteen and more",
            "HEKJE_PUSH_HOSTS": service.host,
            **{f"HEKJE_{name.upper()}": str(value) for name, value in settings.items()},
        }
        store = await place.open()
        if not houses:
            await move_in(store, REGENBOOG, DE_IEP)
        house = School(Hekje(read(given, tmp_path), store, clock=clock))
        houses.append(house)
        return house

    yield start
    for house in houses:
        await house.close()


async def subscribe(store: Store, clock: Clock, name: str, *devices: Device) -> None:
    """Somebody of the cast takes pushes on these devices."""
    session = await store.get(Session, REGENBOOG.session(name))
    assert session is not None
    for device in devices:
        given = device.subscription
        record = new_subscription(
            session, given["endpoint"], given["keys"]["p256dh"], given["keys"]["auth"], clock()
        )
        await store.commit([Insert(record)])
