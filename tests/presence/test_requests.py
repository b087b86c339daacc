"""What a teacher sets and what a guardian sees of it, through real clients."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from storage import ids
from storage.schema import AVAILABILITIES_OF_SCHOOL, Availability, School, Substitute
from storage.writes import Insert, Replace
from tests.presence.conftest import next_monday, shown
from tests.somebody import Somebody
from tests.stories.town import Town

WEEK: dict[str, Any] = {
    "hours": {
        "mon": [["08:00", "12:00"]],
        "tue": [["20:00", "24:00"]],
        "wed": [["00:00", "01:00"]],
    },
    "away": [],
    "chat": True,
    "digest": {"at": "07:30", "days": ["tue", "mon"]},
}
WHOLE: dict[str, list[list[str]]] = {
    day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}

SCHOOL_HOURS: dict[str, list[list[str]]] = {
    day: [["08:00", "16:30"]] if day not in ("sat", "sun") else [] for day in WHOLE
}


async def sets(town: Town, person: Somebody, **changed: Any) -> dict[str, Any]:
    return await person.ok("availability.set", school_id=town.cast.school_id, **{**WEEK, **changed})


async def there(town: Town, person: Somebody) -> dict[str, Any]:
    return await person.ok("availability.get", class_id=town.cast.groep_3b)


async def test_a_guardian_sees_until_when_and_then_when_next(town: Town) -> None:
    (fatima,) = await town.everybody("fatima")
    monday = next_monday()
    now = {"available": True, "until": shown(monday.replace(hour=16, minute=30))}
    cast = town.cast
    assert await there(town, fatima) == {
        "ok": True,
        "class_id": cast.groep_3b,
        "team": now,
        "teachers": [
            {"teacher_id": cast.anna, "name": "Anna Jansen", "hours": SCHOOL_HOURS, **now},
            {"teacher_id": cast.bram, "name": "Bram Smit", "hours": SCHOOL_HOURS, **now},
        ],
    }
    town.clock.later(hours=7)
    later = await there(town, fatima)
    next_ = shown(monday.replace(hour=8) + timedelta(days=1))
    assert later["team"] == {"available": False, "reason": "outside_hours", "next": next_}
    started = await fatima.ok("session.start")
    assert started["availability"] == [{k: v for k, v in later.items() if k != "ok"}]


async def test_a_teacher_sets_hours_and_whoever_has_to_do_with_the_class_hears_of_it(
    town: Town,
) -> None:
    anna, bram, fatima, dewit, carla = people = await town.everybody(
        "anna", "bram", "fatima", "dewit", "carla"
    )
    default = await anna.ok("availability.mine", school_id="regenboog")
    assert default["own"] is False
    assert default["hours"]["fri"] == [["08:00", "16:30"]]
    assert default["digest"] == {"at": "16:45", "days": ["mon", "tue", "wed", "thu", "fri"]}
    answer = await sets(town, anna)
    assert answer == {
        "ok": True,
        "school_id": "regenboog",
        **WEEK,
        "hours": {**WHOLE, **WEEK["hours"]},
        "digest": {"at": "07:30", "days": ["mon", "tue"]},
        "own": True,
    }
    assert await anna.ok("availability.mine", school_id="regenboog") == answer
    stands = {k: v for k, v in (await there(town, fatima)).items() if k != "ok"}
    noon = shown(next_monday(12))
    assert stands["teachers"][0]["until"] == noon
    assert stands["teachers"][0]["hours"] == {**WHOLE, **WEEK["hours"]}
    for person in people:
        await person.settled()
    for person in (bram, fatima, dewit):
        assert person.heard("availability.changed") == [stands]
    assert anna.heard("availability.changed") == [], "she asked for it herself"
    assert carla.heard("availability.changed") == [], "she teaches another class"
    assert await sets(town, anna) == answer
    await fatima.settled()
    assert len(fatima.heard("availability.changed")) == 1, "nothing changed this time"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hours": {"mon": [["12:00", "08:00"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": [["12:00", "12:00"]]}}, "hours.mon[0]"),
        ({"hours": {"fri": [["13:00", "15:00"], ["08:00", "13:01"]]}}, "hours.fri[0]"),
        ({"hours": {"mon": [["24:00", "24:00"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": [["08:00", "24:01"]]}}, "hours.mon[0][1]"),
        ({"hours": {"mon": [["8:00", "9:00"]]}}, "hours.mon[0][0]"),
        ({"hours": {"zon": []}}, "hours.zon"),
        ({"away": [["2026-12-18", "2026-12-14"]]}, "away[0]"),
        ({"away": [["2026-02-30", "2026-03-01"]]}, "away[0][0]"),
        ({"away": [["2026-12-14", "2926-12-14"]]}, "away[0]"),
        ({"digest": {"at": "24:00", "days": ["mon"]}}, "digest.at"),
        ({"digest": {"at": "07:30", "days": []}}, "digest.days"),
        ({"chat": "off"}, "chat"),
    ],
)
async def test_hours_that_cannot_be_are_refused_and_change_nothing(
    town: Town, wrong: dict[str, Any], field: str
) -> None:
    anna = await town.somebody("anna")
    before = await sets(town, anna)
    fields = {"school_id": "regenboog", **WEEK, **wrong}
    refused = await anna.refused("availability.set", **fields)
    assert (refused["code"], refused["field"]) == ("invalid", field)
    assert await anna.ok("availability.mine", school_id="regenboog") == before


async def test_blocks_may_touch_in_any_order(town: Town) -> None:
    anna = await town.somebody("anna")
    answer = await sets(town, anna, hours={"mon": [["12:00", "24:00"], ["08:00", "12:00"]]})
    assert answer["hours"]["mon"] == [["08:00", "12:00"], ["12:00", "24:00"]]


async def test_no_digest_asks_for_confirmation_once(town: Town) -> None:
    anna = await town.somebody("anna")
    fields = {"school_id": "regenboog", **WEEK, "digest": None}
    refused = await anna.refused("availability.set", **fields, confirm=False)
    assert (refused["code"], refused["rule"]) == ("policy", "no_digest")
    assert (await anna.ok("availability.set", **fields))["digest"] is None, "whoever has asked"
    await anna.ok("availability.set", **{**fields, "chat": False}, confirm=False)


async def test_what_was_set_can_be_set_again_as_it_is_shown(town: Town) -> None:
    anna = await town.somebody("anna")
    minutes = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(96)]
    blocks = [list(block) for block in zip(minutes[::2], minutes[1::2], strict=True)]
    await sets(town, anna, hours={"mon": blocks}, digest=None)
    shown = await anna.ok("availability.mine", school_id="regenboog")
    again = {name: shown[name] for name in ("school_id", *WEEK)}
    assert await anna.ok("availability.set", **again) == shown
    assert shown["hours"]["mon"] == blocks


async def test_a_closed_chat_takes_no_texts_of_guardians_and_says_whom_to_call(town: Town) -> None:
    fatima, anna, bram = await town.everybody("fatima", "anna", "bram")
    conversation = {"conversation_id": await town.conversation(fatima)}
    first = await fatima.ok("message.send", **conversation, key="1", text="Hallo juf")
    await sets(town, anna, chat=False)
    await fatima.ok("message.send", **conversation, key="2", text="Bram leest nog")
    await sets(town, bram, chat=False)
    refused = await fatima.refused("message.send", **conversation, key="3", text="En nu?")
    assert (refused["code"], refused["contact"]) == ("chat_closed", "Bel 010 123 45 67.")
    closed = await there(town, fatima)
    assert closed["chat_closed"] is True
    assert closed["team"] == {"available": False, "reason": "chat_off"}
    again = await fatima.ok("message.send", **conversation, key="1", text="Hallo juf")
    assert again["message"] == first["message"], "that one was taken before"
    await anna.ok("message.send", **conversation, key="a", text="Bel gerust de school")
    await sets(town, bram, chat=True)
    await fatima.ok("message.send", **conversation, key="3", text="En nu?")


async def test_a_substitute_who_reads_keeps_the_chat_open(town: Town) -> None:
    fatima, anna, bram = await town.everybody("fatima", "anna", "bram")
    conversation = {"conversation_id": await town.conversation(fatima)}
    await sets(town, anna, chat=False)
    await sets(town, bram, chat=False)
    await fatima.refused("message.send", **conversation, key="1", text="Is er iemand?")
    cast = town.cast
    carla = Substitute(
        id=ids.pair(cast.groep_3b, cast.carla),
        school_id=cast.school_id,
        class_id=cast.groep_3b,
        teacher_id=cast.carla,
        until=date(2090, 1, 1),
    )
    school = await town.store.get(School, cast.school_id)
    assert school
    await town.store.commit([Insert(carla), Replace(school)])
    await fatima.ok("message.send", **conversation, key="1", text="Is er iemand?")
    names = [teacher["name"] for teacher in (await there(town, fatima))["teachers"]]
    assert names == ["Anna Jansen", "Bram Smit", "Carla Bos"]


async def test_the_office_closes_the_school_for_a_day(town: Town) -> None:
    dewit, fatima, anna, carla = await town.everybody("dewit", "fatima", "anna", "carla")
    monday = next_monday()
    today, tomorrow = monday.date().isoformat(), (monday.date() + timedelta(days=1)).isoformat()
    fields = {"school_id": "regenboog", "closed": [tomorrow, today, today]}
    refused = await anna.refused("calendar.set", **fields)
    assert refused["code"] == "forbidden"
    assert (await dewit.ok("calendar.set", **fields))["closed"] == [today, tomorrow]
    next_ = shown(monday.replace(hour=8) + timedelta(days=2))
    closed = {"available": False, "reason": "school_closed", "next": next_}
    (told,) = await fatima.hears("availability.changed")
    assert told["team"] == closed
    assert [one["class_id"] for one in await carla.hears("availability.changed")] == [
        town.cast.groep_4a
    ]
    assert (await fatima.ok("calendar.get", school_id="regenboog"))["closed"] == [today, tomorrow]
    far = await dewit.refused("calendar.set", school_id="regenboog", closed=["1926-01-01"])
    assert (far["code"], far["field"]) == ("invalid", "closed")


async def test_what_another_process_changes_is_told_once(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    watch = town.watch
    await watch.look()
    await sets(town, anna)
    await watch.look()
    await fatima.settled()
    assert len(fatima.heard("availability.changed")) == 1, "this process told it itself"
    (stored,) = await town.store.find(AVAILABILITIES_OF_SCHOOL, "regenboog", limit=10)
    school = await town.store.get(School, "regenboog")
    assert isinstance(stored, Availability)
    assert school
    await town.store.commit([Replace(replace(stored, chat=False)), Replace(school)])
    await watch.look()
    (_, told) = await fatima.hears("availability.changed", 2)
    assert told["teachers"][0]["reason"] == "chat_off"
    assert told["teachers"][0]["hours"] == WHOLE, "nobody should count on them"
    await watch.look()
    await fatima.settled()
    assert len(fatima.heard("availability.changed")) == 2


async def test_others_are_told_of_no_class_and_no_school(town: Town) -> None:
    carla, dewit, fatima = await town.everybody("carla", "dewit", "fatima")
    unknown = await carla.refused("availability.get", class_id="regenboog.niets")
    assert await carla.refused("availability.get", class_id=town.cast.groep_3b) == unknown
    assert (await there(town, dewit))["class_id"] == town.cast.groep_3b
    assert (await carla.refused("calendar.get", school_id="de-iep"))["code"] == "not_found"
    foreign = await carla.refused("availability.mine", school_id="de-iep")
    assert foreign["code"] == "not_found"
    assert (await fatima.refused("availability.mine", school_id="regenboog"))["code"] == "forbidden"
