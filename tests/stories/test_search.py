"""Searching: all words, each as a prefix, accents and case folded, and only what one may read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.somebody import Somebody
from tests.stories.town import Town

WRITTEN = (
    "Goedemorgen juf, Sami heeft koorts en blijft thuis.",
    "De crème brûlée van ZEEËN is één succes!",
    "Zwemles gaat niet door, de bus staat stil. 🚌",
    "Kan Sami dinsdag eerder weg voor de tandarts?",
    "İstanbul, Curaçao en Łódź; Groß-Straße.",
    "Een e-mailadres: papa.amrani@voorbeeld.nl, tel. 06-12345678",
    "سامي مريض",
)
FOUND: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("koorts", (0,)),
    ("KOORTS thuis", (0,)),
    ("thuis koorts", (0,)),
    ("koorts zwemles", ()),
    ("koor", (0,)),
    ("oorts", ()),
    ("sami", (3, 0)),
    ("Sami ta", (3,)),
    ("creme", (1,)),
    ("CRÈME brulee", (1,)),
    ("cre\u0300me", (1,)),
    ("zeeen", (1,)),
    ("een", (5, 1)),
    ("istanbul", (4,)),
    ("curacao lodz", (4,)),
    ("grosse", ()),
    ("gross", (4,)),
    ("groß", (4,)),
    ("papa.amrani", (5,)),
    ("1234", (5,)),
    ("2345", ()),
    ("12345", (5,)),
    ("سامي", (6,)),
    ('koorts"', (0,)),
    ("koorts OR zwemles", ()),
    ("koorts*", (0,)),
    ("-koorts", (0,)),
    ("(koorts)", (0,)),
    ("words : koorts", ()),
    ("ko.rts", ()),
    ("^koorts$", (0,)),
)


async def test_words_are_found_as_people_write_them(school: Town) -> None:
    fatima, anna = await school.everybody("fatima", "anna")
    id = await _written(school, fatima, WRITTEN)
    for person in (fatima, anna):
        for text, expected in FOUND:
            found = await person.ok("message.search", text=text)
            seqs = [message["seq"] - 1 for message in found["messages"]]
            assert tuple(seqs) == expected, text
            within = await person.ok("message.search", text=text, conversation_id=id)
            assert within == found, text


@pytest.mark.parametrize("text", ["", " ", "?!", "\u200b", "🚌", "*", '"'])
async def test_a_search_without_a_word_is_refused(school: Town, text: str) -> None:
    fatima = await school.somebody("fatima")
    refused = await fatima.refused("message.search", text=text)
    assert (refused["code"], refused["field"]) == ("invalid", "text")


async def test_everybody_finds_only_what_they_may_read(school: Town) -> None:
    names = ("fatima", "youssef", "joost", "anna", "bram", "carla", "dewit")
    people = dict(zip(names, await school.everybody(*names), strict=True))
    fatima, youssef, joost = (people[name] for name in ("fatima", "youssef", "joost"))
    alone = await _written(school, fatima, ["pannenkoek van Fatima"])
    joint = await school.conversation(fatima, "youssef")
    await _send(fatima, joint, "pannenkoek samen")
    his = await _written(school, youssef, ["pannenkoek van Youssef"])
    other = await _written(school, joost, ["pannenkoek van Joost"], pupil="lotte")
    expected = {
        "fatima": {alone, joint},
        "youssef": {joint, his},
        "joost": {other},
        "anna": {alone, joint, his, other},
        "bram": {alone, joint, his, other},
        "carla": set(),
    }
    for name, conversations in expected.items():
        found = await people[name].ok("message.search", text="pannen")
        assert {m["conversation_id"] for m in found["messages"]} == conversations, name
        for id in (alone, joint, his, other):
            answer = await people[name].ask(
                "message.search", {"text": "pan", "conversation_id": id}
            )
            assert answer["ok"] is (id in conversations), (name, id)
    assert (await people["dewit"].refused("message.search", text="pannen"))["code"] == "forbidden"


async def test_a_changed_text_is_found_by_its_new_words_alone(school: Town) -> None:
    fatima, anna = await school.everybody("fatima", "anna")
    id = await school.conversation(fatima)
    message = await _send(fatima, id, "tot maandag")
    assert await _seqs(anna, text="maandag") == [1]
    await fatima.ok("message.edit", message_id=message["id"], text="tot dinsdag")
    assert await _seqs(anna, text="maandag") == []
    assert await _seqs(anna, text="dinsdag") == [1]
    later = await _send(fatima, id, "tot woensdag")  # corrected before anybody searched
    await fatima.ok("message.edit", message_id=later["id"], text="tot donderdag")
    assert await _seqs(anna, text="woensdag") == []
    assert await _seqs(anna, text="tot") == [2, 1]
    await fatima.ok("message.withdraw", message_id=message["id"])
    assert await _seqs(anna, text="tot") == [2]


async def test_newest_first_page_by_page(school: Town) -> None:
    fatima, anna = await school.everybody("fatima", "anna")
    id = await _written(school, fatima, [f"knikker {n}" for n in range(25)])
    seen: list[int] = []
    before: dict[str, Any] = {}
    for more in (True, True, False):
        page = await anna.ok("message.search", text="knik", limit=10, **before)
        assert page["more"] is more
        seen += [message["seq"] for message in page["messages"]]
        before = {"before": page["messages"][-1]["id"]}
    assert seen == list(range(25, 0, -1))
    exact = await anna.ok("message.search", text="knik", limit=25)
    assert (len(exact["messages"]), exact["more"]) == (25, False)
    refused = await anna.refused("message.search", text="knik", before=f"{id}.0000026")
    assert refused["code"] == "not_found"
    joost = await school.somebody("joost")
    refused = await joost.refused("message.search", text="knik", before=f"{id}.0000001")
    assert refused["code"] == "not_found"


async def _written(
    school: Town, person: Somebody, texts: list[str] | tuple[str, ...], pupil: str = "sami"
) -> str:
    id = await school.conversation(person, pupil=pupil)
    for text in texts:
        await _send(person, id, text)
    return id


async def _send(person: Somebody, id: str, text: str) -> dict[str, Any]:
    answer = await person.ok("message.send", conversation_id=id, key=text[:60], text=text)
    message: dict[str, Any] = answer["message"]
    return message


async def _seqs(person: Somebody, **asked: str) -> list[int]:
    found = await person.ok("message.search", **asked)
    return [message["seq"] for message in found["messages"]]
