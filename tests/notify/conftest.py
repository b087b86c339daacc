"""A post office, a school that mails, and a certificate with those who trust it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from server.notify.transport import Transport, open_transport
from storage.store import Store
from tests.notify.evening import MONDAY_NIGHT, Evening
from tests.notify.mailbag import Clock
from tests.notify.post_office import PostOffice, post_office


@dataclass(frozen=True)
class Certificate:
    server: ssl.SSLContext
    client: ssl.SSLContext
    """Trusts nobody else."""


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certificate(server, client)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


@pytest.fixture
async def transport(office: PostOffice, tmp_path: Path) -> AsyncIterator[Transport]:
    transport = open_transport(f"smtp://127.0.0.1:{office.port}", tmp_path)
    yield transport
    await transport.close()


@pytest.fixture
async def evening(store: Store, clock: Clock, transport: Transport) -> Evening:
    """Meester Bram has his own digest off: what comes here is juf Anna's."""
    clock.at = MONDAY_NIGHT
    evening = Evening(store, clock, transport)
    await evening.sets("bram", digest=None)
    return evening
