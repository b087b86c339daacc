"""Time-based one-time codes (RFC 6238): six digits, a new code every half minute."""

from __future__ import annotations

import base64
from datetime import datetime

import pyotp

LEEWAY = 1
"""Steps of half a minute that a phone's clock may be off, either way."""
SECRET_BYTES = 20
ISSUER = "Hekje"


def step_of(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """The time step that a code is of, or None; steps up to `after` have had their turn."""
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=LEEWAY)
    except pyotp.OTPVerificationError:
        return None
    return step if step > after else None


def new_secret(random: bytes) -> str:
    """A secret as authenticator apps take it, made of `SECRET_BYTES` random bytes."""
    return base64.b32encode(random).decode()


def uri(secret: str, email: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
