"""The ways in: everybody of the demo school who has an account, invited and activated by the rules.

Comes last and in one commit: who can log in finds everything there, and a
school that nobody can enter was never finished.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from server.decision import Decision
from server.demo.people import ENGLISH, People
from server.demo.staff import OFFICE, TEACHERS
from server.dispatch import Asker, Dispatch
from server.handlers import invitations as doors
from server.school import invitations as rules
from server.turn import Turn
from storage import ids
from storage.schema import (
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    TEACHERS_OF_SCHOOL,
    Account,
    Guardian,
    Link,
    Role,
    School,
    Teacher,
)
from storage.writes import Insert, Replace, Write

MOST = 10_000
ACTIVATED_AFTER = timedelta(hours=5)

Person = Guardian | Teacher


async def let_in(dispatch: Dispatch, school: School, everybody: People, password: str) -> None:
    """Commits all accounts as of the dispatch's clock; `password` is the hash of the one they share.

    The mails of the invitations are left out, and so is whoever has not opened theirs.
    """
    turn = dispatch.turn(Asker())
    known = await _by_id(turn, school.id)
    links = await _invited(turn, school)
    accounts: dict[str, Account] = {}
    roles: dict[str, list[Role]] = {}
    writes: list[Write] = []
    for link in links:
        person = known.get(link.person_id or "")
        if person is not None and person.sis_id in everybody.never_came:
            writes.append(Insert(link))
            continue
        account = accounts.setdefault(link.email, _account(link, person, password))
        rules.must_be_free(roles.setdefault(account.id, []), link)
        for write in rules.activate(link, school, account, turn.now + ACTIVATED_AFTER):
            if not isinstance(write.record, School):  # replaced once, for all of them
                writes.append(Insert(write.record))
            if isinstance(write.record, Role):
                roles[account.id].append(write.record)
    await dispatch.store.commit([*map(Insert, accounts.values()), *writes, Replace(school)])


async def _invited(turn: Turn, school: School) -> Iterable[Link]:
    """A link for each who may have an account: the staff, and the guardians of every class."""
    invite = partial(doors.create_account_link, turn, school_id=school.id)
    decisions = [await invite(role="office", email=OFFICE.email)]
    decisions += [
        await invite(role="teacher", email=teacher.email, teacher_sis_id=teacher.sis_id)
        for teacher in TEACHERS.values()
    ]
    classes = await turn.store.find(CLASSES_OF_SCHOOL, school.id, limit=MOST)
    decisions += [await doors.invite_class(turn, school_class.id) for school_class in classes]
    return _links(decisions)


def _links(decisions: Iterable[Decision]) -> Iterable[Link]:
    """Whoever has children in two classes is invited once."""
    made = [write.record for decision in decisions for write in decision.writes]
    return {one.person_id: one for one in made if isinstance(one, Link)}.values()


async def _by_id(turn: Turn, school_id: str) -> dict[str, Person]:
    guardians = await turn.store.find(GUARDIANS_OF_SCHOOL, school_id, limit=MOST)
    teachers = await turn.store.find(TEACHERS_OF_SCHOOL, school_id, limit=MOST)
    known: list[Person] = [*guardians, *teachers]
    return {person.id: person for person in known}


def _account(link: Link, person: Person | None, password: str) -> Account:
    return Account(
        id=ids.fresh(),
        email=link.email,
        name=person.name if person else OFFICE.name,
        locale="en" if person and person.sis_id in ENGLISH else "nl",
        password=password,
    )
