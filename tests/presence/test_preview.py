"""What a teacher is told beforehand about settings, and what a team sees of each other's days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.presence.conftest import next_monday, shown
from tests.presence.test_cases import cases
from tests.presence.test_requests import WEEK, sets
from tests.stories.town import Town

TODAY = next_monday().date()


def asked(day: int, time: str) -> dict[str, str]:
    return {"date": (TODAY + timedelta(days=day)).isoformat(), "time": time}


async def test_a_teacher_sees_how_messages_would_reach_her_and_nothing_is_kept(town: Town) -> None:
    (anna,) = await town.everybody("anna")
    before = await anna.ok("availability.mine", school_id="regenboog")
    moments = [asked(0, "10:00"), asked(0, "21:00"), asked(1, "20:00"), asked(2, "12:00")]
    answer = await anna.ok("availability.preview", school_id="regenboog", **WEEK, moments=moments)
    monday = next_monday()
    tuesday = shown(monday.replace(hour=7, minute=30) + timedelta(days=1))
    later = shown(monday.replace(hour=7, minute=30) + timedelta(days=7))
    there = {"available": True, "notice": "push"}
    assert answer["moments"] == [
        {"at": shown(monday), **there},
        {
            "at": shown(monday.replace(hour=21)),
            "available": False,
            "notice": "email",
            "due": tuesday,
        },
        {"at": shown(monday.replace(hour=20) + timedelta(days=1)), **there},
        {
            "at": shown(monday.replace(hour=12) + timedelta(days=2)),
            "available": False,
            "notice": "email",
            "due": later,
        },
    ]
    assert await anna.ok("availability.mine", school_id="regenboog") == before


async def test_without_a_digest_the_evening_brings_nothing(town: Town) -> None:
    (anna,) = await town.everybody("anna")
    settings = {**WEEK, "digest": None}
    answer = await anna.ok(
        "availability.preview", school_id="regenboog", **settings, moments=[asked(0, "21:00")]
    )
    (evening,) = answer["moments"]
    assert evening["notice"] == "none"
    assert "due" not in evening


async def test_closed_days_count_in_what_she_sees(town: Town) -> None:
    anna, dewit = await town.everybody("anna", "dewit")
    question: dict[str, Any] = {"school_id": "regenboog", **WEEK, "moments": [asked(0, "21:00")]}
    (open_day,) = (await anna.ok("availability.preview", **question))["moments"]
    closed = (TODAY + timedelta(days=1)).isoformat()
    await dewit.ok("calendar.set", school_id="regenboog", closed=[closed])
    (evening,) = (await anna.ok("availability.preview", **question))["moments"]
    assert open_day["due"] < evening["due"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hours": {"mon": [["12:00", "08:00"]]}}, "hours.mon[0]"),
        ({"away": [["2026-12-18", "2026-12-14"]]}, "away[0]"),
        ({"moments": []}, "moments"),
        ({"moments": [{"date": "9999-12-31", "time": "21:00"}]}, "moments"),
    ],
)
async def test_what_could_not_be_set_is_refused_with_its_field(
    town: Town, wrong: dict[str, Any], field: str
) -> None:
    anna = await town.somebody("anna")
    fields = {"school_id": "regenboog", **WEEK, "moments": [asked(0, "21:00")]}
    await anna.ok("availability.preview", **fields)
    refused = await anna.refused("availability.preview", **{**fields, **wrong})
    assert (refused["code"], refused["field"]) == ("invalid", field)


async def test_the_worked_cases_are_previewed_as_they_say(town: Town) -> None:
    anna, dewit = await town.everybody("anna", "dewit")
    previewed = 0
    for (case,) in (one.values for one in cases()):
        if case["timezone"] != "Europe/Amsterdam" or case["availability"] is None:
            continue
        date, _, time = case["at"].partition("T")
        town.clock.later(seconds=1)
        await dewit.ok("calendar.set", school_id="regenboog", closed=case["closed"])
        answer = await anna.ok(
            "availability.preview",
            school_id="regenboog",
            **case["availability"],
            moments=[{"date": date, "time": time[:5]}],
        )
        (found,) = answer["moments"]
        if found["at"] == shown(datetime.fromisoformat(case["at"])):  # else it names seconds
            expected = case["expect"]
            due = expected["due"] and shown(datetime.fromisoformat(expected["due"]))
            assert (found["notice"], found.get("due")) == (expected["notice"], due), case["name"]
            previewed += 1
    assert previewed > 20


# --- The team's week -----------------------------------------------------------------------


async def test_a_team_sees_who_is_there_on_which_day(town: Town) -> None:
    anna, bram, dewit = await town.everybody("anna", "bram", "dewit")
    day = [(TODAY + timedelta(days=number)).isoformat() for number in range(7)]
    await sets(town, anna, away=[[day[1], day[1]]])
    await sets(town, bram, chat=False)
    await dewit.ok("calendar.set", school_id="regenboog", closed=[day[2]])
    cast = town.cast
    week = await anna.ok("availability.week", class_id=cast.groep_3b)
    assert [one["date"] for one in week["days"]] == day
    annas = {"teacher_id": cast.anna, "name": "Anna Jansen"}
    brams = {"teacher_id": cast.bram, "name": "Bram Smit", "reason": "chat_off"}
    monday, tuesday, wednesday, thursday = week["days"][:4]
    assert monday["teachers"] == [{**annas, "hours": [["08:00", "12:00"]]}, brams]
    assert tuesday["teachers"] == [{**annas, "reason": "away"}, brams]
    assert wednesday == {
        "date": day[2],
        "closed": True,
        "teachers": [{**annas, "reason": "school_closed"}, brams],
    }
    assert thursday["teachers"] == [{**annas, "reason": "outside_hours"}, brams]
    assert await dewit.ok("availability.week", class_id=cast.groep_3b, date=day[6]) == week
    next_week = await anna.ok(
        "availability.week",
        class_id=cast.groep_3b,
        date=(TODAY + timedelta(days=7)).isoformat(),
    )
    assert next_week["days"][1]["teachers"][0]["hours"] == [["20:00", "24:00"]]
    far = await anna.refused("availability.week", class_id=cast.groep_3b, date="9999-12-31")
    assert (far["code"], far["field"]) == ("invalid", "date")


async def test_days_are_for_the_team_and_not_for_guardians_or_others(town: Town) -> None:
    anna, fatima, carla = await town.everybody("anna", "fatima", "carla")
    await anna.ok("availability.week", class_id=town.cast.groep_3b)
    refused = await fatima.refused("availability.week", class_id=town.cast.groep_3b)
    assert refused["code"] == "forbidden"
    unknown = await carla.refused("availability.week", class_id="regenboog.niets")
    assert await carla.refused("availability.week", class_id=town.cast.groep_3b) == unknown
