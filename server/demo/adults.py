"""The grown-ups of the demo school, as a student administration has them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from server.notify.transport import DEMO_DOMAIN


@dataclass(frozen=True, slots=True)
class Adult:
    """A guardian or one of the staff; the id is that of the student administration."""

    sis_id: str
    given_name: str
    family_name: str
    relation: str = ""
    email: str = ""
    may_contact: bool = True
    address: str = "juf"
    """How a teacher is called by the children."""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def staff(sis_id: str, given: str, family: str, address: str = "juf") -> Adult:
    return Adult(sis_id, given, family, email=address_of(given, family, "school"), address=address)


def guardian(sis_id: str, given: str, family: str, relation: str) -> Adult:
    return Adult(sis_id, given, family, relation, address_of(given, family, "thuis"))


def address_of(given: str, family: str, where: str) -> str:
    plain = unicodedata.normalize("NFKD", f"{given}.{family}".lower().replace("ı", "i"))
    letters = "".join(char for char in plain if char.isascii() and (char.isalpha() or char == "."))
    return f"{letters}@{where}.{DEMO_DOMAIN}"
