"""The school in every test: juf Anna and meester Bram of 3B, Sami, and his guardians Fatima and Youssef.

Lotte of the same class and her father Joost are the other family; juf Carla
teaches groep 4A; mevrouw De Wit runs the office. `de-iep` is another school
where everybody has the same ids in the student administration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from server.tokens import hash_secret
from storage import ids
from storage.schema import (
    Account,
    Deployment,
    Guardian,
    Guardianship,
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

SECRET = "s" * 43
"""The second half of every session token in tests."""
NO_PASSWORD = "!"


@dataclass(frozen=True, slots=True)
class Cast:
    """One school and the ids of its people: `cast.anna`, `cast.sami`, `cast.groep_3b`."""

    school_id: str

    def __getattr__(self, name: str) -> str:
        return f"{self.school_id}.{name.replace('_', '')}"

    def token(self, name: str) -> str:
        return f"{self.session(name)}.{SECRET}"

    def account(self, name: str) -> str:
        return f"account{self.school_id.replace('-', '')}{name}"

    def session(self, name: str) -> str:
        return f"session{self.school_id.replace('-', '')}{name}"


REGENBOOG = Cast("regenboog")
DE_IEP = Cast("de-iep")

GUARDIANS = {"fatima": "Fatima Amrani", "youssef": "Youssef Amrani", "joost": "Joost de Vries"}
TEACHERS = {"anna": "Anna Jansen", "bram": "Bram Smit", "carla": "Carla Bos"}
OFFICE = {"dewit": "Mevrouw De Wit"}
PUPILS = {"sami": "Sami Amrani", "lotte": "Lotte de Vries", "noor": "Noor Yilmaz"}
EVERYBODY = (*GUARDIANS, *TEACHERS, *OFFICE)


async def move_in(store: Store, *casts: Cast) -> None:
    """Put the whole cast into an empty store, with an account and a session each."""
    records: list[Record] = [Deployment(id="deployment", epoch="first")]
    for cast in casts:
        records += school_records(cast)
        records += account_records(cast)
    await store.commit([Insert(record) for record in records])


def school_records(cast: Cast) -> Iterable[Record]:
    school = cast.school_id
    year = SchoolYear("2026-2027", date(2026, 8, 1), date(2099, 7, 31))
    yield School(
        id=school, name=f"Basisschool {school}", contact="Bel 010 123 45 67.", years=(year,)
    )
    for id, name in ((cast.groep_3b, "3B"), (cast.groep_4a, "4A")):
        yield SchoolClass(id=id, school_id=school, sis_id=name, year="2026-2027", name=name)
    for key, name in PUPILS.items():
        given, family = name.split(" ", 1)
        yield Pupil(
            id=getattr(cast, key),
            school_id=school,
            sis_id=key,
            given_name=given,
            family_name=family,
        )
    for pupil, school_class in (
        ("sami", cast.groep_3b),
        ("lotte", cast.groep_3b),
        ("noor", cast.groep_4a),
    ):
        yield placement(cast, pupil, school_class)
    for key, name in GUARDIANS.items():
        given, family = name.split(" ", 1)
        yield Guardian(
            id=getattr(cast, key),
            school_id=school,
            sis_id=key,
            given_name=given,
            family_name=family,
            email=f"{key}@{school}.example",
        )
    for pupil, guardian in (("sami", "fatima"), ("sami", "youssef"), ("lotte", "joost")):
        yield guardianship(cast, pupil, guardian)
    for key, name in TEACHERS.items():
        given, family = name.split(" ", 1)
        yield Teacher(
            id=getattr(cast, key),
            school_id=school,
            sis_id=key,
            given_name=given,
            family_name=family,
        )
    for school_class, teacher in (
        (cast.groep_3b, "anna"),
        (cast.groep_3b, "bram"),
        (cast.groep_4a, "carla"),
    ):
        yield team_member(cast, school_class, teacher)


def account_records(cast: Cast) -> Iterable[Record]:
    roles: list[tuple[dict[str, str], RoleName]] = [
        (GUARDIANS, "guardian"), (TEACHERS, "teacher"), (OFFICE, "office"),
    ]  # fmt: skip
    now = datetime.now(UTC).replace(microsecond=0)
    for people, role in roles:
        for key, name in people.items():
            yield Account(
                id=cast.account(key),
                email=f"{key}@{cast.school_id}.example",
                name=name,
                locale="en",
                password=NO_PASSWORD,
            )
            yield Role(
                id=getattr(cast, key),
                school_id=cast.school_id,
                account_id=cast.account(key),
                role=role,
            )
            yield Session(
                id=cast.session(key),
                account_id=cast.account(key),
                secret=hash_secret(SECRET),
                bucket=ids.bucket(cast.session(key)),
                created_at=now,
                expires_at=now + timedelta(days=30),
                second_factor=role == "office",
            )


def placement(cast: Cast, pupil: str, class_id: str) -> Placement:
    pupil_id = getattr(cast, pupil)
    return Placement(
        id=ids.pair(pupil_id, class_id),
        school_id=cast.school_id,
        class_id=class_id,
        pupil_id=pupil_id,
        year="2026-2027",
    )


def guardianship(
    cast: Cast, pupil: str, guardian: str, *, may_contact: bool = True
) -> Guardianship:
    pupil_id, guardian_id = getattr(cast, pupil), getattr(cast, guardian)
    return Guardianship(
        id=ids.pair(pupil_id, guardian_id),
        school_id=cast.school_id,
        pupil_id=pupil_id,
        guardian_id=guardian_id,
        may_contact=may_contact,
    )


def team_member(cast: Cast, class_id: str, teacher: str) -> TeamMember:
    teacher_id = getattr(cast, teacher)
    return TeamMember(
        id=ids.pair(class_id, teacher_id),
        school_id=cast.school_id,
        class_id=class_id,
        teacher_id=teacher_id,
    )
