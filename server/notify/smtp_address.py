"""Where mail is handed over, and how: encrypted, or to this same machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server, and who we are there."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        # never the password: this may end up in a log
        return f"SmtpAddress({self.host}:{self.port}, {self.security})"


def parse_smtp(url: str) -> SmtpAddress:
    """`smtp://user:pass@host:587?tls=starttls` or `smtps://user:pass@host`.

    Raises ValueError with one line, which never repeats the password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"{_EXPECTED}, with what is odd in a password written as %XX") from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/") or parts.fragment:
        raise ValueError(_EXPECTED)
    if (parts.username is None) != (parts.password is None):
        raise ValueError("expected a user and a password, or neither")
    security = _security(parts.scheme, host, parts.query)
    return SmtpAddress(
        host=host,
        port=port or _PORTS[security],
        security=security,
        username=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


_EXPECTED = "expected smtp://HOST:PORT or smtps://HOST:PORT"
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}


def _security(scheme: str, host: str, query: str) -> Security:
    if scheme == "smtps" and not query:
        return "tls"
    if scheme == "smtp" and query == "tls=starttls":
        return "starttls"
    if scheme == "smtp" and query in ("", "tls=none"):
        if _is_loopback(host):
            return "none"
        if not query:
            return "starttls"
        raise ValueError("mail may go unencrypted to this machine only; use ?tls=starttls or smtps")
    raise ValueError(
        "expected nothing after the port but ?tls=starttls or, on this machine, ?tls=none"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
