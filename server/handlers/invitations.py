"""invitation.list and invitation.send; and the same for the `hekje` command."""

from __future__ import annotations

from urllib.parse import urlsplit

from server import access
from server.circles import contacts_of, is_here, pupils_of
from server.clock import rfc3339
from server.decision import Conflict, Decision, NotFound, ReadOnly
from server.handlers.notices import reader_of
from server.protocol import people
from server.school import accounts
from server.school import invitations as rules
from server.school.rights import current_year, has_ended
from server.school.teams import from_outside
from server.school.text import checked_name
from server.turn import Turn
from storage import ids
from storage.schema import (
    ACCOUNT_BY_EMAIL,
    CLASSES_OF_SCHOOL,
    GUARDIANS_OF_SCHOOL,
    LINKS_OF_PERSON,
    PLACEMENTS_OF_CLASS,
    ROLES_OF_ACCOUNT,
    TEACHERS_OF_SCHOOL,
    Account,
    Guardian,
    Link,
    Pupil,
    Role,
    RoleName,
    School,
    SchoolClass,
    Teacher,
    Undelivered,
)
from storage.writes import Write

EARLIER_LINKS = 20
"""All before the newest are void already."""


async def list_(turn: Turn, request: people.ListInvitations) -> Decision:
    school_class = await access.open_class(turn, request.class_id)
    shown = []
    for invitee in await _invitees(turn, school_class):
        newest = await links_of(turn, invitee.guardian.id, limit=1)
        mark = await turn.store.get(Undelivered, invitee.guardian.id)
        shown.append(
            people.InvitedGuardian(
                guardian_id=invitee.guardian.id,
                name=invitee.guardian.name,
                pupil_ids=list(invitee.pupil_ids),
                has_account=invitee.has_account,
                has_address=invitee.has_address,
                needs_own_address=invitee.needs_own_address,
                invited_at=rfc3339(newest[0].made_at) if newest else None,
                invited_until=_end_of(newest[0]) if newest else None,
                undelivered=mark.cause if mark and await reader_of(turn, mark) else None,
            )
        )
    return Decision(people.InvitationsAnswer(guardians=shown))


def _end_of(link: Link) -> str:
    return rfc3339(link.ended_at or link.expires_at)


async def send(turn: Turn, request: people.SendInvitations) -> Decision:
    await access.open_class(turn, request.class_id)
    return await invite_class(turn, request.class_id, request.guardian_ids)


async def invite_class(
    turn: Turn, class_id: str, guardian_ids: list[str] | None = None
) -> Decision:
    """A link and a mail each; asks no rights of the asker, which `send` does."""
    invitees, school = await _of_class(turn, class_id)
    invited = rules.chosen(invitees, guardian_ids)
    writes = await _links_for(turn, school, invited)
    return Decision(people.InvitationsSent(sent=len(invited)), writes)


async def _of_class(turn: Turn, class_id: str) -> tuple[list[rules.Invitee], School]:
    school_class = await turn.roster.get(SchoolClass, class_id)
    school = await turn.roster.school(ids.school_of(class_id))
    if school_class is None or school is None:
        raise NotFound
    if has_ended(school, school_class, turn.today(school)):
        raise ReadOnly("class_ended")
    return await _invitees(turn, school_class), school


async def _links_for(turn: Turn, school: School, invited: list[rules.Invitee]) -> tuple[Write, ...]:
    writes: list[Write] = []
    for invitee in invited:
        invitation = rules.Invitation(
            school_id=school.id,
            person_id=invitee.guardian.id,
            role="guardian",
            email=invitee.guardian.email or "",
            locale=school.locale,
        )
        earlier = await links_of(turn, invitee.guardian.id)
        writes += rules.invite(invitation, earlier, host_of(turn), turn.now)[1]
    return tuple(writes)


# --- For the `hekje` command, which asks in nobody's name ----------------------------------


async def classes_to_invite(turn: Turn, school_id: str, name: str | None = None) -> Decision:
    """Answers the ids of this year's classes, or of the one with that name; `NotFound` if none."""
    school = await _school(turn, school_id)
    year = current_year(school, turn.today(school))
    classes = await turn.roster.find(CLASSES_OF_SCHOOL, school_id, year.name) if year else ()
    if not classes:
        raise NotFound("roster_first")
    found = [one.id for one in classes if name is None or one.name == name]
    if not found:
        raise NotFound("class_unknown")
    return Decision(found)


async def invite_rest(turn: Turn, class_id: str, done: frozenset[str]) -> Decision:
    """Answers the ids of whom it invites: all who can be, save those whose letter is made.

    A second letter to a parent with children in two classes would void the first.
    """
    invitees, school = await _of_class(turn, class_id)
    rest = [one for one in rules.chosen(invitees, None) if one.guardian.id not in done]
    writes = await _links_for(turn, school, rest)
    return Decision([one.guardian.id for one in rest], writes)


async def create_account_link(
    turn: Turn,
    *,
    school_id: str,
    role: RoleName,
    email: str,
    teacher_sis_id: str | None = None,
    name: str | None = None,
) -> Decision:
    """Answers the `Link` for somebody of the office, or for the teacher with that SIS id.

    With a `name` the teacher is made: somebody from outside, who comes to substitute. Who waits
    with that address already is the same person, under the name given last.
    """
    school = await _school(turn, school_id)
    email = accounts.checked_address(email)
    made: tuple[Write, ...] = ()
    if role == "office":
        person_id = ids.fresh(school_id)
    elif name is None:
        person_id = await _teacher_id(turn, school_id, teacher_sis_id)
    else:
        waiting = await _waiting_at(turn, school_id, email)
        person_id = waiting.id if waiting else ids.fresh(school_id)
        made = from_outside(school, person_id, checked_name(name), email, waiting)
    await _must_have_no_role_yet(turn, school_id, role, person_id, email)
    invitation = rules.Invitation(school_id, person_id, role, email, school.locale)
    earlier = await links_of(turn, person_id)
    link, writes = rules.invite(invitation, earlier, host_of(turn), turn.now)
    return Decision(link, (*made, *writes))


async def _school(turn: Turn, school_id: str) -> School:
    school = await turn.roster.school(school_id)
    if school is None:
        raise NotFound("school_unknown")
    return school


async def _teacher_id(turn: Turn, school_id: str, sis_id: str | None) -> str:
    if sis_id is not None:
        for teacher in await turn.roster.find(TEACHERS_OF_SCHOOL, school_id, sis_id):
            if await is_here(turn, teacher.id):
                return teacher.id
    raise NotFound("teacher_unknown")


async def _waiting_at(turn: Turn, school_id: str, email: str) -> Teacher | None:
    """Who comes from outside, with that address, and has not been in yet."""
    for teacher in await turn.roster.find(TEACHERS_OF_SCHOOL, school_id):
        known_by = teacher.email if teacher.from_outside else None
        if known_by == accounts.folded(email) and not await turn.roster.get(Role, teacher.id):
            return teacher
    return None


async def _must_have_no_role_yet(
    turn: Turn, school_id: str, role: RoleName, person_id: str, email: str
) -> None:
    if await turn.roster.get(Role, person_id) is not None:
        raise Conflict("has_account")
    account = await account_at(turn, email)
    for known in await roles_of(turn, account.id) if account else ():
        if known.school_id == school_id and known.role == role:
            raise Conflict("has_account" if role == "office" else "address_of_another")


# --- What the rules rest on ----------------------------------------------------------------


async def account_at(turn: Turn, email: str) -> Account | None:
    found = await turn.store.find(ACCOUNT_BY_EMAIL, accounts.folded(email), limit=1)
    return found[0] if found else None


async def links_of(turn: Turn, person_id: str, *, limit: int = EARLIER_LINKS) -> list[Link]:
    """From newest to oldest."""
    return await turn.store.find(LINKS_OF_PERSON, person_id, descending=True, limit=limit)


async def children_of(turn: Turn, guardian_id: str) -> list[Pupil]:
    """The pupils of a class about whom a guardian may be contacted."""
    found = [await turn.roster.get(Pupil, id) for id in await pupils_of(turn, guardian_id)]
    return sorted((pupil for pupil in found if pupil), key=lambda pupil: pupil.name)


def host_of(turn: Turn) -> str:
    """What Message-IDs end with."""
    return urlsplit(turn.settings.url).hostname or "localhost"


async def _invitees(turn: Turn, school_class: SchoolClass) -> list[rules.Invitee]:
    """The guardians of a class who may be contacted, by name."""
    guardians: dict[str, Guardian] = {}
    pupils: dict[str, list[str]] = {}
    for placement in await turn.roster.find(PLACEMENTS_OF_CLASS, school_class.id):
        for contact in await contacts_of(turn, placement.pupil_id):
            guardians[contact.guardian.id] = contact.guardian
            pupils.setdefault(contact.guardian.id, []).append(placement.pupil_id)
    found = [
        rules.Invitee(
            guardian=guardian,
            pupil_ids=tuple(sorted(pupils[guardian.id])),
            has_account=await turn.roster.get(Role, guardian.id) is not None,
            needs_own_address=await _is_anothers(turn, guardian),
        )
        for guardian in guardians.values()
    ]
    return sorted(found, key=lambda invitee: (invitee.guardian.name, invitee.guardian.id))


async def _is_anothers(turn: Turn, guardian: Guardian) -> bool:
    """Whether somebody else at the school has this address, in the roster or as account."""
    if guardian.email is None or await turn.roster.get(Role, guardian.id) is not None:
        return False
    if (await _shared_addresses(turn, guardian.school_id)).get(
        accounts.folded(guardian.email), guardian.id
    ) != guardian.id:
        return True
    account = await account_at(turn, guardian.email)
    roles = await roles_of(turn, account.id) if account else ()
    return any(role.role == "guardian" and role.school_id == guardian.school_id for role in roles)


async def _shared_addresses(turn: Turn, school_id: str) -> dict[str, str]:
    """Addresses that several guardians of a school have, each with the one it stands for."""
    known = await turn.roster.remember(school_id)
    if "shared addresses" not in known:
        known["shared addresses"] = await _read_shared_addresses(turn, school_id)
    shared: dict[str, str] = known["shared addresses"]
    return shared


async def _read_shared_addresses(turn: Turn, school_id: str) -> dict[str, str]:
    of_address: dict[str, list[Guardian]] = {}
    for guardian in await turn.roster.find(GUARDIANS_OF_SCHOOL, school_id):
        if guardian.email is not None and not guardian.gone:
            of_address.setdefault(accounts.folded(guardian.email), []).append(guardian)
    shared = {}
    for address, guardians in of_address.items():
        if len(guardians) > 1 and (holder := await _holder(turn, guardians)):
            shared[address] = holder
    return shared


async def _holder(turn: Turn, guardians: list[Guardian]) -> str | None:
    with_account = {
        guardian.id for guardian in guardians if await turn.roster.get(Role, guardian.id)
    }
    candidates = [
        guardian
        for guardian in guardians
        if guardian.id in with_account or await children_of(turn, guardian.id)
    ]
    return rules.holder(candidates, frozenset(with_account))


async def roles_of(turn: Turn, account_id: str) -> list[Role]:
    return await turn.store.find(ROLES_OF_ACCOUNT, account_id, limit=200)
