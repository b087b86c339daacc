"""The start of a session: all for the first screen in one answer."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from server.protocol.availability import ClassAvailability
from server.protocol.base import Answer, Id, Instant, Push, Request, Seq, about
from server.protocol.conversations import Conversation, Message
from server.protocol.people import Account, Pupil, School, SchoolClass


class StartSession(Request):
    """All for the first screen in one answer, and what was missed. Call it after every connect."""

    since: Annotated[
        Annotated[dict[Id, Seq], Meta(max_length=300)] | None,
        about("conversation id → the `rev` you know it to have"),
    ] = None


class DigestEnded(Answer):
    """A link in your digest of a school turned it off: no mail tells you of messages there."""

    school_id: str
    at: Instant


class SessionStarted(Answer):
    """Everything but messages as it is now; of the conversations those changed last.

    `missed`, `restart` and `gone` come with `since`.
    """

    account: Account
    schools: list[School]
    classes: list[SchoolClass]
    pupils: Annotated[list[Pupil], about("of a teacher's classes; a guardian's own children")]
    channels: Annotated[list[Any], about("empty: announcements come later")]
    conversations: Annotated[list[Conversation], about("the 200 changed last")]
    more: Annotated[bool, about("there are other conversations: `conversation.list`")]
    availability: Annotated[list[ClassAvailability], about("of each of the classes")]
    epoch: Annotated[str, about("another than before: forget everything and start afresh")]
    now: Annotated[Instant, about("the server's clock")]
    push_key: Annotated[
        str, about("with which a browser subscribes to pushes: its `applicationServerKey`")
    ]
    digests_ended: Annotated[
        list[DigestEnded], about("left out: none. Until a new digest, or `availability.dismiss`")
    ] = []
    missed: Annotated[
        list[Message] | None, about("each message written, corrected or withdrawn since")
    ] = None
    restart: Annotated[
        list[str] | None, about("conversations of which more was missed: read their history")
    ] = None
    gone: Annotated[
        list[str] | None, about("conversations that are not yours any more: forget them")
    ] = None


class SessionChanged(Push):
    """Rights or names have changed: call `session.start` again."""


Heads = Annotated[
    dict[str, int],
    Meta(
        title="Heads",
        description="Conversation id → `rev` of those that changed in the last two minutes, every "
        "25 seconds. Where it is over the `rev` you know, call `session.start` with `since`.",
    ),
]
"""A push too, though its fields have no names of their own."""
