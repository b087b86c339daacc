"""Rosters of two school years: the next one takes nothing from this one until this one is over."""

from __future__ import annotations

from tests.somebody import Somebody
from tests.stories.pictures import DAYS_LEFT, NEXT, THIS
from tests.stories.town import Town, about


async def test_next_years_roster_takes_nothing_away_until_the_year_is_over(school: Town) -> None:
    """Lotte and Bram leave with the summer, and Youssef may not be contacted from then."""
    await school.imports(THIS)
    people = await school.everybody("fatima", "youssef", "joost", "anna", "bram")
    fatima, youssef, joost, anna, bram = people
    of = {person: await _conversation(school, person) for person in (fatima, youssef)}
    of[joost] = await _conversation(school, joost, "lotte")

    await school.imports_elsewhere(NEXT, "leaves:lotte", "leaves:bram", "silent:sami:youssef")
    await anna.hears("session.changed")
    for number, (person, id) in enumerate(of.items()):
        await person.ok("message.send", conversation_id=id, key="then", text="Nog steeds")
        await bram.hears("message.posted", 4 + number)

    school.clock.later(days=DAYS_LEFT + 1)
    for person in (youssef, joost, bram):
        await person.gone.wait()
    assert not fatima.gone.is_set()
    await fatima.hears("session.changed", 2)
    started = await fatima.ok("session.start")
    assert [c["id"] for c in started["conversations"]] == [of[fatima]]
    assert started["conversations"][0]["read_only"] is True
    assert {(c["name"], c["year"], c["read_only"]) for c in started["classes"]} == {
        ("3B", THIS, True),
        ("3B", NEXT, False),
    }
    for id in of.values():  # what they wrote stays for the team that is still here
        assert len((await anna.ok("message.history", conversation_id=id))["messages"]) == 2
        refused = await anna.refused("message.send", conversation_id=id, key="x", text="Dag")
        assert refused["code"] == "read_only"
    assert "Youssef" not in repr((await anna.ok("session.start"))["pupils"])


async def test_a_request_on_the_first_day_is_refused_before_anybody_looked(school: Town) -> None:
    await school.imports(THIS)
    await school.imports(NEXT, "leaves:lotte")
    joost, anna = await school.everybody("joost", "anna")
    id = await _conversation(school, joost, "lotte")
    sent = await anna.ok("message.send", conversation_id=id, key="1", text="Dag Joost")
    await joost.hears("message.posted")
    assert school.hekje._watch
    school.hekje._watch.cancel()  # nobody looks around
    school.clock.later(days=DAYS_LEFT)
    assert (await joost.ok("message.history", conversation_id=id))["messages"]
    school.clock.later(days=1)
    assert (await joost.refused("message.history", conversation_id=id))["code"] == "not_found"
    heard = len(joost.told)
    await anna.ok("message.withdraw", message_id=sent["message"]["id"])
    await joost.settled()
    assert joost.told[heard:] == []


async def test_while_no_later_year_is_there_the_last_one_stays_readable(school: Town) -> None:
    await school.imports(THIS)
    joost, bram = await school.everybody("joost", "bram")
    id = await _conversation(school, joost, "lotte")
    school.clock.later(days=DAYS_LEFT + 1)
    for person in (joost, bram):
        await person.hears("session.changed")
        assert (await person.ok("message.history", conversation_id=id))["messages"]
        (shown,) = (await person.ok("session.start"))["conversations"]
        assert shown["read_only"] is True
    await school.imports_elsewhere(NEXT, "leaves:lotte", "leaves:bram")
    for person in (joost, bram):
        await person.gone.wait()


async def test_who_leaves_after_next_years_roster_has_come_loses_all_with_both(
    school: Town,
) -> None:
    await school.imports(THIS)
    await school.imports(NEXT)
    joost, anna = await school.everybody("joost", "anna")
    id = await _conversation(school, joost, "lotte")
    await school.imports(THIS, "leaves:lotte")  # next year she still has a place
    refused = await joost.refused("message.send", conversation_id=id, key="2", text="Dag")
    assert refused["code"] == "read_only"
    heard = len(joost.told)
    await school.imports_elsewhere(NEXT, "leaves:lotte")
    await joost.gone.wait()
    assert about(joost.told[heard:], id) == []
    assert (await anna.ok("message.history", conversation_id=id))["messages"]


async def test_who_is_new_next_year_is_there_at_once_and_this_year_counts_first(
    school: Town,
) -> None:
    """Joost comes with Lotte next year; Youssef's tie of this year is silent, the next is not."""
    await school.imports(THIS, "leaves:lotte", "silent:sami:youssef")
    fatima = await school.somebody("fatima")
    await school.imports(NEXT, "leaves:youssef")
    joost = await school.somebody("joost")
    (pupil,) = (await joost.ok("session.start"))["pupils"]
    assert pupil["name"] == "Lotte de Vries"
    await school.imports(NEXT)
    started = await fatima.ok("session.start")
    assert {p["name"] for p in started["pupils"]} == {"Sami Amrani"}
    assert "Youssef" not in repr(started["pupils"])
    school.clock.later(days=DAYS_LEFT + 1)
    assert "Youssef" in repr((await fatima.ok("session.start"))["pupils"])


async def test_one_roster_that_sets_guardians_apart_is_enough(school: Town) -> None:
    await school.imports(THIS)
    fatima, youssef = await school.everybody("fatima", "youssef")
    joint = await school.conversation(fatima, "youssef")
    await fatima.ok("message.send", conversation_id=joint, key="1", text="Wij samen")
    await youssef.hears("message.posted")
    await school.imports_elsewhere(NEXT, "apart:sami")
    await school.imports_elsewhere(THIS)
    for person, other in ((fatima, "Youssef"), (youssef, "Fatima")):
        refused = await person.refused("message.send", conversation_id=joint, key="2", text="Ja")
        assert refused["code"] == "read_only"
        started = await person.ok("session.start", since={joint: 0})
        assert other not in repr((started["pupils"], started["conversations"], started["missed"]))


async def _conversation(school: Town, opener: Somebody, pupil: str = "sami") -> str:
    """One with the team of 3B in which its opener has written."""
    id = await school.conversation(opener, pupil=pupil)
    await opener.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    return id
