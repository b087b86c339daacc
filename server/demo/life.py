"""A school year of conversations: who writes to whom when, what is said, and how each is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from server.demo import days
from server.demo.adults import Adult
from server.demo.days import Year
from server.demo.people import ENGLISH, SEED, Child, People
from server.demo.script import Deck, Line, Named, Scene, named, spoken, words_of
from server.demo.staff import TEACHERS, TEAMS, weekdays_of
from server.demo.talk import Person, Talk
from server.school.rights import Circle
from storage.writes import Write

SETTLED = timedelta(hours=38)
"""What is older has been read and answered; after that come the conversations that still wait."""
WAITING_IN_A_CLASS = 4
SCENES = ((1, 2, 3, 4, 5, 6, 8), (10, 18, 22, 20, 14, 10, 6))
"""How many of a child in a year, and how many children in a hundred have so many."""


@dataclass(slots=True)
class Life:
    """Tells the year of one school. `circles` are by child, `people` by SIS id."""

    everybody: People
    year: Year
    circles: Mapping[str, Circle]
    people: Mapping[str, Person]
    chance: Random = field(default_factory=lambda: Random(SEED + 1))
    _talks: dict[tuple[str, frozenset[str]], Talk] = field(default_factory=dict)
    _decks: dict[tuple[str, str], Deck] = field(default_factory=dict)
    _adults: dict[str, Adult] = field(init=False)
    _told: frozenset[str] = field(init=False)
    """Children whose last days are written out."""

    def __post_init__(self) -> None:
        self._adults = {one.sis_id: one for one in self.everybody.guardians} | TEACHERS
        self._told = frozenset(scene.child for scene in named())

    def tell(self) -> list[Sequence[Write]]:
        """All of it, in what to write for each conversation."""
        for child in self.everybody.children:
            if writers := self._writers(child):
                self._year_of(child, writers)
        for school_class in TEAMS:
            self._last_days_of(school_class)
        for scene in named():
            self._play_named(scene)
        return [talk.writes() for talk in self._talks.values()]

    # --- The year --------------------------------------------------------------------------

    def _year_of(self, child: Child, writers: Sequence[str]) -> None:
        chance, seen = self.chance, set[Scene]()
        wanted = chance.choices(*SCENES)[0] + (3 if child.sis_id in self._told else 0)
        together = len(writers) > 1 and not self.circles[child.sis_id].apart
        for day in sorted(chance.sample(self.year.school_days(), wanted)):
            speaks = chance.choice(writers)
            both = together and chance.random() < 0.4
            deck = self._deck(child.school_class, _locale(speaks))
            scene = deck.deal(day.month, two=both, seen=seen)
            if scene is None:
                continue
            seen.add(scene)
            guardians = tuple(writers[:2]) if both else (speaks,)
            if scene.lines[0].who.startswith("o"):
                at = days.at_home(chance, day, scene.part_of_day)
            else:
                at = days.at_school(chance, day)
            cast = self._cast(child, speaks, guardians, days.read_on(at))
            self._play(child, scene, guardians, cast, at)

    def _play(
        self, child: Child, scene: Scene, guardians: tuple[str, ...], cast: dict[str, str],
        at: datetime,
    ) -> None:  # fmt: skip
        if at > self.year.now - SETTLED:
            return
        talk = self._talk(child, guardians, cast[scene.lines[0].who], at)
        if talk.messages and at < talk.last_at + timedelta(hours=8):
            return  # they are in the middle of something else
        words = self._words(child, cast)
        before = ""
        for line in scene.lines:
            who = cast[line.who]
            if before:
                at = self._next(at, line.who, before == line.who, who)
            if at > self.year.now - SETTLED:
                break
            self._say(talk, line, who, words, at)
            at, before = talk.last_at, line.who
        self._settle(talk)

    def _next(self, at: datetime, part: str, same: bool, who: str) -> datetime:
        """When the next line comes: the same person goes on, or it takes its time."""
        if part.startswith("l"):
            return days.answer_of_team(self.chance, at, weekdays_of(who))
        return days.soon(self.chance, at) if same else days.answer_from_home(self.chance, at)

    def _settle(self, talk: Talk) -> None:
        """As it is left by now: read by all who can, and nobody waits."""
        for who in self._there(talk):
            talk.read(who)
        if not talk.conversation.handled:
            talk.handle(self._team(talk)[0])

    # --- The last days ---------------------------------------------------------------------

    def _last_days_of(self, school_class: str) -> None:
        """Some who wait: new to the whole team, seen by one of it, taken by one of it."""
        quiet = [
            child
            for child in self.everybody.children
            if child.school_class == school_class
            and child.sis_id not in self._told
            and self._writers(child)
        ]
        for number, child in enumerate(
            self.chance.sample(quiet, min(len(quiet), WAITING_IN_A_CLASS))
        ):
            self._wait(child, number)

    def _wait(self, child: Child, number: int) -> None:
        speaks = self._writers(child)[0]
        at = days.lately(self.chance, self.year.now)
        cast = self._cast(child, speaks, (speaks,), days.read_on(at))
        deck = self._deck(child.school_class, _locale(speaks))
        scene = deck.deal(at.month, two=False, seen=set(), waiting=True)
        if scene is None:
            return
        talk = self._talk(child, (speaks,), speaks, at)
        self._say(talk, scene.lines[0], speaks, self._words(child, cast), at)
        if number >= WAITING_IN_A_CLASS - 2:
            talk.read(cast["l"])
        if number == WAITING_IN_A_CLASS - 1:
            talk.take(cast["l"])

    def _play_named(self, scene: Named) -> None:
        child = next(one for one in self.everybody.children if one.sis_id == scene.child)
        at = self.year.now - timedelta(hours=scene.hours)
        talk = self._talk(child, scene.guardians, scene.lines[0].who, at)
        for number, line in enumerate(scene.lines):
            at += timedelta(hours=line.hours) if number else timedelta()
            self._say(talk, line, line.who, {}, days.awake(self.chance, at))
        for who in self._there(talk):
            if who not in scene.unread:
                talk.read(who)
        if scene.taken:
            talk.take(scene.taken)
        elif not scene.unread and not talk.conversation.handled and len(scene.lines) > 1:
            talk.handle(self._team(talk)[0])

    # --- Who is who ------------------------------------------------------------------------

    def _say(
        self, talk: Talk, line: Line, who: str, words: Mapping[str, str], at: datetime
    ) -> None:
        text = spoken(self.chance, line.text, words)
        if line.withdrawn:
            talk.withdraw(talk.say(who, spoken(self.chance, line.withdrawn, words), at), who)
        first = spoken(self.chance, line.first, words) if line.first else text
        message = talk.say(who, first, at)
        if line.first:
            talk.correct(message, who, text)

    def _writers(self, child: Child) -> list[str]:
        """The SIS ids of its guardians who have an account and may be contacted."""
        may = self.circles[child.sis_id].guardian_ids
        return [one for one in child.guardians if one in self.people and self.people[one][0] in may]

    def _talk(self, child: Child, guardians: tuple[str, ...], asker: str, at: datetime) -> Talk:
        key = child.sis_id, frozenset(guardians)
        if key not in self._talks:
            circle = self.circles[child.sis_id]
            self._talks[key] = Talk.open(circle, self.people, asker, guardians, at)
        return self._talks[key]

    def _deck(self, school_class: str, locale: str) -> Deck:
        key = school_class, locale
        if key not in self._decks:
            self._decks[key] = Deck(self.chance, school_class, locale)
        return self._decks[key]

    def _cast(
        self, child: Child, speaks: str, guardians: tuple[str, ...], weekday: int
    ) -> dict[str, str]:
        """Who plays which part; the first teacher is one who is in class that day."""
        team = sorted(TEAMS[child.school_class], key=lambda one: weekday not in weekdays_of(one))
        other = next((one for one in guardians if one != speaks), speaks)
        return {"o": speaks, "o2": other, "l": team[0], "l2": team[-1]}

    def _words(self, child: Child, cast: Mapping[str, str]) -> dict[str, str]:
        teacher, guardian = self._adults[cast["l"]], self._adults[cast["o"]]
        return {
            **words_of(child, _locale(cast["o"])),
            "juf": f"{teacher.address} {teacher.given_name}",
            "ouder": guardian.given_name,
            "ik": guardian.given_name,
        }

    def _there(self, talk: Talk) -> list[str]:
        """The SIS ids of all who can read a conversation."""
        ids = {*talk.conversation.guardian_ids, *talk.circle.teacher_ids}
        return [sis_id for sis_id, person in self.people.items() if person[0] in ids]

    def _team(self, talk: Talk) -> list[str]:
        ids = talk.circle.teacher_ids
        return [sis_id for sis_id in TEACHERS if self.people[sis_id][0] in ids]


def _locale(guardian: str) -> str:
    return "en" if guardian in ENGLISH else "nl"
