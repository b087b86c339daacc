"""Who works at the demo school, in which classes, and when they read messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from server.demo.adults import staff
from server.presence.availability import WEEKDAYS
from storage.schema import Availability, DigestTime

TEACHERS = {
    teacher.sis_id: teacher
    for teacher in (
        staff("marieke", "Marieke", "de Boer"),
        staff("sanne", "Sanne", "Postma"),
        staff("ilse", "Ilse", "van den Berg"),
        staff("fatma", "Fatma", "Özdemir"),
        staff("anouk", "Anouk", "Jansen"),
        staff("bram", "Bram", "Smit", "meester"),
        staff("linda", "Linda", "Kuipers"),
        staff("joris", "Joris", "Hendriks", "meester"),
        staff("karin", "Karin", "Vermeulen"),
        staff("tim", "Tim", "Bakker", "meester"),
        staff("peter", "Peter", "Willems", "meester"),
        staff("nadia", "Nadia", "El Idrissi"),
        staff("wouter", "Wouter", "Scholten", "meester"),
        staff("esther", "Esther", "Visser"),
        staff("daan", "Daan", "Mulder", "meester"),
    )
}
OFFICE = staff("ria", "Ria", "de Wit")
TEAMS = {
    "1/2A": ("marieke", "sanne"),
    "1/2B": ("ilse", "fatma"),
    "3": ("anouk", "bram"),
    "4": ("linda", "joris"),
    "5": ("karin", "tim"),
    "6": ("peter", "tim"),
    "7": ("nadia", "wouter"),
    "8": ("esther", "daan"),
}
"""Each class and the SIS ids of its teachers."""
AT_WORK = {
    "marieke": "mon tue wed", "sanne": "wed thu fri", "ilse": "mon tue", "fatma": "wed thu fri",
    "anouk": "mon tue wed", "bram": "wed thu fri", "linda": "mon tue wed", "joris": "thu fri",
    "karin": "wed thu fri", "tim": "mon tue fri", "peter": "mon tue wed thu",
    "nadia": "mon tue wed thu fri", "wouter": "fri", "esther": "mon tue wed", "daan": "thu fri",
}  # fmt: skip
"""Who is in class on which days."""


def weekdays_of(sis_id: str) -> frozenset[int]:
    """Monday is 0."""
    return frozenset(WEEKDAYS.index(day) for day in AT_WORK[sis_id].split())


@dataclass(frozen=True, slots=True)
class Habits:
    """What a teacher has set; the days are those they are in class."""

    blocks: tuple[tuple[str, str], ...] = (("08:00", "16:30"),)
    digest: str | None = "16:45"
    chat: bool = True
    away: tuple[int, int] | None = None
    """First and last day, counted from today."""


HABITS = {
    "marieke": Habits(),
    "sanne": Habits(digest="17:30"),
    "ilse": Habits((("08:00", "08:25"), ("15:00", "17:00"))),
    "anouk": Habits(digest="17:00"),
    "bram": Habits((("07:45", "17:00"),)),
    "linda": Habits(),
    "joris": Habits((("08:00", "16:00"), ("19:30", "20:30")), "16:15"),
    "karin": Habits(chat=False),
    "tim": Habits(digest="07:45"),
    "peter": Habits(away=(-1, 8)),
    "esther": Habits((("07:30", "16:30"),), "07:30"),
    "daan": Habits(digest=None),
}
"""The others have set nothing: for them the school's default holds."""


def availability(sis_id: str, school_id: str, teacher_id: str, today: date) -> Availability:
    habits, days = HABITS[sis_id], tuple(AT_WORK[sis_id].split())
    first, last = (today + timedelta(days=days) for days in habits.away or (0, 0))
    return Availability(
        id=teacher_id,
        school_id=school_id,
        chat=habits.chat,
        hours=dict.fromkeys(days, habits.blocks),
        away=((first, last),) if habits.away else (),
        digest=DigestTime(habits.digest, days) if habits.digest else None,
    )
