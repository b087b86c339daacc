"""The one door to each guarded record: it opens for who may pass, and is not there for others.

An outsider and a typing mistake get the same answer, `not_found`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from server.circles import (
    circle_of,
    classes_of_guardian,
    contacts_of,
    in_team,
    is_here,
    rooms,
    team_of,
)
from server.decision import Forbidden, NotFound
from server.school.rights import Circle, Seat, has_ended, seat_of
from server.turn import Turn
from storage import ids
from storage.schema import (
    PLACEMENTS_OF_PUPIL,
    Conversation,
    Guardian,
    Message,
    Pupil,
    Role,
    RoleName,
    School,
    SchoolClass,
    Teacher,
)

Person = tuple[str, RoleName, str]
"""Id, role and name of somebody an account speaks for."""


async def open_conversation(turn: Turn, conversation_id: str) -> Seat:
    conversation = await turn.store.get(Conversation, conversation_id)
    seat = await seat_in(turn, conversation) if conversation else None
    if seat is None:
        raise NotFound
    return seat


async def open_conversation_to_write(turn: Turn, conversation_id: str) -> Seat:
    """The same, for a turn that replaces it."""
    conversation = await turn.conversation_to_replace(conversation_id)
    seat = await seat_in(turn, conversation) if conversation else None
    if seat is None:
        raise NotFound
    return seat


async def open_message(turn: Turn, message_id: str) -> tuple[Seat, Message]:
    message = await turn.store.get(Message, message_id)
    if message is None:
        raise NotFound
    return await open_conversation(turn, message.conversation_id), message


async def seat_in(turn: Turn, conversation: Conversation) -> Seat | None:
    """The asker's place in a conversation, or None: it is not theirs to know of."""
    circle = await circle_of(turn, conversation.class_id, conversation.pupil_id)
    if circle is None:
        return None
    asker = await people(turn, conversation.school_id)
    named = await _is_named(turn, conversation)
    return seat_of(conversation, circle, asker, turn.today(circle.school), named=named)


async def _is_named(turn: Turn, conversation: Conversation) -> bool:
    """Whether the asker is or was one of its guardians: also who has left the roster."""
    roles = [await turn.roster.get(Role, id) for id in conversation.guardian_ids]
    return any(role is not None and role.account_id == turn.account_id for role in roles)


async def open_circle(turn: Turn, class_id: str, pupil_id: str) -> tuple[Circle, Person]:
    """The people around a pupil in its class, for a guardian of it or a teacher of the class.

    `forbidden` to the office, which sees both but takes no part.
    """
    circle = await circle_of(turn, class_id, pupil_id)
    if circle is None or not circle.placed:
        raise NotFound
    asker = await people(turn, circle.school.id)
    for person in sorted(asker, key=lambda person: person[1] != "guardian"):
        id, role, _ = person
        if id in (circle.guardian_ids if role == "guardian" else circle.teacher_ids):
            return circle, person
    raise Forbidden if any(role == "office" for _, role, _ in asker) else NotFound


async def open_class(turn: Turn, class_id: str) -> SchoolClass:
    """A class, for its team and the office; a guardian of it is `forbidden`, others see nothing."""
    school_class = await turn.roster.get(SchoolClass, class_id)
    if school_class is None:
        raise NotFound
    guardian_of_it = False
    for id, role, _ in await people(turn, school_class.school_id):
        if role == "office" or (role == "teacher" and await in_team(turn, class_id, id)):
            return school_class
        if role == "guardian" and not guardian_of_it:
            guardian_of_it = class_id in await classes_of_guardian(turn, id)
    raise Forbidden("team_only") if guardian_of_it else NotFound


async def open_class_of_mine(turn: Turn, class_id: str) -> SchoolClass:
    """A class, for its team, the office, and the guardians of its pupils."""
    school_class = await turn.roster.get(SchoolClass, class_id)
    asker = await people(turn, school_class.school_id) if school_class else []
    for id, role, _ in asker:
        if (
            role == "office"
            or (role == "teacher" and await in_team(turn, class_id, id))
            or (role == "guardian" and class_id in await classes_of_guardian(turn, id))
        ):
            assert school_class is not None  # or nobody would be asking
            return school_class
    raise NotFound


async def open_school_as_office(turn: Turn, school_id: str) -> School:
    """A school, for its office; `forbidden` to others who are somebody there."""
    school = await open_school_of_mine(turn, school_id)
    if any(role == "office" for _, role, _ in await people(turn, school.id)):
        return school
    raise Forbidden("office_only")


async def open_school_of_mine(turn: Turn, school_id: str) -> School:
    """A school, for everybody who is somebody there."""
    school = await turn.roster.school(school_id)
    if school is None or not await people(turn, school.id):
        raise NotFound
    return school


async def open_school_as_teacher(turn: Turn, school_id: str) -> tuple[School, str]:
    """A school and the asker's id as its teacher; `forbidden` to others who are somebody there."""
    school = await open_school_of_mine(turn, school_id)
    for id, role, _ in await people(turn, school.id):
        if role == "teacher":
            return school, id
    raise Forbidden("teacher_only")


async def open_class_as_office(turn: Turn, class_id: str) -> tuple[School, SchoolClass]:
    """A class, for the office of its school; `forbidden` to others who can see it."""
    school_class = await open_class(turn, class_id)
    school = await turn.roster.school(school_class.school_id)
    if school is None:
        raise NotFound
    if not any(role == "office" for _, role, _ in await people(turn, school.id)):
        raise Forbidden("office_only")
    return school, school_class


async def open_pupil_as_office(turn: Turn, pupil_id: str) -> tuple[School, Pupil]:
    """A pupil, for the office of its school; `forbidden` to others who can see it."""
    pupil = await turn.roster.get(Pupil, pupil_id)
    school = await turn.roster.school(ids.school_of(pupil_id))
    if pupil is None or school is None:
        raise NotFound
    asker = await people(turn, school.id)
    if any(role == "office" for _, role, _ in asker):
        return school, pupil
    for id, role, _ in asker:
        if role == "guardian" and any(
            c.guardian.id == id for c in await contacts_of(turn, pupil_id)
        ):
            raise Forbidden("office_only")
        if role == "teacher" and await _teaches(turn, id, pupil_id):
            raise Forbidden("office_only")
    raise NotFound


async def open_role_as_office(turn: Turn, person_id: str) -> Role:
    """Who speaks for somebody of the school, for its office; nobody else hears who has an account."""
    await open_school_as_office(turn, ids.school_of(person_id))
    role = await turn.roster.get(Role, person_id)
    if role is None:
        raise NotFound("no_account")
    return role


async def people(turn: Turn, school_id: str) -> list[Person]:
    """Whom the asker speaks for at a school, as far as the roster still knows them."""
    known = await turn.roster.remember(school_id)
    key = ("people", turn.account_id)
    if key not in known:
        known[key] = await _read_people(turn, school_id)
    found: list[Person] = known[key]
    return found


async def _read_people(turn: Turn, school_id: str) -> list[Person]:
    found: list[Person] = []
    for role in await turn.roles():
        if role.school_id == school_id:
            name = await _name_of(turn, role)
            if name is not None:
                found.append((role.id, role.role, name))
    return found


class Standing(NamedTuple):
    """What the asker is at a school, and whether it wants a second factor for that."""

    roles: frozenset[RoleName]
    second_factor: bool


async def standing(turn: Turn, school_id: str) -> Standing:
    known = await turn.roster.remember(school_id)
    key = ("standing", turn.account_id)
    if key not in known:
        roles = frozenset(role for _, role, _ in await people(turn, school_id))
        school = await turn.roster.school(school_id)
        known[key] = Standing(roles, bool(school and roles.intersection(school.second_factor)))
    found: Standing = known[key]
    return found


async def has_one_of(turn: Turn, roles: frozenset[RoleName], school_ids: frozenset[str]) -> bool:
    """Whether the asker has one of these roles anywhere; looks first where they are known."""
    for school_id in school_ids:
        if not roles.isdisjoint((await standing(turn, school_id)).roles):
            return True
    return any(role.role in roles for role in await turn.roles())


async def asks_second_factor(turn: Turn, school_ids: Iterable[str]) -> bool:
    """Whether one of these schools wants a second factor of the asker, for what they are there."""
    for school_id in school_ids:
        if (await standing(turn, school_id)).second_factor:
            return True
    return False


async def still_holds(turn: Turn, role: Role) -> bool:
    """Whether a role gives access to anything: gone people have none, nor guardians of nobody."""
    if await _name_of(turn, role) is None:
        return False
    return role.role != "guardian" or bool(await classes_of_guardian(turn, role.id))


async def _name_of(turn: Turn, role: Role) -> str | None:
    if role.role == "office":
        return ""
    if role.role == "teacher" and not await is_here(turn, role.id):
        return None
    kind = Guardian if role.role == "guardian" else Teacher
    person: Any = await turn.roster.get(kind, role.id)
    return None if person is None or person.gone else str(person.name)


async def fingerprint(turn: Turn) -> int | None:
    """Changes with the asker's rights and the names they see; None when no role is left."""
    parts: list[object] = []
    for role in await turn.roles():
        school = await turn.roster.school(role.school_id)
        if school is None or not await still_holds(turn, role):
            continue
        asked = role.role in school.second_factor
        parts.append((role.id, await _name_of(turn, role), school.name, school.years, asked))
        for class_id, pupil_ids in (await rooms(turn, role)).items():
            school_class = await turn.roster.get(SchoolClass, class_id)
            over = school_class is not None and has_ended(school, school_class, turn.today(school))
            parts.append((class_id, over, await _team_names(turn, class_id)))
            for pupil_id in pupil_ids:
                circle = await circle_of(turn, class_id, pupil_id)
                own = role.id if role.role == "guardian" else None
                parts.append(circle.outline(own) if circle else pupil_id)
    return hash(tuple(parts)) if parts else None


async def _team_names(turn: Turn, class_id: str) -> tuple[str, ...]:
    teachers = [await turn.roster.get(Teacher, id) for id in await team_of(turn, class_id)]
    return tuple(sorted(teacher.id + teacher.name for teacher in teachers if teacher))


async def _teaches(turn: Turn, teacher_id: str, pupil_id: str) -> bool:
    for placement in await turn.roster.find(PLACEMENTS_OF_PUPIL, pupil_id):
        if await in_team(turn, placement.class_id, teacher_id):
            return True
    return False
