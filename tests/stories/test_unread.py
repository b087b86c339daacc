"""The office sees who has waited for a team for too long, until somebody reads it; nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cast import DE_IEP
from tests.presence.conftest import next_monday, shown
from tests.somebody import Somebody
from tests.storage.places import Place
from tests.stories.town import Clock, Town, start_town

TEXT = "Sami slaapt slecht sinds de toets"
SCHOOL = {"school_id": "regenboog"}


@pytest.fixture
async def town(place: Place, tmp_path: Path) -> Any:
    """Monday, nine in the evening at the school."""
    town = await start_town(place, tmp_path, Clock(stopped_at=next_monday(21).astimezone(UTC)))
    yield town
    await town.close()


def goes_by(town: Town, days: int) -> None:
    """To the same hour of another day at the school, whatever the clocks do."""
    local = town.clock().astimezone(ZoneInfo("Europe/Amsterdam"))
    day = local.date() + timedelta(days=days)
    there = datetime.combine(day, local.timetz(), local.tzinfo)
    town.clock.stopped_at = there.astimezone(UTC)


async def seen(dewit: Somebody) -> list[dict[str, Any]]:
    unread: list[dict[str, Any]] = (await dewit.ok("notice.unread", **SCHOOL))["unread"]
    return unread


async def writes(town: Town, name: str, key: str = "1", pupil: str = "sami") -> dict[str, Any]:
    person = await town.somebody(name)
    conversation = await town.conversation(person, name, pupil=pupil)
    sent = await person.ok("message.send", conversation_id=conversation, key=key, text=TEXT)
    message: dict[str, Any] = sent["message"]
    await person.leave()
    return message


async def waited(town: Town) -> tuple[Somebody, dict[str, Any]]:
    """Fatima wrote on Monday; on Thursday the office sees it."""
    message = await writes(town, "fatima")
    dewit = await town.somebody("dewit")
    goes_by(town, 3)
    assert len(await seen(dewit)) == 1
    return dewit, message


async def test_after_two_whole_school_days_the_office_sees_who_waits_and_never_the_text(
    town: Town,
) -> None:
    monday = shown(next_monday(21))
    await writes(town, "fatima")
    dewit = await town.somebody("dewit")
    for _ in ("Monday", "Tuesday", "Wednesday"):
        assert await seen(dewit) == []
        goes_by(town, 1)
    answer = await dewit.ok("notice.unread", **SCHOOL)
    fatima = {"id": town.cast.fatima, "name": "Fatima Amrani"}
    one = {"class_id": town.cast.groep_3b, "guardian": fatima, "since": monday}
    assert answer == {"ok": True, "days": 2, "unread": [one]}
    assert TEXT not in repr(answer)
    await writes(town, "fatima", "2")
    assert await seen(dewit) == [one], "since the first that waits"


async def test_closed_days_and_weekends_do_not_count(town: Town) -> None:
    dewit = await town.somebody("dewit")
    tuesday = next_monday().date() + timedelta(days=1)
    closed = [(tuesday + timedelta(days=n)).isoformat() for n in range(3)]
    await dewit.ok("calendar.set", **SCHOOL, closed=closed)
    await writes(town, "fatima")
    goes_by(town, 7)  # only Friday was a school day
    assert await seen(dewit) == []
    goes_by(town, 1)
    assert len(await seen(dewit)) == 1


async def test_a_teacher_who_reads_takes_it_off_the_list(town: Town) -> None:
    dewit, message = await waited(town)
    anna, bram, fatima = await town.everybody("anna", "bram", "fatima")
    conversation = {"conversation_id": message["conversation_id"]}
    await fatima.ok("message.read", **conversation, seq=1)
    await bram.ok("conversation.take", **conversation, taken=True)
    assert len(await seen(dewit)) == 1
    await anna.ok("message.read", **conversation, seq=1)
    assert await seen(dewit) == []


async def test_what_a_teacher_has_not_come_to_waits_since_it_was_sent(town: Town) -> None:
    first = await writes(town, "fatima")
    goes_by(town, 1)
    later = await writes(town, "fatima", "2")
    goes_by(town, 3)
    dewit, anna, bram = await town.everybody("dewit", "anna", "bram")
    conversation = {"conversation_id": first["conversation_id"]}
    assert [one["since"] for one in await seen(dewit)] == [first["at"]]
    await anna.ok("message.read", **conversation, seq=1)
    assert [one["since"] for one in await seen(dewit)] == [later["at"]]
    await bram.ok("message.read", **conversation, seq=1)
    assert [one["since"] for one in await seen(dewit)] == [later["at"]]
    await bram.ok("message.read", **conversation, seq=2)
    assert await seen(dewit) == []


@pytest.mark.parametrize("event", ["conversation.handle", "message.send"])
async def test_what_is_handled_or_answered_waits_no_more(town: Town, event: str) -> None:
    dewit, message = await waited(town)
    anna, fatima = await town.everybody("anna", "fatima")
    conversation = {"conversation_id": message["conversation_id"]}
    does = {"handled": True} if event == "conversation.handle" else {"key": "a", "text": "Dag!"}
    await anna.ok(event, **conversation, **does)
    assert await seen(dewit) == []
    await anna.ok("conversation.handle", **conversation, handled=False)
    assert await seen(dewit) == []
    again = await fatima.ok("message.send", **conversation, key="2", text="Nog iets")
    await fatima.ok("message.send", **conversation, key="3", text="En nog iets")
    goes_by(town, 7)
    assert [one["since"] for one in await seen(dewit)] == [again["message"]["at"]]
    await fatima.ok("message.withdraw", message_id=again["message"]["id"])
    assert len(await seen(dewit)) == 1, "the last one is still there, and the first stays handled"


async def test_what_is_withdrawn_waits_no_more_and_another_does(town: Town) -> None:
    first = await writes(town, "fatima")
    goes_by(town, 1)
    second = await writes(town, "fatima", "2")
    dewit, fatima = await town.everybody("dewit", "fatima")
    goes_by(town, 3)
    await fatima.ok("message.withdraw", message_id=first["id"])
    assert [one["since"] for one in await seen(dewit)] == [second["at"]]
    await fatima.ok("message.withdraw", message_id=second["id"])
    assert await seen(dewit) == []


async def test_those_who_wait_longest_come_first_and_each_once(town: Town) -> None:
    await writes(town, "joost", pupil="lotte")
    goes_by(town, 1)
    await writes(town, "youssef")
    await writes(town, "fatima")
    fatima = await town.somebody("fatima")
    both = await town.conversation(fatima, "fatima", "youssef")
    await fatima.ok("message.send", conversation_id=both, key="1", text=TEXT)
    dewit = await town.somebody("dewit")
    goes_by(town, 7)
    names = [one["guardian"]["name"] for one in await seen(dewit)]
    assert names[0] == "Joost de Vries"
    assert sorted(names[1:]) == ["Fatima Amrani", "Youssef Amrani"]


async def test_the_school_says_after_how_many_days_or_never(town: Town) -> None:
    dewit, message = await waited(town)
    off = await dewit.ok("school.show_unread", **SCHOOL, days=None)
    assert off == {"ok": True, "unread": []} == await dewit.ok("notice.unread", **SCHOOL)
    four = await dewit.ok("school.show_unread", **SCHOOL, days=4)
    assert four == {"ok": True, "days": 4, "unread": []}
    one = await dewit.ok("school.show_unread", **SCHOOL, days=1)
    assert [unread["since"] for unread in one["unread"]] == [message["at"]]
    for wrong in (0, 11, "2", 1.5):
        refused = await dewit.refused("school.show_unread", **SCHOOL, days=wrong)
        assert (refused["code"], refused["field"]) == ("invalid", "days")


async def test_nobody_but_the_office_of_the_school_learns_who_waits(town: Town) -> None:
    await town.roster("live_apart", "sami")
    dewit, _ = await waited(town)
    for name in ("anna", "carla", "fatima", "youssef", "joost"):
        person = await town.somebody(name)
        for event, fields in (("notice.unread", {}), ("school.show_unread", {"days": 1})):
            refused = await person.refused(event, **SCHOOL, **fields)
            assert refused["code"] == "forbidden", (name, event)
        started = await person.ok("session.start")
        assert "unread_days" not in repr(started)
        assert "unread_since" not in repr(started)
        await person.leave()
    stranger = await town.somebody("dewit", DE_IEP)
    never = await stranger.refused("notice.unread", school_id="geenschool")
    assert await stranger.refused("notice.unread", **SCHOOL) == never
    own = await stranger.ok("notice.unread", school_id=DE_IEP.school_id)
    assert own["unread"] == []
    assert len(await seen(dewit)) == 1


async def test_who_left_and_a_year_that_ended_are_nobodys_worry(town: Town) -> None:
    dewit, _ = await waited(town)
    await town.roster("year_ends")
    assert await seen(dewit) == []
