"""Who sees what: a person's place in a conversation, worked out from the roster as it is now.

Everything here takes records that were just read. The reading itself is in
`server.access`, the one door to a guarded record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from storage.schema import (
    Conversation,
    Guardian,
    Guardianship,
    Placement,
    Pupil,
    RoleName,
    School,
    SchoolClass,
    SchoolYear,
    Teacher,
)


@dataclass(frozen=True, slots=True)
class Contact:
    """A guardian of a pupil, and what ties them."""

    guardian: Guardian
    guardianship: Guardianship


@dataclass(frozen=True, slots=True)
class Circle:
    """The people around one pupil in one class: what a conversation there can be made of."""

    school: School
    school_class: SchoolClass
    pupil: Pupil
    placed: bool
    contacts: tuple[Contact, ...]
    """Guardians who may be contacted."""
    teacher_ids: frozenset[str]
    chat_closed: bool = False
    """No teacher of the team, which is not empty, takes messages."""
    apart_elsewhere: bool = False
    """Two of its guardians live apart by what is known of another child of theirs."""
    guardian_ids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        ids = frozenset(contact.guardian.id for contact in self.contacts)
        object.__setattr__(self, "guardian_ids", ids)

    @property
    def apart(self) -> bool:
        """No conversation names two of its guardians, and nothing shows one the other."""
        return self.pupil.guardians_apart or self.apart_elsewhere

    def contacts_shown_to(self, guardian_id: str) -> tuple[Contact, ...]:
        """The guardians that one of them may know of: only themselves where they live apart."""
        apart = self.apart
        return tuple(c for c in self.contacts if not apart or c.guardian.id == guardian_id)

    def outline(self, guardian_id: str | None = None) -> tuple[object, ...]:
        """What a client knows of it, a guardian's or (None) the team's; changes when that does."""
        shown = self.contacts if guardian_id is None else self.contacts_shown_to(guardian_id)
        contacts = tuple((contact.guardian.id, contact.guardian.name) for contact in shown)
        pupil = self.pupil
        return (
            self.school_class.name,
            pupil.id,
            pupil.name,
            self.apart,
            self.placed,
            contacts,
        )


class Seat(Struct, frozen=True):
    """One person's place in one conversation. Who has none cannot know that it exists."""

    conversation: Conversation
    circle: Circle
    person_id: str
    role: RoleName
    name: str
    read_only: bool

    @property
    def of_team(self) -> bool:
        return self.role == "teacher"

    @property
    def guardian_ids(self) -> tuple[str, ...]:
        """Who takes part as guardian now: one who may not be contacted is listed to nobody."""
        there = self.circle.guardian_ids
        return tuple(id for id in self.conversation.guardian_ids if id in there)

    @property
    def veiled(self) -> bool:
        """The other guardians' names are kept from this one, since they live apart."""
        return self.role == "guardian" and self.circle.apart

    def take(self, conversation: Conversation) -> Seat:
        """The same place in the conversation as it has become."""
        return Seat(conversation, self.circle, self.person_id, self.role, self.name, self.read_only)


def seat_of(
    conversation: Conversation,
    circle: Circle,
    people: Sequence[tuple[str, RoleName, str]],
    today: date,
    *,
    named: bool = False,
) -> Seat | None:
    """The place somebody takes who is each of `people` (id, role, name).

    Whoever is `named` in it as guardian takes part as that or not at all, also after leaving:
    what was written there as a parent is not a colleague's to handle.
    """
    as_guardian = [person for person in people if person[0] in conversation.guardian_ids]
    for person_id, role, name in as_guardian if named else as_guardian or people:
        if sits_in(conversation, circle, person_id, role):
            read_only = is_read_only(conversation, circle, today)
            return Seat(conversation, circle, person_id, role, name, read_only)
    return None


def sits_in(conversation: Conversation, circle: Circle, person_id: str, role: RoleName) -> bool:
    """The first rule of who sees what, for one person."""
    if conversation.last_seq == 0 and person_id not in conversation.opened_by:
        return False
    if role == "guardian":
        return person_id in conversation.guardian_ids and person_id in circle.guardian_ids
    return role == "teacher" and person_id in circle.teacher_ids


def is_read_only(conversation: Conversation, circle: Circle, today: date) -> bool:
    """The pupil has left, the year is over, or guardians named together now live apart."""
    return (
        not circle.placed
        or has_ended(circle.school, circle.school_class, today)
        or (circle.apart and len(conversation.guardian_ids) > 1)
        or not circle.guardian_ids.intersection(conversation.guardian_ids)
    )


# --- School years --------------------------------------------------------------------------


def has_ended(school: School, school_class: SchoolClass, today: date) -> bool:
    return any(year.name == school_class.year and year.ends < today for year in school.years)


def past_years(years: Iterable[SchoolYear], today: date) -> frozenset[str]:
    """The years in which a place gives nobody access any more, by name.

    A year that has ended still counts until there is a later one: no school
    is locked out because its next roster comes after the summer.
    """
    in_order = sorted(years, key=lambda year: year.starts)
    ended = [year.name for year in in_order if year.ends < today]
    return frozenset(ended if len(ended) < len(in_order) else ended[:-1])


def year_of(placements: Iterable[Placement], past: frozenset[str]) -> str | None:
    """The first year that counts of those in which a pupil has a place; None for who has left."""
    return min((one.year for one in placements if one.year not in past), default=None)


def is_listed(teacher: Teacher, past: frozenset[str]) -> bool:
    """Whether a roster that counts has the teacher."""
    return not teacher.gone and (not teacher.years or not past.issuperset(teacher.years))


def current_year(school: School, today: date) -> SchoolYear | None:
    """The year that is going on; in a holiday between two, the one that begins next."""
    years = sorted(school.years, key=lambda year: year.starts)
    for year in years:
        if today <= year.ends:
            return year
    return years[-1] if years else None
