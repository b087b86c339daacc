"""Records as a person sees them: what each may know of conversations, messages, classes, pupils."""

from __future__ import annotations

from server import access
from server.circles import contacts_of, team_of
from server.clock import rfc3339
from server.protocol import conversations as seen
from server.protocol import people
from server.school.conversations import team_position
from server.school.rights import Circle, Seat, current_year, has_ended
from server.turn import Turn
from storage import ids
from storage.schema import (
    Account,
    Guardian,
    Message,
    Pupil,
    Role,
    School,
    SchoolClass,
    Teacher,
)


def message_seen_from(message: Message, seat: Seat) -> seen.Message:
    """A message for whoever sits there; the `key` is for its author alone."""
    mine = message.author_id == seat.person_id
    return message_shown(message, mine=mine, veiled=seat.veiled and not mine)


def message_shown(message: Message, *, mine: bool, veiled: bool) -> seen.Message:
    """`veiled` keeps back the name of another guardian who lives apart from the reader."""
    hidden = veiled and message.author_role == "guardian"
    return seen.Message(
        id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        rev=message.revised or message.rev,
        key=message.key if mine else None,
        kind=message.message_kind,
        author=seen.Author(
            id="" if hidden else message.author_id,
            name="" if hidden else message.author_name,
            role=message.author_role,
        ),
        text=message.text,
        files=[],
        at=rfc3339(message.at),
        edited_at=rfc3339(message.edited_at) if message.edited_at else None,
        withdrawn=message.withdrawn,
    )


async def conversation_seen_from(turn: Turn, seat: Seat) -> seen.Conversation:
    conversation, circle = seat.conversation, seat.circle
    last = None
    if conversation.last_seq:
        id = ids.of_message(conversation.id, conversation.last_seq)
        message = await turn.store.get(Message, id)
        last = message_seen_from(message, seat) if message else None
    holder = conversation.taken_by if conversation.taken_by in circle.teacher_ids else None
    marks = [
        seen.ReadMark(id=guardian, seq=conversation.positions.get(guardian, 0))
        for guardian in seat.guardian_ids
    ]
    team = seat.of_team
    return seen.Conversation(
        id=conversation.id,
        school_id=conversation.school_id,
        class_id=conversation.class_id,
        pupil=people.Person(id=circle.pupil.id, name=circle.pupil.name),
        guardians=await _named_guardians(turn, seat),
        read_only=seat.read_only,
        last_seq=conversation.last_seq,
        rev=conversation.rev,
        read_seq=conversation.positions.get(seat.person_id, 0),
        team_read_seq=None if team else team_position(conversation),
        guardians_read=marks if team else None,
        taken_by=await _teacher(turn, holder) if team and holder else None,
        handled=conversation.handled if team else None,
        last_message=last,
    )


async def _named_guardians(turn: Turn, seat: Seat) -> list[people.Person]:
    named = []
    for guardian_id in seat.guardian_ids:
        if seat.veiled and guardian_id != seat.person_id:
            continue
        guardian = await turn.roster.get(Guardian, guardian_id)
        if guardian:
            named.append(people.Person(id=guardian.id, name=guardian.name))
    return named


async def _teacher(turn: Turn, teacher_id: str) -> people.Person | None:
    teacher = await turn.roster.get(Teacher, teacher_id)
    return people.Person(id=teacher.id, name=teacher.name) if teacher else None


def school_shown(turn: Turn, school: School) -> people.School:
    year = current_year(school, turn.today(school))
    return people.School(
        id=school.id,
        name=school.name,
        timezone=school.timezone,
        locale=school.locale,
        year=year.name if year else "",
        contact=school.contact,
        second_factor=[role for role in school.second_factor if role != "guardian"],
        names_in_digests=school.digest_names,
    )


async def class_shown(turn: Turn, school: School, school_class: SchoolClass) -> people.SchoolClass:
    teachers = []
    for teacher_id in await team_of(turn, school_class.id):
        teacher = await turn.roster.get(Teacher, teacher_id)
        if teacher:
            teachers.append(people.Person(id=teacher.id, name=teacher.name))
    return people.SchoolClass(
        id=school_class.id,
        school_id=school.id,
        name=school_class.name,
        year=school_class.year,
        teachers=sorted(teachers, key=lambda teacher: teacher.name),
        read_only=has_ended(school, school_class, turn.today(school)),
    )


async def pupil_shown_to_team(turn: Turn, pupil: Pupil, class_id: str) -> people.Pupil:
    guardians = [
        people.GuardianOfPupil(
            id=contact.guardian.id,
            name=contact.guardian.name,
            has_account=await turn.roster.get(Role, contact.guardian.id) is not None,
            has_address=contact.guardian.email is not None,
        )
        for contact in await contacts_of(turn, pupil.id)
    ]
    return people.Pupil(id=pupil.id, class_id=class_id, name=pupil.name, guardians=guardians)


def pupil_shown_to_guardian(circle: Circle, guardian_id: str) -> people.Pupil:
    pupil = circle.pupil
    guardians = [
        people.GuardianOfPupil(id=contact.guardian.id, name=contact.guardian.name)
        for contact in circle.contacts_shown_to(guardian_id)
    ]
    return people.Pupil(
        id=pupil.id, class_id=circle.school_class.id, name=pupil.name, guardians=guardians
    )


async def account_shown(turn: Turn, account: Account) -> people.Account:
    roles = [
        people.RoleOfAccount(
            school_id=role.school_id,
            role=role.role,
            teacher_id=role.id if role.role == "teacher" else None,
            guardian_id=role.id if role.role == "guardian" else None,
        )
        for role in await turn.roles()
        if await access.still_holds(turn, role)
    ]
    quiet = account.quiet_hours
    return people.Account(
        id=account.id,
        name=account.name,
        email=account.email,
        locale="en" if account.locale == "en" else "nl",
        roles=roles,
        second_factor=account.totp_secret is not None,
        quiet_hours=people.QuietHours(start=quiet[0], end=quiet[1]) if quiet else None,
    )
