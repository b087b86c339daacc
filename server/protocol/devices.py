"""The devices of a person: which of them take pushes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.protocol.base import Request, about

Endpoint = Annotated[
    str,
    Meta(min_length=1, max_length=2_000),
    about("an https address at a push service that the server knows"),
]


class SubscriptionKeys(Request):
    """With which a push is encrypted for one device alone; base64url without padding."""

    p256dh: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$"), about("its public key")]
    auth: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$"), about("a secret that it shares")]


class Subscription(Request):
    """A `PushSubscription` as browsers write it as JSON."""

    endpoint: Endpoint
    keys: SubscriptionKeys
    expiration_time: Annotated[
        float | None,
        about("milliseconds since 1970; not used: the push service says when it is over"),
    ] = msgspec.field(default=None, name="expirationTime")


class SubscribeDevice(Request):
    """Pushes to this device, by Web Push, for as long as the session lasts.

    Made with the `push_key` of `session.start`. The device belongs to whoever
    subscribed last; an account has at most 20, the oldest makes place.
    """

    subscription: Subscription


class UnsubscribeDevice(Request):
    """No pushes to this device any more; `ok` too when there were none."""

    endpoint: Endpoint
