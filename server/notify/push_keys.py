"""The keys of Web Push: the server's own, by which push services know it, and those of devices."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

SIGNED_FOR = timedelta(hours=12)
"""How long a push service may take a signature for ours; RFC 8292 allows a day."""
REUSED_FOR = timedelta(hours=1)
"""Push services ask for it, and it saves half a millisecond a push."""
MOST_REMEMBERED = 1_000
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: private keys are below it."""


class PushKeys:
    """The server's key pair (RFC 8292), made of its secret: the same in every process, for good.

    `contact` is the https or mailto address at which a push service finds who runs this server.
    """

    def __init__(self, secret: bytes, contact: str) -> None:
        # 16 bytes more than the curve needs, so that no key is likelier than another (FIPS 186-5, A.2.1)
        derived = HKDF(SHA256(), length=48, salt=None, info=b"hekje web push").derive(secret)
        private = int.from_bytes(derived, "big") % (_ORDER - 1) + 1
        key = ec.derive_private_key(private, ec.SECP256R1())
        self._contact = contact
        self._signed: dict[str, tuple[datetime, str]] = {}
        # it takes no contact with a port otherwise
        self._signer = Vapid02(key, conf={"no-strict": True})
        self.public = _base64url(
            key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )
        """What a browser subscribes with: an uncompressed point, base64url."""

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header with which a push service knows who sends."""
        parts = urlsplit(endpoint)
        whom = f"{parts.scheme}://{parts.netloc}"
        at, header = self._signed.get(whom, (now, ""))
        if header and at <= now < at + REUSED_FOR:
            return header
        if len(self._signed) >= MOST_REMEMBERED:
            self._signed.clear()
        self._signed[whom] = now, self._sign(whom, now)
        return self._signed[whom][1]

    def _sign(self, whom: str, now: datetime) -> str:
        until = int((now + SIGNED_FOR).timestamp())
        claims = {"aud": whom, "exp": until, "sub": self._contact}
        header: str = self._signer.sign(claims)["Authorization"]
        return header


def is_public_key(p256dh: str) -> bool:
    """Whether a device's key, base64url without padding, is a point of the curve."""
    try:
        point = base64.b64decode(f"{p256dh}=", altchars=b"-_", validate=True)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
