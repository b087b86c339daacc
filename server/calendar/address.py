"""Where the national school holidays are: an address of whoever runs the server."""

from __future__ import annotations

from urllib.parse import urlsplit

GOVERNMENT = "https://opendata.rijksoverheid.nl/v1/infotypes/schoolholidays?output=json"


def parse_address(raw: str) -> str:
    """Empty for `off`; raises ValueError for what is no address."""
    parts = urlsplit(raw)
    if raw != "off" and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError(f"expected an address or off, got {raw!r}")
    return "" if raw == "off" else raw
