"""What a roster import does, one change at a time, each with the School in the same commit.

Also from another process: `python -m tests.stories.roster KIND ADDRESS SCHOOL CHANGE WORD…`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

from msgspec.structs import replace

from storage import ids
from storage.schema import (
    Guardian,
    Guardianship,
    Placement,
    Pupil,
    Record,
    Role,
    School,
    SchoolYear,
    Teacher,
    TeamMember,
)
from storage.store import Store
from storage.writes import Delete, Insert, Replace, Write
from tests.cast import Cast, guardianship, placement, team_member
from tests.storage.places import Place

R = TypeVar("R", bound=Record)
Change = Callable[..., Awaitable[list[Write]]]


async def change(store: Store, cast: Cast, name: str, *words: str) -> None:
    writes = await CHANGES[name](store, cast, *words)
    school = await there(store, School, cast.school_id)
    if not any(isinstance(write.record, School) for write in writes):
        writes.append(Replace(school))
    await store.commit(writes)


async def there(store: Store, kind: type[R], id: str) -> R:
    record = await store.get(kind, id)
    assert record is not None, id
    return record


async def leaves_team(store: Store, cast: Cast, teacher: str) -> list[Write]:
    id = ids.pair(cast.groep_3b, getattr(cast, teacher))
    return [Delete(await there(store, TeamMember, id))]


async def joins_team(store: Store, cast: Cast, teacher: str) -> list[Write]:
    return [Insert(team_member(cast, cast.groep_3b, teacher))]


async def leaves_school(store: Store, cast: Cast, teacher: str) -> list[Write]:
    """As an import does with whoever it no longer lists: gone, and without ties."""
    person = await there(store, Teacher, getattr(cast, teacher))
    ties = await leaves_team(store, cast, teacher)
    return [*ties, Replace(replace(person, gone=True))]


async def moves(store: Store, cast: Cast, pupil: str) -> list[Write]:
    """From groep 3B to groep 4A."""
    old = await there(store, Placement, ids.pair(getattr(cast, pupil), cast.groep_3b))
    return [Delete(old), Insert(placement(cast, pupil, cast.groep_4a))]


async def may_contact(
    store: Store, cast: Cast, pupil: str, guardian: str, may: str = "no"
) -> list[Write]:
    id = ids.pair(getattr(cast, pupil), getattr(cast, guardian))
    tie = await there(store, Guardianship, id)
    return [Replace(replace(tie, may_contact=may == "yes"))]


async def becomes_guardian(store: Store, cast: Cast, pupil: str, guardian: str) -> list[Write]:
    return [Insert(guardianship(cast, pupil, guardian))]


async def leaves_roster(store: Store, cast: Cast, pupil: str, guardian: str) -> list[Write]:
    """As an import does with a guardian whom it no longer lists."""
    person = await there(store, Guardian, getattr(cast, guardian))
    tie = await there(store, Guardianship, ids.pair(getattr(cast, pupil), person.id))
    return [Delete(tie), Replace(replace(person, gone=True))]


async def live_apart(store: Store, cast: Cast, pupil: str, apart: str = "yes") -> list[Write]:
    record = await there(store, Pupil, getattr(cast, pupil))
    return [Replace(replace(record, apart=apart == "yes"))]


async def is_renamed(store: Store, cast: Cast, guardian: str, name: str) -> list[Write]:
    record = await there(store, Guardian, getattr(cast, guardian))
    return [Replace(replace(record, given_name=name))]


async def loses_role(store: Store, cast: Cast, name: str) -> list[Write]:
    return [Delete(await there(store, Role, getattr(cast, name)))]


async def is_also(store: Store, cast: Cast, name: str, account: str) -> list[Write]:
    """The account of one person speaks for another one as well: Anna for the guardian she is."""
    role = await there(store, Role, getattr(cast, name))
    return [Replace(replace(role, account_id=cast.account(account)))]


async def year_ends(store: Store, cast: Cast) -> list[Write]:
    school = await there(store, School, cast.school_id)
    year = SchoolYear("2026-2027", date(2026, 8, 1), date(2026, 8, 2))
    return [Replace(replace(school, years=(year,)))]


CHANGES: dict[str, Change] = {
    made.__name__: made
    for made in (
        leaves_team, joins_team, leaves_school, moves, may_contact, becomes_guardian,
        leaves_roster, live_apart, is_renamed, loses_role, is_also, year_ends,
    )
}  # fmt: skip


async def main(kind: str, address: str, school_id: str, name: str, *words: str) -> None:
    store = await Place(kind, address).open()
    await change(store, Cast(school_id), name, *words)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
