"""Addresses in settings: of Hekje itself, and of Redis."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parse_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"expected an address such as https://hekje.school.example, got {raw!r}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"expected an address without a path, got {raw!r}")
    _must_be_place(parts)
    return f"{parts.scheme}://{parts.netloc}"


def parse_redis(raw: str) -> str:
    if not raw.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("expected redis://HOST:PORT")
    try:
        _ = urlsplit(raw).port
    except ValueError as error:  # its text may repeat a password
        raise ValueError("expected redis://HOST:PORT") from error
    return raw


def _must_be_place(parts: SplitResult) -> None:
    """A host and perhaps a port; what stands before an `@` is none of theirs who get mail."""
    if parts.username is not None or any(
        not char.isprintable() or char == " " for char in parts.netloc
    ):
        raise ValueError("expected an address of a host and perhaps a port")
    _ = parts.port  # raises for what is no port
