"""Two worlds that differ only in what one family wrote: nobody else can tell which they are in.

Both have the same clock, which stands still but for the steps of the play, so
that everything an outsider observes can be compared to the last character.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.clock import now
from tests.cast import DE_IEP, REGENBOOG
from tests.somebody import Somebody
from tests.storage.places import Place
from tests.stories.asking import NEVER_WORD, OWN, REQUESTS, WORD, About, answers
from tests.stories.town import Clock, Town, settled, start_town

OBSERVERS = (
    ("joost", REGENBOOG),
    ("youssef", REGENBOOG),
    ("carla", REGENBOOG),
    ("dewit", REGENBOOG),
    ("fatima", DE_IEP),
    ("anna", DE_IEP),
)
OF_FATIMA = f"Sami heeft {WORD}, houd het voor u."

Observed = dict[str, list[Any]]


class World:
    """One telling of the play; `fatima_writes` is all that differs."""

    def __init__(self, town: Town, fatima_writes: bool) -> None:
        self.town = town
        self.fatima_writes = fatima_writes
        self.people: dict[str, Somebody] = {}
        self.seen: Observed = {}
        self.fatimas = ""

    async def play(self) -> Observed:
        town = self.town
        for name, cast in OBSERVERS:
            self.people[f"{name}@{cast.school_id}"] = await town.somebody(name, cast)
        self.seen = {name: [] for name in self.people}
        fatima, anna, bram = await town.everybody("fatima", "anna", "bram")
        joost = self.people["joost@regenboog"]
        of_joost = await town.conversation(joost, pupil="lotte")
        await self._between(fatima, anna, bram, 1)
        await joost.sends(of_joost, "1", "Lotte komt later.")
        of_youssef = await town.conversation(self.people["youssef@regenboog"])
        await self.people["youssef@regenboog"].sends(of_youssef, "1", "Ik haal Sami op.")
        await self._between(fatima, anna, bram, 2)
        await self._observe(of_joost)
        for id in (of_joost, of_youssef):
            await anna.ok("message.read", conversation_id=id, seq=1)
            await anna.sends(id, "1", "Dank u wel.")
        await self._between(fatima, anna, bram, 3)
        await self._observe(of_joost)
        for name, person in self.people.items():
            await settled(person)
            self.seen[name].append(list(person.told))
        return self.seen

    async def _between(self, fatima: Somebody, anna: Somebody, bram: Somebody, n: int) -> None:
        """Time goes by, and in one of the worlds a conversation goes on in it."""
        self.town.clock.later(seconds=30)
        if self.fatima_writes:
            id = self.fatimas = await self.town.conversation(fatima)
            first = await fatima.sends(id, f"{n}a", OF_FATIMA)
            await fatima.sends(id, f"{n}b", "Wilt u het aan niemand zeggen?")
            await anna.ok("message.read", conversation_id=id, seq=first["seq"])
            await anna.ok("conversation.take", conversation_id=id, taken=True)
            await fatima.ok("message.typing", conversation_id=id)
            answer = await anna.sends(id, f"{n}c", "Natuurlijk.")
            await anna.ok("message.edit", message_id=answer["id"], text="Natuurlijk niet.")
            await anna.ok("message.withdraw", message_id=answer["id"])
            await bram.ok("conversation.handle", conversation_id=id, handled=n % 2 == 0)
            await fatima.ok("message.search", text=WORD)
            await fatima.ok("account.update", name=f"Fatima de {n}e")
        watch = self.town.watch
        await watch.look()
        await watch.elsewhere.tell_heads()
        self.town.clock.later(seconds=30)

    async def _observe(self, of_joost: str) -> None:
        """Everything that can be asked, about what was and what never was."""
        cast = self.town.cast
        fatimas = self.fatimas or FATIMAS_ID
        about = About(
            school_id=cast.school_id,
            class_id=cast.groep_3b,
            pupil_id=cast.sami,
            guardian_id=cast.fatima,
            teacher_id=cast.anna,
            conversation_id=fatimas,
            message_id=f"{fatimas}.0000001",
            session_id=cast.session("fatima"),
            word=WORD,
        )
        for name, person in self.people.items():
            may = [r for r in REQUESTS if r.event.split(".")[0] not in ("pupil", "invitation")]
            self.seen[name].append(await answers(person, about, may))
            for event, fields in OWN.items():
                if event != "totp.begin":  # its answer is a fresh secret
                    self.seen[name].append(_timeless(await person.ask(event, fields)))
            self.seen[name].append(await person.ask("session.start", {"since": {of_joost: 0}}))
            for text in (WORD, NEVER_WORD, "sami", "dank", "natuurlijk"):
                self.seen[name].append(await person.ask("message.search", {"text": text}))


FATIMAS_ID = "regenboog.a46a7b3669bef348c105"
"""Her conversation's id follows from its participants, so that guesses can be tried in both worlds."""


@pytest.fixture
async def worlds(tmp_path: Path) -> AsyncIterator[tuple[Town, Town]]:
    moment = now().replace(second=0, microsecond=0)
    towns = []
    for name in ("quiet", "busy"):
        place = Place("sqlite", str(tmp_path / name / "hekje.db"))
        towns.append(await start_town(place, tmp_path / name, Clock(stopped_at=moment)))
    yield towns[0], towns[1]
    for town in towns:
        await town.close()


async def test_nobody_can_tell_whether_fatima_wrote(worlds: tuple[Town, Town]) -> None:
    quiet = World(worlds[0], fatima_writes=False)
    busy = World(worlds[1], fatima_writes=True)
    without, with_fatima = await quiet.play(), await busy.play()
    assert busy.fatimas == FATIMAS_ID
    for name in quiet.people:
        for n, (one, other) in enumerate(zip(without[name], with_fatima[name], strict=True)):
            assert one == other, (name, n)
        assert OF_FATIMA not in repr(with_fatima[name])
    assert any(push[0] == "heads" for push in quiet.people["joost@regenboog"].told)


async def test_the_team_can_tell(worlds: tuple[Town, Town]) -> None:
    """The worlds do differ: for whom they should."""
    seen = []
    for town, writes in zip(worlds, (False, True), strict=True):
        await World(town, fatima_writes=writes).play()
        anna = await town.somebody("anna")
        seen.append(await anna.ok("message.search", text=WORD))
    assert seen[0] != seen[1]
    assert OF_FATIMA in repr(seen[1])


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Without when the cast moved in, which was not at the same moment."""
    for session in answer.get("sessions", []):
        session.pop("created_at")
    return answer
