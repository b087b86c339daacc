"""Records to try the databases with: one of any kind, and juf Anna's conversation about Sami."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from storage import ids
from storage.schema import Conversation, Message, Notice, Record
from storage.writes import Insert, Replace, Write

R = TypeVar("R", bound=Record)

MONDAY = datetime(2026, 9, 7, 8, 15, tzinfo=UTC)
CLASS_3B = "eik.class3b"
FATIMA = "eik.fatima"


def any_record(kind: type[R], number: int = 1, **given: Any) -> R:
    """A record with every field filled in, differently for each number."""
    made = {
        field.name: value_of(field.type, f"{field.name}-{number}", number)
        for field in msgspec.structs.fields(kind)
        if field.name != "version"
    }
    return kind(**{**made, **given})


def value_of(wanted: Any, name: str, number: int) -> Any:
    """A value of this type."""
    if wanted is str:
        return name
    if wanted is bool:
        return number % 2 == 1
    if wanted is int:
        return number
    if wanted is datetime:
        return MONDAY + timedelta(milliseconds=number)
    if wanted is date:
        return MONDAY.date() + timedelta(days=number)
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return inner[number % len(inner)]
    if origin in (Union, UnionType):
        return value_of(inner[0], name, number)
    if origin is tuple:
        parts = inner[:1] if inner[-1] is ... else inner
        return tuple(value_of(part, f"{name}-{n}", number) for n, part in enumerate(parts))
    if origin is dict:
        return {value_of(inner[0], name, number): value_of(inner[1], name, number)}
    fields = {field.name: field.type for field in msgspec.structs.fields(wanted)}
    return wanted(**{key: value_of(of, f"{name}-{key}", number) for key, of in fields.items()})


def conversation(name: str = "sami", class_id: str = CLASS_3B) -> Conversation:
    id = f"eik.{name}"
    return any_record(
        Conversation,
        id=id,
        school_id="eik",
        class_id=class_id,
        pupil_id="eik.sami",
        guardian_ids=(FATIMA, "eik.youssef"),
        last_seq=0,
        rev=0,
        positions={},
        order=ids.order(MONDAY, id),
        bucket=ids.bucket(id),
        changed_at=MONDAY,
    )


def message(about: Conversation, seq: int, text: str, **given: Any) -> Message:
    id = ids.of_message(about.id, seq)
    ours: dict[str, Any] = {
        "school_id": about.school_id,
        "conversation_id": about.id,
        "class_id": about.class_id,
        "revised": None,
        "key": f"key-{seq}",
        "author_id": FATIMA,
        "at": MONDAY + timedelta(seconds=seq),
        "edited_at": None,
        "withdrawn": False,
    }
    return any_record(Message, id=id, seq=seq, rev=seq, text=text, **{**ours, **given})


def sent(about: Conversation, text: str, **given: Any) -> Sequence[Write]:
    """One message as a turn commits it: its conversation, itself and its notice."""
    seq = about.last_seq + 1
    id = ids.of_message(about.id, seq)
    return [
        Replace(msgspec.structs.replace(about, last_seq=seq, rev=seq)),
        Insert(message(about, seq, text, **given)),
        Insert(
            Notice(
                id=id,
                school_id=about.school_id,
                message_id=id,
                bucket=ids.bucket(id),
                due_at=MONDAY,
            )
        ),
    ]
