"""device.subscribe and device.unsubscribe."""

from __future__ import annotations

from server.decision import Decision, Invalid
from server.handlers.accounts import current_session
from server.notify.push_keys import is_public_key
from server.notify.push_services import is_push_service
from server.protocol.base import Done
from server.protocol.devices import SubscribeDevice, UnsubscribeDevice
from server.school import subscriptions as rules
from server.turn import Turn
from storage.schema import SUBSCRIPTIONS_OF_ACCOUNT, PushSubscription
from storage.writes import Delete


async def subscribe(turn: Turn, request: SubscribeDevice) -> Decision:
    given = request.subscription
    if not is_push_service(given.endpoint, turn.settings.push_hosts):
        raise Invalid("subscription.endpoint", "push_service_unknown")
    if not is_public_key(given.keys.p256dh):
        raise Invalid("subscription.keys.p256dh")
    wanted = rules.new_subscription(
        await current_session(turn), given.endpoint, given.keys.p256dh, given.keys.auth, turn.now
    )
    known = await turn.store.get(PushSubscription, wanted.id)
    own = await turn.store.find(
        SUBSCRIPTIONS_OF_ACCOUNT, turn.account_id, limit=2 * rules.MOST_DEVICES
    )
    return Decision(Done(), rules.subscribe(wanted, known, own))


async def unsubscribe(turn: Turn, request: UnsubscribeDevice) -> Decision:
    """The same answer for a device of somebody else, which stays as it is, and for none."""
    known = await turn.store.get(PushSubscription, rules.id_of(request.endpoint))
    if known is None or known.account_id != turn.account_id:
        return Decision(Done())
    return Decision(Done(), (Delete(known),))
