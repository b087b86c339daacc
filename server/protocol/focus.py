"""What is open in front of a person now."""

from __future__ import annotations

from typing import Annotated

from server.protocol.base import Id, Request, about


class FocusDevice(Request):
    """What is open in front of the person at this connection now, so that no push comes for it.

    Say null as soon as the window is hidden or loses the focus. A lost connection looks at nothing.
    """

    conversation_id: Annotated[Id | None, about("null: none")]
