"""Where a push may go: to the push services of browsers, and to hosts that the settings add.

An endpoint is an address that a stranger gives and this server then calls, so only names on the
list are called, over https and on its usual port: never an address of the school's own network.
"""

from __future__ import annotations

import re

KNOWN = (
    "fcm.googleapis.com",  # Chrome, Edge on a phone, Opera, Samsung Internet
    "*.push.services.mozilla.com",  # Firefox
    "*.push.apple.com",  # Safari
    "*.notify.windows.com",  # Edge on Windows
)

_NAME = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
_PORT = r":[1-9][0-9]{0,4}"
_ENDPOINT = re.compile(rf"https://({_NAME}(?:{_PORT})?)/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*")
"""So narrow that every reader of addresses finds the same host in it."""
_HOST = re.compile(rf"{_NAME}(?:{_PORT})?|\*\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:{_PORT})?")


def is_push_service(endpoint: str, further: tuple[str, ...]) -> bool:
    """Whether a push may go to this address; `further` are hosts as `parse_hosts` gives them."""
    found = _ENDPOINT.fullmatch(endpoint)
    return found is not None and any(_is_of(found[1], host) for host in (*KNOWN, *further))


def parse_hosts(raw: str) -> tuple[str, ...]:
    """`push.example, *.push.example, localhost:8443`, apart; raises ValueError for another form."""
    hosts = tuple(word.strip().lower() for word in raw.split(",") if word.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"expected hosts such as push.example or *.push.example, got {host!r}")
    return hosts


def _is_of(address: str, host: str) -> bool:
    return address.endswith(host[1:]) if host.startswith("*.") else address == host
