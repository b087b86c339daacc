"""A push service, and devices that open what it brings: RFC 8030, 8188, 8291 and 8292 from the other side."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PATIENCE = 10.0

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Device:
    """A browser on somebody's phone."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """As `JSON.stringify` writes a `PushSubscription`."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """What was meant for this device; raises for any other."""
        plain: bytes = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth)
        return plain


@dataclass(frozen=True)
class Taken:
    """A push as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class PushService:
    """Takes pushes at `https://localhost:PORT/…`, and answers each path as it is told to."""

    host: str = ""
    came: list[Taken] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    """By path, one after the other; the last for good. A path without any: 201."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def device(self, name: str) -> Device:
        return Device(f"https://{self.host}/{name}")

    def says(self, name: str, *answers: Answer) -> None:
        self.answers[f"/{name}"] = list(answers)

    def at(self, name: str) -> list[Taken]:
        return [taken for taken in self.came if taken.path == f"/{name}"]

    def read(self, device: Device) -> list[dict[str, Any]]:
        """What a device shows, from first to last."""
        path = "/" + device.endpoint.rpartition("/")[2]
        return [json.loads(device.read(one.body)) for one in self.came if one.path == path]

    async def until_came(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.came) < count:
                self._news.clear()
                await self._news.wait()

    async def take(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        connection = transport.get_extra_info("peername")[1] if transport else 0
        headers = dict(request.headers)
        self.came.append(Taken(request.path, headers, await request.read(), connection))
        self._news.set()
        left = self.answers.get(request.path, [])
        if not left:
            return web.Response(status=201, headers={"Location": f"https://{self.host}/m/1"})
        return await (left.pop(0) if len(left) > 1 else left[0])(request)


@asynccontextmanager
async def push_service(tls: ssl.SSLContext) -> AsyncIterator[PushService]:
    service = PushService()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0, ssl_context=tls)
    await site.start()
    service.host = f"localhost:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()


def status(code: int, **headers: str) -> Answer:
    """An answer without a body; `Retry_After="3"` is a header."""

    async def answer(request: web.Request) -> web.StreamResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=code, headers=given)

    return answer


def signed_claims(authorization: str, push_key: str, now: datetime) -> dict[str, Any]:
    """Of a token that the holder of this key has signed (RFC 8292); fails for any other."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert given["k"] == push_key
    head, claims, signature = given["t"].split(".")
    assert json.loads(unbase64url(head))["alg"] == "ES256"
    raw = unbase64url(signature)
    assert len(raw) == 64
    number = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(push_key))
    key.verify(number, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(unbase64url(claims))
    assert 0 < found["exp"] - now.timestamp() <= 24 * 60 * 60, "at most a day"
    return found
