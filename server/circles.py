"""The people around a pupil or a class, read from the roster as it is today."""

from __future__ import annotations

from collections.abc import Iterable

from server.presence.agendas import chat_closed
from server.school.rights import Circle, Contact, is_listed, past_years, year_of
from server.turn import Turn
from storage import ids
from storage.schema import (
    CLASSES_OF_SCHOOL,
    CLASSES_OF_SUBSTITUTE,
    CLASSES_OF_TEACHER,
    GUARDIANSHIPS_OF_GUARDIAN,
    GUARDIANSHIPS_OF_PUPIL,
    PLACEMENTS_OF_CLASS,
    PLACEMENTS_OF_PUPIL,
    SUBSTITUTES_OF_CLASS,
    TEAM_OF_CLASS,
    Guardian,
    Placement,
    Pupil,
    Role,
    SchoolClass,
    Substitute,
    Teacher,
)


async def circle_of(turn: Turn, class_id: str, pupil_id: str) -> Circle | None:
    known = await turn.roster.remember(ids.school_of(class_id))
    key = ("circle", class_id, pupil_id)
    if key not in known:
        known[key] = await _read_circle(turn, class_id, pupil_id)
    circle: Circle | None = known[key]
    return circle


async def _read_circle(turn: Turn, class_id: str, pupil_id: str) -> Circle | None:
    school = await turn.roster.school(ids.school_of(class_id))
    school_class = await turn.roster.get(SchoolClass, class_id)
    pupil = await turn.roster.get(Pupil, pupil_id)
    if school is None or school_class is None or pupil is None or pupil.school_id != school.id:
        return None
    placement = await turn.roster.get(Placement, ids.pair(pupil_id, class_id))
    contacts = await contacts_of(turn, pupil_id)
    teacher_ids = await team_of(turn, class_id)
    return Circle(
        school=school,
        school_class=school_class,
        pupil=pupil,
        placed=placement is not None and await year_of_pupil(turn, pupil_id) is not None,
        contacts=contacts,
        teacher_ids=teacher_ids,
        chat_closed=await chat_closed(turn, school.id, teacher_ids),
        apart_elsewhere=await _apart_by_another_child(turn, contacts),
    )


# --- Pupils and their guardians ------------------------------------------------------------


async def year_of_pupil(turn: Turn, pupil_id: str) -> str | None:
    """The school year whose ties count for a pupil today; None for one who is no longer here."""
    school = await turn.roster.school(ids.school_of(pupil_id))
    pupil = await turn.roster.get(Pupil, pupil_id)
    if school is None or pupil is None or pupil.gone:
        return None
    placements = await turn.roster.find(PLACEMENTS_OF_PUPIL, pupil_id)
    return year_of(placements, past_years(school.years, turn.today(school)))


async def contacts_of(turn: Turn, pupil_id: str) -> tuple[Contact, ...]:
    """The guardians of a pupil who may be contacted."""
    year = await year_of_pupil(turn, pupil_id)
    if year is None:
        return ()
    found = []
    for tie in await turn.roster.find(GUARDIANSHIPS_OF_PUPIL, pupil_id):
        guardian = await turn.roster.get(Guardian, tie.guardian_id)
        if guardian and not guardian.gone and tie.may_contact_in(year):
            found.append(Contact(guardian, tie))
    return tuple(found)


async def _apart_by_another_child(turn: Turn, contacts: Iterable[Contact]) -> bool:
    """Two of these have a child, this or another, whose guardians live apart.

    What that child's conversations keep from them, those of a sibling must not show.
    """
    seen: set[str] = set()
    for contact in contacts:
        for tie in await turn.roster.find(GUARDIANSHIPS_OF_GUARDIAN, contact.guardian.id):
            pupil = await turn.roster.get(Pupil, tie.pupil_id)
            if pupil and pupil.guardians_apart:
                if pupil.id in seen:
                    return True
                seen.add(pupil.id)
    return False


async def pupils_of(turn: Turn, guardian_id: str) -> list[str]:
    """The ids of the pupils about whom a guardian may be contacted."""
    found = []
    for tie in await turn.roster.find(GUARDIANSHIPS_OF_GUARDIAN, guardian_id):
        year = await year_of_pupil(turn, tie.pupil_id)
        if year is not None and tie.may_contact_in(year):
            found.append(tie.pupil_id)
    return found


async def classes_of_guardian(turn: Turn, guardian_id: str) -> dict[str, list[str]]:
    """The classes of a guardian's pupils, of all years, with those pupils' ids."""
    found: dict[str, list[str]] = {}
    for pupil_id in await pupils_of(turn, guardian_id):
        for placement in await turn.roster.find(PLACEMENTS_OF_PUPIL, pupil_id):
            found.setdefault(placement.class_id, []).append(pupil_id)
    return found


# --- Teams ---------------------------------------------------------------------------------


async def team_of(turn: Turn, class_id: str) -> frozenset[str]:
    """The ids of the teachers who are in a class's team now, substitutes among them."""
    members = await turn.roster.find(TEAM_OF_CLASS, class_id)
    substitutes = await turn.roster.find(SUBSTITUTES_OF_CLASS, class_id)
    ids_of_all = {member.teacher_id for member in members}
    ids_of_all |= {one.teacher_id for one in await _now(turn, substitutes)}
    return frozenset([id for id in ids_of_all if await is_here(turn, id)])


async def in_team(turn: Turn, class_id: str, teacher_id: str) -> bool:
    return teacher_id in await team_of(turn, class_id)


async def classes_of_teacher(turn: Turn, teacher_id: str) -> list[str]:
    """Of all years; none for a teacher who is no longer here."""
    if not await is_here(turn, teacher_id):
        return []
    members = await turn.roster.find(CLASSES_OF_TEACHER, teacher_id)
    substitutes = await turn.roster.find(CLASSES_OF_SUBSTITUTE, teacher_id)
    classes = [member.class_id for member in members]
    return list(dict.fromkeys([*classes, *(s.class_id for s in await _now(turn, substitutes))]))


async def is_here(turn: Turn, teacher_id: str) -> bool:
    """Whether somebody is a teacher of the school today; from outside, while they substitute."""
    teacher = await turn.roster.get(Teacher, teacher_id)
    school = await turn.roster.school(ids.school_of(teacher_id))
    if teacher is None or school is None:
        return False
    if teacher.from_outside:
        return bool(await _now(turn, await turn.roster.find(CLASSES_OF_SUBSTITUTE, teacher_id)))
    return is_listed(teacher, past_years(school.years, turn.today(school)))


async def _now(turn: Turn, substitutes: Iterable[Substitute]) -> list[Substitute]:
    """Those whose last day has not passed."""
    found = []
    for one in substitutes:
        school = await turn.roster.school(one.school_id)
        if school and turn.today(school) < one.until:
            found.append(one)
    return found


async def rooms(turn: Turn, role: Role) -> dict[str, list[str]]:
    """The classes somebody has to do with in a role, with the pupils they know there."""
    if role.role == "guardian":
        return await classes_of_guardian(turn, role.id)
    if role.role == "office":
        found = await turn.roster.find(CLASSES_OF_SCHOOL, role.school_id)
        return {school_class.id: [] for school_class in found}
    taught: dict[str, list[str]] = {}
    for class_id in await classes_of_teacher(turn, role.id):
        placements = await turn.roster.find(PLACEMENTS_OF_CLASS, class_id)
        taught[class_id] = [placement.pupil_id for placement in placements]
    return taught
