"""HTTP at the edge: bodies read strictly, refusals answered as JSON, headers on everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Any, TypeVar

import msgspec
from aiohttp import web
from aiohttp.http import HttpProcessingError, HttpVersion10, HttpVersion11

from server import words
from server.decision import Down, Forbidden, Invalid, NotFound, Refusal, TooLarge
from server.settings import Network
from server.strict_json import convert, parse
from storage.writes import Unavailable

log = logging.getLogger("hekje")

T = TypeVar("T")

LARGEST_BODY = 64 * 1024
BODY_WITHIN = 10.0
"""Seconds in which a body must have come."""

_BROKEN_OFF = (web.RequestPayloadError, web.PayloadAccessError, HttpProcessingError)
"""What reading a body raises that breaks off, or is no HTTP any more."""

LOCALE = web.RequestKey("locale", str)

STATUS = {
    "unauthenticated": 401,
    "code_required": 401,
    "code_setup_required": 403,
    "invalid": 400,
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "chat_closed": 403,
    "read_only": 403,
    "policy": 403,
    "expired": 410,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}
_REFUSED_BY_LIBRARY: Mapping[int, Callable[[], Refusal]] = {
    404: NotFound,
    405: lambda: Invalid("", "wrong_method"),
    413: TooLarge,
    415: lambda: Invalid("", "json_only"),
    417: lambda: Invalid("", "not_http"),
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Server": "Hekje",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


# --- In ------------------------------------------------------------------------------------


async def body(request: web.Request, type: type[T]) -> T:
    """The JSON body as a request of the protocol; raises a `Refusal`, or 415 if it is no JSON."""
    packed = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    if request.content_type != "application/json" or packed:
        raise web.HTTPUnsupportedMediaType
    try:
        value = parse((await _read(request)).decode())
    except ValueError as error:
        raise Invalid("", "not_json") from error
    return convert(value, type)


async def _read(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.content.iter_any():
                raw += chunk
                if len(raw) > LARGEST_BODY:
                    raise TooLarge
    except (TimeoutError, ConnectionError, *_BROKEN_OFF) as error:
        raise Invalid("", "body_incomplete") from error
    return bytes(raw)


def peer_of(request: web.Request, proxies: tuple[Network, ...]) -> str:
    """The network address a request comes from: the last one that no proxy of ours has."""
    peer = request.remote or ""
    hops = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
        if not _is_in(peer, proxies):
            break
        peer = hop
    return peer


def _is_in(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)


# --- Out -----------------------------------------------------------------------------------


def answer(payload: Any = None, status: int = 200) -> web.Response:
    """`"ok": true` and the fields of an answer of the protocol."""
    fields = msgspec.to_builtins(payload) if payload is not None else {}
    return json_response({"ok": True, **fields}, status)


def json_response(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(value),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def refusal(request: web.BaseRequest, why: Refusal, status: int | None = None) -> web.Response:
    error = words.error(why, locale_of(request))
    response = json_response({"ok": False, "error": error}, status or STATUS[why.code])
    if "retry_after" in why.details:
        response.headers["Retry-After"] = str(why.details["retry_after"])
    return response


def named(error: web.HTTPException) -> Refusal:
    """What the library refuses, in our words."""
    return _REFUSED_BY_LIBRARY.get(error.status, Forbidden)()


def locale_of(request: web.BaseRequest) -> str:
    """That of the account, if it is known by now, or the first of ours that the client asks for."""
    known: str | None = request.get(LOCALE)
    return known or wished_locale(request) or "nl"


def wished_locale(request: web.BaseRequest) -> str | None:
    """The first language of ours that the client asks for, if it asks for one."""
    for part in request.headers.get("Accept-Language", "").split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in ("nl", "en"):
            return language
    return None


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """There is always an answer of our own form, and never a trace of what went wrong inside."""
    try:
        if request.version not in (
            HttpVersion10,
            HttpVersion11,
        ):  # the parser lets 0.9 and 2.0 pass
            raise Invalid("", "not_http")
        return await handler(request)
    except Refusal as why:
        return refusal(request, why)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = refusal(request, named(error), error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Unavailable as gone:
        log.warning("the database is unavailable: %s", gone)
        return refusal(request, Down())
    except Exception:
        log.exception("a request failed")
        return refusal(request, Down())


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    put_headers(response)


def put_headers(response: web.StreamResponse) -> None:
    """Nothing is cached, sniffed, framed or told to other sites, unless a route says so."""
    for name, value in _HEADERS.items():
        if name == "Server" or name not in response.headers:
            response.headers[name] = value
