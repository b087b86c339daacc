"""device.focus."""

from __future__ import annotations

from server import access
from server.decision import Decision
from server.presence.online import DeviceFocused
from server.protocol.base import Done
from server.protocol.focus import FocusDevice
from server.turn import Turn


async def focus(turn: Turn, request: FocusDevice) -> Decision:
    if request.conversation_id is not None:
        await access.open_conversation(turn, request.conversation_id)
    return Decision(Done(), events=(DeviceFocused(request.conversation_id),))
