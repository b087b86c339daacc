"""Secrets that people carry: in a mailed link, a cookie, a ticket. None of them is at rest here.

A link's token is its id and a signature of it, so that a mail can be written
when it is sent and the database holds nothing that opens a door. A session's
or ticket's token is its id and a secret, of which the record keeps the hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

MAC_BYTES = 16
"""128 bits of signature: 22 characters in a link."""


def link_token(secret: bytes, link_id: str) -> str:
    return f"{link_id}.{_signature(secret, link_id)}"


def link_id_of(secret: bytes, token: str) -> str | None:
    """The id in a token that this server signed, or None; takes as long for a near miss."""
    link_id, _, signature = token.rpartition(".")
    known = hmac.compare_digest(_bytes(signature), _signature(secret, link_id).encode())
    return link_id if known and link_id else None


_UNSUBSCRIBE = "digest."
"""No id of a link begins with it, so that neither token can stand in for the other."""


def unsubscribe_token(secret: bytes, teacher_id: str) -> str:
    return link_token(secret, f"{_UNSUBSCRIBE}{teacher_id}")


def unsubscribed_by(secret: bytes, token: str) -> str | None:
    """Whose digest a token turns off, or None for one that this server has not signed for that."""
    signed = link_id_of(secret, token)
    return signed.removeprefix(_UNSUBSCRIBE) if signed and signed.startswith(_UNSUBSCRIBE) else None


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What the record keeps: SHA-256 in hex, which is enough for a secret nobody can guess."""
    return hashlib.sha256(_bytes(secret)).hexdigest()


def is_secret(secret: str, hashed: str) -> bool:
    return hmac.compare_digest(hash_secret(secret), hashed)


def session_token(id: str, secret: str) -> str:
    return f"{id}.{secret}"


def split_token(token: str) -> tuple[str, str] | None:
    """The id and the secret of a session's or ticket's token, or None for what cannot be one."""
    id, dot, secret = token.partition(".")
    return (id, secret) if id and dot and secret else None


def _signature(secret: bytes, link_id: str) -> str:
    mac = hmac.digest(secret, _bytes(link_id), "sha256")[:MAC_BYTES]
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    # what a stranger sends may hold half a surrogate pair, which has no UTF-8
    return text.encode("utf-8", "surrogatepass")
