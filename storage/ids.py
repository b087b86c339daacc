"""Ids: opaque to clients, but the part before the first dot is the school."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from zlib import crc32

from storage.schema import BUCKETS, instant_ms

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def fresh(school_id: str | None = None) -> str:
    """A new id of 80 random bits, within a school or (accounts, sessions …) in none."""
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return f"{school_id}.{tail}" if school_id else tail


def school_of(id: str) -> str:
    return id.partition(".")[0]


def pair(first: str, second: str) -> str:
    """The id of what ties two records of one school together: the same two, the same id."""
    return f"{first}-{second.partition('.')[2]}"


def of_conversation(class_id: str, pupil_id: str, guardian_ids: tuple[str, ...]) -> str:
    """The same participants always give the same id, so that no two conversations can have them."""
    names = "\n".join((class_id, pupil_id, *sorted(guardian_ids)))
    return f"{school_of(class_id)}.{hashlib.sha256(names.encode()).hexdigest()[:20]}"


def of_notice(message_id: str, at: datetime) -> str:
    school_id, _, message = message_id.partition(".")
    return f"{school_id}.{instant_ms(at):014d}.{message}"


def of_calendar(school_id: str) -> str:
    return f"{school_id}.calendar"


LAST_SEQ = 9_999_999


def of_message(conversation_id: str, seq: int) -> str:
    """Sorts by `seq` within its conversation, up to `LAST_SEQ`."""
    return f"{conversation_id}.{seq:07d}"


def conversation_of(message_id: str) -> str:
    return message_id.rpartition(".")[0]


NEVER = f"{0:014d}."
"""How the order of what has not changed yet begins: last in every list."""


def order(changed_at: datetime, id: str) -> str:
    """Sorts by instant and is never the same for two records."""
    return f"{instant_ms(changed_at):014d}.{id}"


def bucket(id: str) -> int:
    """The range in which a clock finds a record: that of its school, if it has one.

    What one school writes in a moment then lies together.
    """
    return crc32(id.encode()) % BUCKETS
