"""Who may open a WebSocket here at all, by what the request says, before anything is read."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web

from server.decision import Forbidden, Invalid
from server.nearby import is_this_machine


def check(request: web.Request, origins: Collection[str]) -> None:
    """Raises the `Refusal` of a request that is no handshake, or a page's of another origin.

    No cookie counts on a socket, so that the origin is no more than a second lock; programs
    send none.
    """
    if request.method != "GET" or request.query.getall("transport", []) != ["websocket"]:
        raise Invalid("transport", "websocket_only")
    if request.headers.get("Upgrade", "").lower() != "websocket" or "j" in request.query:
        raise Invalid("transport", "websocket_only")
    if request.query.getall("EIO", []) != ["4"]:
        raise Invalid("EIO", "client_version")
    if "sid" in request.query:  # polling that wants to become a WebSocket
        raise Invalid("sid", "websocket_only")
    if any(as_sent(origin) not in origins for origin in request.headers.getall("Origin", [])):
        raise Forbidden("origin_foreign")


def as_sent(url: str) -> str:
    """An origin as browsers send it: small letters, and no port where it is the usual one."""
    small = url.lower()
    return small.removesuffix(":443" if small.startswith("https:") else ":80")


def own_origins(url: str) -> tuple[str, ...]:
    """The server's own, as browsers send it; on one's own machine under each of its names."""
    parts = urlsplit(url)
    if not is_this_machine(parts.hostname):
        return (url,)
    port = f":{parts.port}" if parts.port else ""
    names = "localhost", "127.0.0.1", "[::1]"
    return url, *(f"{parts.scheme}://{name}{port}" for name in names)
