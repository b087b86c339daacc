"""What brings the records of an older database forward, one version at a time.

A step turns the body of one kind of record, as JSON has it, into what the next
version keeps. A new field with a default, a new kind and a new index need none:
each start compares what is there with what is declared. A step is done again
where a start on MongoDB was cut short, so twice must come to the same as once.

Only one version of Hekje may be running on a database while it is migrated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from storage import ids
from storage.bodies import decode
from storage.schema import SCHEMA_VERSION, Record
from storage.writes import NewerDatabase

Body = dict[str, Any]


class Step(NamedTuple):
    """How one kind of record changes."""

    kind: str
    change: Callable[[Body], Body]


Steps = Mapping[int, tuple[Step, ...]]
"""By the version that they lead to."""


def _in_a_bucket(body: Body) -> Body:
    return {**body, "bucket": ids.bucket(body["id"])}


def _unread_since(body: Body) -> Body:
    """The last change is when its last message came, at the latest: nobody is blamed too early."""
    named = body["guardian_ids"]
    team = max((seq for id, seq in body.get("positions", {}).items() if id not in named), default=0)
    waits = body.get("handled") is False and team < body.get("last_seq", 0)
    return {**body, "unread_since": body["changed_at"]} if waits else body


STEPS: Steps = {
    2: (Step("session", _in_a_bucket), Step("link", _in_a_bucket)),
    3: (Step("conversation", _unread_since),),
}


def refuse_newer(found: int) -> None:
    """Raises `NewerDatabase` for a version that this Hekje does not know."""
    if found > SCHEMA_VERSION:
        raise NewerDatabase(
            f"the database has version {found}, this Hekje knows {SCHEMA_VERSION}: install a newer one"
        )


def steps_of(kind: type[Record], found: int, steps: Steps) -> list[Step]:
    """What a record of this kind must go through since the version that was found, in order."""
    return [
        step
        for version in range(found + 1, SCHEMA_VERSION + 1)
        for step in steps.get(version, ())
        if step.kind == kind.kind
    ]


def forward(kind: type[Record], version: int, body: str, steps: list[Step]) -> Record:
    """A stored record as it is today."""
    if steps:
        changed: Body = msgspec.json.decode(body)
        for step in steps:
            changed = step.change(changed)
        body = msgspec.json.encode(changed).decode()
    return decode(kind, version, body)
