"""A school that never stops writing: 24 connections of four people, and what must be true then."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from storage import ids
from storage.schema import MESSAGES, Conversation, Notice
from storage.schema import Message as Stored
from tests.cast import REGENBOOG
from tests.clients.house import open_database
from tests.crash.correspondent import Correspondent, Letter
from tests.crash.house import House
from tests.somebody import Somebody

CONNECTIONS = {"fatima": 5, "joost": 5, "anna": 7, "bram": 7}
WORDS = [
    "Sami",
    "is",
    "ziek",
    "🤒",
    "en",
    "komt",
    "morgen",
    "weer;",
    "huiswerk,",
    "gymtas,",
    "beterschap,",
    "dank",
    "u!",
    "İstanbul",
    "שלום",
]
PATIENCE = 60.0
"""Seconds: the disk of a busy machine may stand still for some of them."""


@dataclass
class Town:
    """`answered` counts letters that the server said it has."""

    house: House
    chance: random.Random
    people: list[Correspondent] = field(default_factory=list)
    answered: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def move_in(self) -> None:
        """Two conversations, one of each family, that the whole team sees; then all connect."""
        conversations = {
            "fatima": [await self._open("fatima", REGENBOOG.sami)],
            "joost": [await self._open("joost", REGENBOOG.lotte)],
        }
        conversations["anna"] = conversations["bram"] = [
            *conversations["fatima"],
            *conversations["joost"],
        ]
        for name, count in CONNECTIONS.items():
            for number in range(count):
                letters = self._letters(f"{name}-{number}", conversations[name])
                person = Correspondent(self.house.url, name, number, letters)
                person.on_answer = self._count
                self.people.append(person)
        await asyncio.gather(*(person.connect() for person in self.people))

    async def move_out(self) -> None:
        await asyncio.gather(*(person.leave() for person in self.people))

    async def has_written(self, more: int) -> None:
        """Until that many more letters are answered."""
        wanted = self.answered + more
        async with asyncio.timeout(PATIENCE):
            while self.answered < wanted:
                self._news.clear()
                await self._news.wait()

    async def is_back(self, times: list[int]) -> None:
        """Until everybody has connected once more than then."""
        async with asyncio.timeout(PATIENCE):
            for person, before in zip(self.people, times, strict=True):
                await person.has_come(before + 1)

    async def falls_silent(self) -> None:
        """Until everything that was written is answered."""
        for person in self.people:
            person.writing = False
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(person.silent.wait() for person in self.people))

    def _count(self) -> None:
        self.answered += 1
        self._news.set()

    async def _open(self, name: str, pupil_id: str) -> str:
        guardian = await Somebody(self.house.url, {"token": REGENBOOG.token(name)}).connect()
        opened = await guardian.ok(
            "conversation.open", class_id=REGENBOOG.groep_3b, pupil_id=pupil_id
        )
        id: str = opened["conversation"]["id"]
        await guardian.ok("message.send", conversation_id=id, key="first", text="Hallo!")
        await guardian.leave()
        return id

    def _letters(self, name: str, conversation_ids: list[str]) -> Iterator[Letter]:
        number = 0
        while True:
            number += 1
            text = " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 40)))
            yield {
                "conversation_id": self.chance.choice(conversation_ids),
                "key": f"{name}-{number}",
                "text": f"{number}: {text}",
            }

    # --- What must be true -----------------------------------------------------------------

    async def everybody_is_in_step(self) -> None:
        """What each has, from pushes and catching up, is what a fresh client reads."""
        fresh = {name: await self._reads_all(name) for name in CONNECTIONS}
        for person in self.people:
            await person.ask("message.history", conversation_id="nothing")  # after all pushes
            assert person.faults == []
            name = person.name.partition("-")[0]
            assert person.messages == fresh[name], f"{person.name} is not in step"

    async def _reads_all(self, name: str) -> dict[str, dict[str, Any]]:
        reader = Correspondent(self.house.url, name, 0, iter(()))
        reader.writing = False
        await reader.connect()
        async with asyncio.timeout(PATIENCE):
            await reader.silent.wait()
        await reader.leave()
        return reader.messages

    async def what_was_answered_is_stored(self) -> None:
        """In the database itself: nothing lost, doubled, out of order or half done."""
        store = await open_database(self.house.database)
        stored: dict[str, Stored] = {}
        for conversation_id in {id for person in self.people for id in person.positions}:
            messages = await store.find(
                MESSAGES,
                after=ids.of_message(conversation_id, 0),
                before=ids.of_message(conversation_id, ids.LAST_SEQ),
                limit=100_000,
            )
            conversation = await store.get(Conversation, conversation_id)
            assert conversation
            assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
            assert conversation.last_seq == conversation.rev == len(messages)
            for message in messages:
                assert await store.get(Notice, ids.of_notice(message.id, message.at)), (
                    "stored with its message"
                )
            _assert_in_order(messages)
            stored |= {message.id: message for message in messages}
        await store.close()
        counts = Counter((message.author_id, message.key) for message in stored.values())
        assert [key for key, count in counts.items() if count > 1 and key[1] != "first"] == []
        for person in self.people:
            for letter, answer in person.answered:
                message = stored[answer["id"]]
                assert (message.key, message.text) == (letter["key"], letter["text"])
                assert (message.seq, message.conversation_id) == (
                    answer["seq"],
                    letter["conversation_id"],
                )


def _assert_in_order(messages: list[Stored]) -> None:
    """Each connection's letters stand in the order in which it wrote them."""
    last: dict[str, int] = {}
    for message in messages:
        if message.key != "first":
            writer, _, number = message.key.rpartition("-")
            assert int(number) > last.get(writer, 0), f"{message.key} came after {last[writer]}"
            last[writer] = int(number)
