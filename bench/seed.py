"""A school in a database, made without its front door: people, log-ins, conversations, messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bench.scenes import Scene
from storage import ids
from storage.schema import (
    Account,
    Conversation,
    Guardian,
    Guardianship,
    Message,
    Participation,
    Placement,
    Pupil,
    Record,
    Role,
    RoleName,
    School,
    SchoolClass,
    SchoolYear,
    Session,
    Teacher,
    TeamMember,
)
from storage.store import Store
from storage.writes import Insert

SCHOOL = "bench"
YEAR = "this-year"
NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "a-secret-of-nobody-since-the-school-is-not-real"
AT_ONCE = 1_000


def class_id(c: int) -> str:
    return f"{SCHOOL}.class-{c}"


def teacher_id(c: int, t: int) -> str:
    return f"{SCHOOL}.teacher-{c}-{t}"


def guardian_id(c: int, p: int) -> str:
    return f"{SCHOOL}.guardian-{c}-{p}"


def pupil_id(c: int, p: int) -> str:
    return f"{SCHOOL}.pupil-{c}-{p}"


def conversation_id(c: int, p: int) -> str:
    return ids.of_conversation(class_id(c), pupil_id(c, p), (guardian_id(c, p),))


def token(person_id: str) -> str:
    """What the person's client shows when it connects."""
    return f"{_bare(person_id)}.{SECRET}"


async def fill(store: Store, scene: Scene, messages: int = 0) -> None:
    """The scene's people, each logged in; each parent with a conversation of so many messages."""
    await _insert(store, list(_school(scene)))
    for c in range(scene.classes):
        for p in range(scene.parents):
            await _insert(store, list(_family(c, p, messages)))


async def _insert(store: Store, records: Sequence[Record]) -> None:
    for start in range(0, len(records), AT_ONCE):
        await store.commit([Insert(record) for record in records[start : start + AT_ONCE]])


def _school(scene: Scene) -> Iterator[Record]:
    around = timedelta(days=180)
    year = SchoolYear(YEAR, (NOW - around).date(), (NOW + around).date())
    yield School(id=SCHOOL, name="De Maat", years=(year,))
    for c in range(scene.classes):
        yield SchoolClass(id=class_id(c), school_id=SCHOOL, sis_id=f"{c}", year=YEAR, name=f"{c}A")
        for t in range(scene.teachers):
            id = teacher_id(c, t)
            yield Teacher(
                id=id, school_id=SCHOOL, sis_id=id, given_name="Juf", family_name=f"Nr. {t}"
            )
            yield TeamMember(
                id=ids.pair(class_id(c), id), school_id=SCHOOL, class_id=class_id(c), teacher_id=id
            )
            yield from _log_in(id, "teacher")


def _family(c: int, p: int, messages: int) -> Iterator[Record]:
    guardian, pupil = guardian_id(c, p), pupil_id(c, p)
    yield Pupil(id=pupil, school_id=SCHOOL, sis_id=pupil, given_name="Kind", family_name=f"van {p}")
    yield Placement(
        id=ids.pair(pupil, class_id(c)),
        school_id=SCHOOL,
        class_id=class_id(c),
        pupil_id=pupil,
        year=YEAR,
    )
    yield Guardian(
        id=guardian, school_id=SCHOOL, sis_id=guardian, given_name="Ouder", family_name=f"van {p}"
    )
    yield Guardianship(
        id=ids.pair(pupil, guardian), school_id=SCHOOL, pupil_id=pupil, guardian_id=guardian
    )
    yield from _log_in(guardian, "guardian")
    yield from _conversation(c, p, messages)


def _log_in(person_id: str, role: RoleName) -> Iterator[Record]:
    bare = _bare(person_id)
    yield Account(id=bare, email=f"{bare}@school.example", name=bare, password="none")
    yield Role(id=person_id, school_id=SCHOOL, account_id=bare, role=role)
    yield Session(
        id=bare,
        account_id=bare,
        secret=hashlib.sha256(SECRET.encode()).hexdigest(),
        bucket=ids.bucket(bare),
        created_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )


def _conversation(c: int, p: int, messages: int) -> Iterator[Record]:
    id, guardian = conversation_id(c, p), guardian_id(c, p)
    yield Conversation(
        id=id,
        school_id=SCHOOL,
        class_id=class_id(c),
        pupil_id=pupil_id(c, p),
        guardian_ids=(guardian,),
        opened_by=(guardian,),
        last_seq=messages,
        rev=messages,
        positions={guardian: messages} if messages else {},
        order=ids.order(NOW, id),
        bucket=ids.bucket(ids.school_of(id)),
        changed_at=NOW,
    )
    yield Participation(
        id=ids.pair(id, guardian), school_id=SCHOOL, guardian_id=guardian, conversation_id=id
    )
    for seq in range(1, messages + 1):
        yield _message(c, p, seq)


def _message(c: int, p: int, seq: int) -> Message:
    text = f"Bericht {seq}: Sami is zijn gymtas vergeten, mag hij die van zijn broer lenen? Groet"
    id = conversation_id(c, p)
    return Message(
        id=ids.of_message(id, seq),
        school_id=SCHOOL,
        conversation_id=id,
        class_id=class_id(c),
        seq=seq,
        rev=seq,
        key=f"key-{seq}",
        author_id=guardian_id(c, p),
        author_role="guardian",
        author_name=f"Ouder van {p}",
        text=text,
        at=NOW,
    )


def _bare(person_id: str) -> str:
    return person_id.partition(".")[2]
