"""What the server tells by itself: event → its type. Nothing else is ever pushed."""

from __future__ import annotations

from typing import Any

from server.protocol import conversations as talk
from server.protocol.availability import AvailabilityChanged
from server.protocol.session import Heads, SessionChanged

PUSHES: dict[str, Any] = {
    "session.changed": SessionChanged,
    "heads": Heads,
    "conversation.changed": talk.ConversationChanged,
    "availability.changed": AvailabilityChanged,
    "message.posted": talk.MessagePosted,
    "message.changed": talk.MessageChanged,
    "message.was_read": talk.MessageWasRead,
    "message.is_typing": talk.MessageIsTyping,
}
"""Each a `Push`, or an annotated dict where the names of the fields are ids."""
