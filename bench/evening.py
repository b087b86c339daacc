"""An evening in many schools: every teacher has unread messages, of which a digest is to tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from storage import ids
from storage.schema import (
    Account,
    Conversation,
    Delivery,
    Deployment,
    Guardian,
    Guardianship,
    Message,
    Notice,
    Participation,
    Placement,
    Pupil,
    Record,
    Role,
    School,
    SchoolClass,
    SchoolYear,
    Teacher,
    TeamMember,
)
from storage.store import Store
from storage.writes import Insert

WRITTEN = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)
"""A Monday evening at the schools."""
DUE = datetime(2026, 11, 24, 15, 45, tzinfo=UTC)
"""The digest after that, by the default: Tuesday 16:45 at the schools."""
YEAR = SchoolYear("2026-2027", date(2026, 8, 1), date(2027, 7, 31))
TEACHERS = 25
"""Of one school."""
FAMILIES = 2
"""That wrote to each teacher: two messages of the first, one of the second."""
AT_ONCE = 300
"""Records put into the database in one commit."""


async def fill(store: Store, teachers: int, *, spread: bool) -> None:
    """`spread`: a worker has seen the messages, and deliveries wait; else notices do."""
    batch: list[Record] = [Deployment(id="deployment", epoch="first")]
    for number in range(teachers):
        if number % TEACHERS == 0:
            batch.append(_school(number // TEACHERS))
        batch += teacher_with_messages(number, spread=spread)
        if len(batch) >= AT_ONCE:
            await _store(store, batch)
            batch = []
    await _store(store, batch)


def address_of(number: int) -> str:
    return f"teacher{number}@school{number // TEACHERS}.example"


def _school(number: int) -> School:
    return School(id=f"school{number}", name=f"De Eik {number}", years=(YEAR,))


def teacher_with_messages(number: int, *, spread: bool) -> Iterator[Record]:
    school = f"school{number // TEACHERS}"
    class_id, teacher_id = f"{school}.class{number}", f"{school}.teacher{number}"
    account_id = f"account{number}"
    yield SchoolClass(
        id=class_id, school_id=school, sis_id=f"c{number}", year=YEAR.name, name=f"{number}"
    )
    yield Teacher(
        id=teacher_id,
        school_id=school,
        sis_id=f"t{number}",
        given_name="Anna",
        family_name=f"de Vries {number}",
    )
    yield TeamMember(
        id=ids.pair(class_id, teacher_id),
        school_id=school,
        class_id=class_id,
        teacher_id=teacher_id,
    )
    yield Account(id=account_id, email=address_of(number), name=f"Anna {number}", password="!")
    yield Role(id=teacher_id, school_id=school, account_id=account_id, role="teacher")
    for family in range(FAMILIES):
        yield from _family(class_id, f"{number}x{family}", teacher_id, family, spread=spread)


def _family(
    class_id: str, key: str, teacher_id: str, family: int, *, spread: bool
) -> Iterator[Record]:
    school = ids.school_of(class_id)
    pupil_id, guardian_id = f"{school}.p{key}", f"{school}.g{key}"
    family_name = f"Bakker {key}"
    yield Pupil(
        id=pupil_id,
        school_id=school,
        sis_id=f"p{key}",
        given_name="Sami",
        family_name=family_name,
    )
    yield Placement(
        id=ids.pair(pupil_id, class_id),
        school_id=school,
        class_id=class_id,
        pupil_id=pupil_id,
        year=YEAR.name,
    )
    yield Guardian(
        id=guardian_id,
        school_id=school,
        sis_id=f"g{key}",
        given_name="Fatima",
        family_name=family_name,
    )
    yield Guardianship(
        id=ids.pair(pupil_id, guardian_id),
        school_id=school,
        pupil_id=pupil_id,
        guardian_id=guardian_id,
    )
    yield from _messages(class_id, pupil_id, guardian_id, teacher_id, 2 - family, spread=spread)


def _messages(
    class_id: str, pupil_id: str, guardian_id: str, teacher_id: str, count: int, *, spread: bool
) -> Iterator[Record]:
    school = ids.school_of(class_id)
    id = ids.of_conversation(class_id, pupil_id, (guardian_id,))
    yield Conversation(
        id=id,
        school_id=school,
        class_id=class_id,
        pupil_id=pupil_id,
        guardian_ids=(guardian_id,),
        opened_by=(guardian_id,),
        last_seq=count,
        rev=count,
        positions={guardian_id: count},
        handled=False,
        order=ids.order(WRITTEN, id),
        bucket=ids.bucket(school),
        changed_at=WRITTEN,
    )
    yield Participation(
        id=ids.pair(id, guardian_id), school_id=school, guardian_id=guardian_id, conversation_id=id
    )
    for seq in range(1, count + 1):
        message = _message(class_id, id, guardian_id, seq)
        yield message
        yield _delivery(message, teacher_id) if spread else _notice(message)


def _message(class_id: str, conversation_id: str, guardian_id: str, seq: int) -> Message:
    return Message(
        id=ids.of_message(conversation_id, seq),
        school_id=ids.school_of(class_id),
        conversation_id=conversation_id,
        class_id=class_id,
        seq=seq,
        rev=seq,
        key=f"{seq}",
        author_id=guardian_id,
        author_role="guardian",
        author_name="Fatima",
        text="Sami is ziek",
        at=WRITTEN + timedelta(minutes=seq),
    )


def _notice(message: Message) -> Notice:
    return Notice(
        id=ids.of_notice(message.id, message.at),
        school_id=message.school_id,
        message_id=message.id,
        bucket=ids.bucket(message.school_id),
        due_at=message.at,
    )


def _delivery(message: Message, teacher_id: str) -> Delivery:
    return Delivery(
        id=ids.pair(message.id, teacher_id),
        school_id=message.school_id,
        person_id=teacher_id,
        message_id=message.id,
        road="email",
        bucket=ids.bucket(teacher_id),
        due_at=DUE,
    )


async def _store(store: Store, records: Sequence[Record]) -> None:
    await store.commit([Insert(record) for record in records])
