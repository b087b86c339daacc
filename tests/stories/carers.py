"""A school has more people than the cast: carers of Sami by the dozen, each with a conversation."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from storage import ids
from storage.schema import Conversation, Guardian, Message, Participation, School
from storage.store import Store
from storage.writes import Insert, Replace, Write
from tests.cast import Cast, guardianship

LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)


async def add_carers(store: Store, cast: Cast, count: int, *, opened_by: str) -> list[str]:
    """That many guardians of Sami more, each named in an empty conversation with 3B; their ids."""
    fatima = await store.get(Guardian, cast.fatima)
    school = await store.get(School, cast.school_id)
    assert fatima
    assert school
    writes: list[Write] = [Replace(school)]
    names = [f"carer{opened_by}{n}" for n in range(count)]
    for name in names:
        guardian_id: str = getattr(cast, name)
        writes.append(Insert(replace(fatima, id=guardian_id, sis_id=name, version=0)))
        writes.append(Insert(guardianship(cast, "sami", name)))
        writes += [Insert(record) for record in _conversation(cast, guardian_id, opened_by)]
    await store.commit(writes)
    return [getattr(cast, name) for name in names]


def _conversation(
    cast: Cast, guardian_id: str, opened_by: str
) -> tuple[Conversation, Participation]:
    id = ids.of_conversation(cast.groep_3b, cast.sami, (guardian_id,))
    conversation = Conversation(
        id=id,
        school_id=cast.school_id,
        class_id=cast.groep_3b,
        pupil_id=cast.sami,
        guardian_ids=(guardian_id,),
        opened_by=(getattr(cast, opened_by),),
        order=ids.NEVER + id,
        bucket=ids.bucket(ids.school_of(id)),
        changed_at=LONG_AGO,
    )
    named = Participation(
        id=ids.pair(id, guardian_id),
        school_id=cast.school_id,
        guardian_id=guardian_id,
        conversation_id=id,
    )
    return conversation, named


async def fill(store: Store, conversation_id: str, author_id: str, count: int) -> None:
    """So many messages of a teacher, stored at once as if they had been sent one by one."""
    before = await store.get(Conversation, conversation_id)
    assert before
    messages = [
        Message(
            id=ids.of_message(conversation_id, seq),
            school_id=before.school_id,
            conversation_id=conversation_id,
            class_id=before.class_id,
            seq=seq,
            rev=before.rev + n + 1,
            key=f"filled {seq}",
            author_id=author_id,
            author_role="teacher",
            author_name="Anna Jansen",
            text=f"bericht {seq}",
            at=LONG_AGO,
        )
        for n, seq in enumerate(range(before.last_seq + 1, before.last_seq + count + 1))
    ]
    last = messages[-1]
    after = replace(before, last_seq=last.seq, rev=last.rev, order=ids.order(LONG_AGO, before.id))
    await store.commit([Replace(after), *map(Insert, messages)])
