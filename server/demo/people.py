"""Who is at the demo school: families as schools have them, the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from server.demo.adults import Adult, address_of, guardian
from server.demo.names import BOYS, FAMILIES, FATHERS, GIRLS, MOTHERS
from server.demo.staff import TEACHERS, TEAMS
from server.notify.transport import DEMO_DOMAIN

PUPILS_IN_A_CLASS = 25
SEED = 20_260_801
NEVER_COME = 0.06
"""How many of the guardians have an invitation and no account."""


@dataclass(frozen=True, slots=True)
class Child:
    """A pupil, of whom `guardians` are the SIS ids."""

    sis_id: str
    given_name: str
    family_name: str
    girl: bool
    school_class: str
    guardians: tuple[str, ...]
    apart: bool = False


ENGLISH = frozenset({"priya", "rahul", "emily", "james"})
"""They read Hekje in English, and write it."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody whom the student administration knows."""

    children: tuple[Child, ...]
    guardians: tuple[Adult, ...]
    never_came: frozenset[str]
    """Guardians who have been invited, and have not opened the mail yet."""
    without_account: frozenset[str]
    """Guardians who cannot have one: no address, or that of another."""

    def children_of(self, sis_id: str) -> list[Child]:
        return [child for child in self.children if sis_id in child.guardians]


def people(in_a_class: int = PUPILS_IN_A_CLASS) -> People:
    """Eight classes of so many pupils, and their guardians."""
    chance = Random(SEED)
    children, guardians = list(_NAMED_CHILDREN), list(_NAMED_GUARDIANS)
    for family in _invented(chance, children, in_a_class):
        children += family[0]
        guardians += family[1]
    invented = [adult.sis_id for adult in guardians[len(_NAMED_GUARDIANS) :]]
    absent = {"remi", *(sis_id for sis_id in invented if chance.random() < NEVER_COME)}
    return People(tuple(children), tuple(guardians), frozenset(absent), _without_address(guardians))


def _without_address(guardians: list[Adult]) -> frozenset[str]:
    taken = set[str]()
    without = set[str]()
    for adult in guardians:
        if not adult.email or adult.email in taken:
            without.add(adult.sis_id)
        taken.add(adult.email)
    return frozenset(without)


_SHARED = f"familie.brand@thuis.{DEMO_DOMAIN}"
_NAMED_GUARDIANS = (
    guardian("fatima", "Fatima", "Amrani", "moeder"),
    guardian("youssef", "Youssef", "Amrani", "vader"),
    guardian("joost", "Joost", "de Vries", "vader"),
    guardian("marloes", "Marloes", "Hermans", "moeder"),
    guardian("mark", "Mark", "Peters", "vader"),
    guardian("ellen", "Ellen", "van Dijk", "moeder"),
    guardian("inge", "Inge", "Maas", "moeder"),
    replace(guardian("rob", "Rob", "Verhoeven", "vader"), may_contact=False),
    replace(guardian("anouk-thuis", "Anouk", "Jansen", "moeder"), email=TEACHERS["anouk"].email),
    guardian("thijs", "Thijs", "Jansen", "vader"),
    replace(guardian("halina", "Halina", "Kowalska", "moeder"), email=""),
    guardian("tomasz", "Tomasz", "Kowalski", "vader"),
    guardian("priya", "Priya", "Sharma", "moeder"),
    guardian("rahul", "Rahul", "Sharma", "vader"),
    guardian("emily", "Emily", "Carter", "moeder"),
    guardian("james", "James", "Carter", "vader"),
    guardian("denise", "Denise", "Tjin", "moeder"),
    guardian("remi", "Remi", "Tjin", "vader"),
    guardian("oma-joyce", "Joyce", "Pinas", "oma"),
    replace(guardian("gerda", "Gerda", "Brand", "moeder"), email=_SHARED),
    replace(guardian("kees", "Kees", "Brand", "vader"), email=_SHARED),
    guardian("tineke", "Tineke", "Hofman", "voogd"),
)
_NAMED_CHILDREN = (
    Child("sami", "Sami", "Amrani", False, "3", ("fatima", "youssef")),
    Child("noor", "Noor", "Amrani", True, "6", ("fatima", "youssef")),
    Child("lotte", "Lotte", "de Vries", True, "5", ("joost", "marloes"), apart=True),
    Child("bo", "Bo", "Peters", True, "7", ("mark", "ellen")),
    Child("sem", "Sem", "Verhoeven", False, "8", ("inge", "rob")),
    Child("mees", "Mees", "Jansen", False, "6", ("anouk-thuis", "thijs")),
    Child("zuzanna", "Zuzanna", "Kowalska", True, "4", ("halina", "tomasz")),
    Child("oliver", "Oliver", "Carter", False, "4", ("emily", "james")),
    Child("sophie", "Sophie", "Carter", True, "7", ("emily", "james")),
    Child("arjun", "Arjun", "Sharma", False, "1/2A", ("priya", "rahul")),
    Child("jayden", "Jayden", "Tjin", False, "3", ("denise", "remi", "oma-joyce")),
    Child("fien", "Fien", "Brand", True, "1/2B", ("gerda", "kees")),
    Child("milan", "Milan", "Visscher", False, "7", ("tineke",)),
)


def _invented(
    chance: Random, so_far: list[Child], in_a_class: int
) -> Iterator[tuple[tuple[Child, ...], tuple[Adult, ...]]]:
    """Families until every class is full: with one child, or with two or three in as many classes."""
    taken = Counter(child.school_class for child in so_far)
    addresses = {adult.email for adult in _NAMED_GUARDIANS}
    number = 0
    while room := [name for name in TEAMS if taken[name] < in_a_class]:
        number += 1
        count = min(chance.choices((1, 2, 3), (60, 34, 6))[0], len(room))
        most = max(in_a_class - taken[name] for name in room)
        emptiest = [name for name in room if in_a_class - taken[name] >= most - 3]
        classes = chance.sample(emptiest, min(count, len(emptiest)))
        taken.update(classes)
        adults = _parents(chance, number, addresses)
        ids = tuple(adult.sis_id for adult in adults)
        family = adults[0].family_name
        apart = len(ids) == 2 and chance.random() < 0.08
        yield (
            tuple(
                _child(chance, number, n, family, name, ids, apart)
                for n, name in enumerate(classes)
            ),
            adults,
        )


def _parents(chance: Random, number: int, addresses: set[str]) -> tuple[Adult, ...]:
    family = chance.choice(FAMILIES)
    other = family if chance.random() < 0.55 else chance.choice(FAMILIES)
    pair = [
        (f"o{number:03}-1", chance.choice(FATHERS), family, "vader"),
        (f"o{number:03}-2", chance.choice(MOTHERS), other, "moeder"),
    ]
    if chance.random() < 0.14:
        pair = pair[chance.randrange(2) :][:1]
    adults = []
    for sis_id, given, name, relation in pair:
        email = address_of(given, name, "thuis")
        while email in addresses:
            email = email.replace("@", f"{chance.randrange(2, 90)}@", 1)
        addresses.add(email)
        adults.append(Adult(sis_id, given, name, relation, "" if chance.random() < 0.04 else email))
    return tuple(adults)


def _child(
    chance: Random,
    number: int,
    place: int,
    family: str,
    school_class: str,
    guardians: tuple[str, ...],
    apart: bool,
) -> Child:
    girl = chance.random() < 0.5
    given = chance.choice(GIRLS if girl else BOYS)
    sis_id = f"k{number:03}-{place + 1}"
    return Child(sis_id, given, family, girl, school_class, guardians, apart)
