"""What parents wrote and no teacher has read for too long."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from server.protocol.base import Answer, Id, Instant, Request, about
from server.protocol.people import Person


class ListUnread(Request):
    """What guardians wrote and nobody of the team has read for as many school days as the school set.

    The longest first, at most 200. Who reads, handles or withdraws it takes it off the list.
    """

    school_id: Id


class Unread(Answer):
    """Somebody has waited for the team of a class for too long. What they wrote is not told."""

    class_id: str
    guardian: Person
    since: Instant


class UnreadAnswer(Answer):
    unread: list[Unread]
    days: Annotated[
        int | None, about("school days after which it is shown; left out: never, and none is")
    ] = None


class ShowUnread(Request):
    """Says after how many whole school days the office is shown what no teacher has read."""

    school_id: Id
    days: Annotated[Annotated[int, Meta(ge=1, le=10)] | None, about("null: never")]
