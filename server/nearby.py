"""Whether a request comes from this very machine, and speaks for nobody elsewhere."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

_OF_PROXIES = frozenset({"Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"})


def is_this_machine(host: str | None) -> bool:
    """An address of its own, or the name of one."""
    try:
        return ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def came_from_here(request: web.Request) -> bool:
    """From this machine, under one of its own names.

    A proxy on this machine is told by what it adds, or by the name that people
    know Hekje by: then the request may come from anywhere. That name also tells
    a page whose own name was made to point here.
    """
    if _OF_PROXIES & set(request.headers):
        return False
    try:
        return all(map(is_this_machine, (request.remote, request.url.host)))
    except ValueError:  # in its Host
        return False
