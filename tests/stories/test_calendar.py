"""The office takes over calendars from elsewhere: it sees what would change, and then it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from tests.calendar.make import AUTUMN, MAY, SPRING, government, ics, whole_day
from tests.cast import DE_IEP
from tests.somebody import Somebody
from tests.stories.town import Town

SCHOOL = {"school_id": "regenboog"}
NOORD = {"kind": "file", "region": "noord", "file": government(), "file_name": "vakanties.json"}


def said(first: str, last: str | None = None, name: str = "") -> dict[str, str]:
    return {"first": first, "last": last or first, **({"name": name} if name else {})}


def days(*days: Any, name: str) -> dict[str, str]:
    return said(days[0].isoformat(), days[-1].isoformat(), name)


HERFST, VOORJAAR, MEI = (
    days(*AUTUMN, name="Herfstvakantie"),
    days(*SPRING, name="Voorjaarsvakantie"),
    days(*MAY, name="Meivakantie"),
)


async def proposed(dewit: Somebody, **asked: Any) -> dict[str, Any]:
    return await dewit.ok("calendar.propose", **SCHOOL, **asked)


async def takes(dewit: Somebody, proposal: dict[str, Any], **changed: Any) -> dict[str, Any]:
    names = ("kind", "editions", "left_out", "region", "rev")
    fields = {name: proposal[name] for name in names if name in proposal}
    return await dewit.ask("calendar.import", {**SCHOOL, **fields, **changed})


async def test_school_holidays_are_shown_first_and_taken_over_after_a_yes(school: Town) -> None:
    dewit, fatima = await school.everybody("dewit", "fatima")
    proposal = await proposed(dewit, **NOORD)
    assert (proposal["comes"], proposal["goes"], proposal["stays"]) == (
        [HERFST, VOORJAAR, MEI],
        [],
        [],
    )
    assert proposal["names"] == [
        {"name": "Herfstvakantie", "taken": True, "note": "advised"},
        {"name": "Voorjaarsvakantie", "taken": True, "note": "advised"},
        {"name": "Meivakantie", "taken": True},
    ]
    assert (await dewit.ok("calendar.get", **SCHOOL))["closed"] == [], "it was only shown"
    done = await takes(dewit, proposal)
    assert done["ok"] is True
    shown = await fatima.ok("calendar.get", **SCHOOL)
    assert shown == done
    assert shown["names"] == [HERFST, VOORJAAR, MEI]
    assert shown["region"] == "noord"
    assert len(shown["closed"]) == 27
    await fatima.hears("availability.changed")
    again = await proposed(dewit, **{**NOORD, "region": None})
    assert (again["comes"], again["goes"]) == ([], [])
    assert again["stays"] == [HERFST, VOORJAAR, MEI], "the region is remembered"


async def test_a_holiday_that_has_moved_is_moved_by_the_next_edition(school: Town) -> None:
    dewit = await school.somebody("dewit")
    await takes(dewit, await proposed(dewit, **NOORD))
    later = (MAY[0].replace(day=26), MAY[1].replace(day=9))
    proposal = await proposed(dewit, **{**NOORD, "file": government(may=later)})
    assert proposal["goes"] == [said("2027-04-24", "2027-04-25", "Meivakantie")]
    assert proposal["comes"] == [said("2027-05-03", "2027-05-09", "Meivakantie")]
    done = await takes(dewit, proposal)
    assert days(*later, name="Meivakantie") in done["names"]


async def test_a_school_says_which_days_off_are_not_its_own(school: Town) -> None:
    dewit = await school.somebody("dewit")
    first = await proposed(dewit, kind="public_holidays")
    assert "Bevrijdingsdag" in first["left_out"], "not every school is closed then"
    chosen = await proposed(dewit, kind="public_holidays", left_out=["Goede vrijdag"])
    names = {one["name"]: one["taken"] for one in chosen["names"]}
    assert (names["Goede vrijdag"], names["Bevrijdingsdag"]) == (False, True)
    assert "Goede vrijdag" not in {one.get("name") for one in chosen["comes"]}
    done = await takes(dewit, chosen)
    assert {"Bevrijdingsdag", "Koningsdag"} <= {one["name"] for one in done["names"]}
    again = await proposed(dewit, kind="public_holidays")
    assert again["left_out"] == ["Goede vrijdag"], "as it was chosen last time"
    assert again["comes"] == []


async def test_an_agenda_file_is_taken_over_and_what_fills_no_day_is_counted(school: Town) -> None:
    dewit = await school.somebody("dewit")
    evening = ["DTSTART:20270310T190000Z", "DTEND:20270310T210000Z"]
    file = ics(
        whole_day("Studiedag", "20270308", "20270310"),
        ["BEGIN:VEVENT", "SUMMARY:Ouderavond", *evening, "END:VEVENT"],
    )
    asked = {"kind": "file", "file": file, "file_name": "studiedagen.ics"}
    proposal = await proposed(dewit, **asked)
    assert proposal["comes"] == [said("2027-03-08", "2027-03-09", "Studiedag")]
    assert proposal["skipped"] == 1
    done = await takes(dewit, proposal)
    assert done["closed"] == ["2027-03-08", "2027-03-09"]
    moved = ics(whole_day("Studiedag", "20270309", "20270311"))
    next_ = await proposed(dewit, **{**asked, "file": moved})
    assert (next_["comes"], next_["goes"]) == (
        [said("2027-03-10", name="Studiedag")],
        [said("2027-03-08", name="Studiedag")],
    )
    other = await proposed(dewit, **{**asked, "file": moved, "file_name": "anders.ics"})
    assert other["goes"] == [], "another file takes back nothing of this one"


async def test_what_a_colleague_changed_meanwhile_is_not_lost(school: Town) -> None:
    dewit, colleague = await school.everybody("dewit", "dewit")
    proposal = await proposed(dewit, **NOORD)
    seen = await dewit.ok("calendar.get", **SCHOOL)
    added = await colleague.ok(
        "calendar.set",
        **SCHOOL,
        closed=["2027-03-05"],
        names=[said("2027-03-05", name="Studiedag")],
        rev=seen.get("rev", 0),
    )
    refused = await takes(dewit, proposal)
    assert refused["error"]["code"] == "conflict"
    late = await dewit.refused("calendar.set", **SCHOOL, closed=[], rev=seen.get("rev", 0))
    assert (late["code"], late["rev"]) == ("conflict", added["rev"])
    stands = await dewit.ok("calendar.get", **SCHOOL)
    assert stands == added
    done = await takes(dewit, await proposed(dewit, **NOORD))
    assert "2027-03-05" in done["closed"]
    assert said("2027-03-05", name="Studiedag") in done["names"]


async def test_of_two_at_once_one_is_told_that_the_other_was_faster(school: Town) -> None:
    dewit, colleague = await school.everybody("dewit", "dewit")
    proposal = await proposed(dewit, **NOORD)
    answers = await asyncio.gather(takes(dewit, proposal), takes(colleague, proposal))
    codes = sorted(answer["error"]["code"] if not answer["ok"] else "ok" for answer in answers)
    assert codes == ["conflict", "ok"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"region": None}, "region"),
        ({"file": ""}, "file"),
        ({"file": "geen agenda"}, "file"),
        ({"file": "[]"}, "file"),
        ({"file": ics()}, "file"),
        ({"file": "x" * 60_001}, "file"),
        ({"region": "oost"}, "region"),
        ({"kind": "address"}, "kind"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(
    school: Town, changed: dict[str, Any], field: str
) -> None:
    dewit = await school.somebody("dewit")
    refused = await dewit.refused("calendar.propose", **SCHOOL, **{**NOORD, **changed})
    assert (refused["code"], refused["field"]) == ("invalid", field)
    assert await proposed(dewit, **NOORD)


async def test_days_that_cannot_be_are_refused(school: Town) -> None:
    dewit = await school.somebody("dewit")
    proposal = await proposed(dewit, **NOORD)
    for wrong in (said("1926-01-01"), said("2027-01-02", "2027-01-01")):
        editions = [{"source": "file x", "periods": [wrong]}]
        refused = (await takes(dewit, proposal, editions=editions))["error"]
        assert (refused["code"], refused["field"]) == ("invalid", "editions")
    assert (await takes(dewit, proposal))["ok"] is True


async def test_only_the_office_of_the_school_sees_and_takes(school: Town) -> None:
    dewit = await school.somebody("dewit")
    proposal = await proposed(dewit, **NOORD)
    for name in ("anna", "fatima"):
        person = await school.somebody(name)
        assert (await person.refused("calendar.propose", **SCHOOL, **NOORD))["code"] == "forbidden"
        assert (await takes(person, proposal))["error"]["code"] == "forbidden"
    stranger = await school.somebody("dewit", DE_IEP)
    assert (await stranger.refused("calendar.propose", **SCHOOL, **NOORD))["code"] == "not_found"
    assert (await takes(stranger, proposal))["error"]["code"] == "not_found"
    assert (await takes(dewit, proposal))["ok"] is True


# --- Fetched -------------------------------------------------------------------------------


@dataclass
class Government:
    """Serves the school holidays, or something else."""

    address: str = ""
    text: str = government()
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        return web.Response(text=self.text, status=self.status)


@pytest.fixture
async def rijk() -> AsyncIterator[Government]:
    government = Government()
    app = web.Application()
    app.router.add_get("/vakanties", government.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    government.address = f"http://{host}:{port}/vakanties?output=json"
    yield government
    await runner.cleanup()


async def test_the_server_asks_the_government_when_the_office_does(
    school: Town, rijk: Government
) -> None:
    dispatch = school.hekje.dispatch
    dispatch.settings = replace(dispatch.settings, school_holidays=rijk.address)
    dewit = await school.somebody("dewit")
    assert rijk.asked == []
    fetched = await proposed(dewit, kind="school_holidays", region="noord")
    assert fetched["comes"] == [HERFST, VOORJAAR, MEI]
    assert rijk.asked == ["/vakanties?output=json"]
    without = await dewit.refused("calendar.propose", **SCHOOL, kind="school_holidays")
    assert (without["code"], without["field"]) == ("invalid", "region")
    for status, text, code in (
        (500, "kapot", "unavailable"),
        (200, "kapot", "invalid"),
        (200, " " * 2_000_001, "unavailable"),
    ):
        rijk.status, rijk.text = status, text
        refused = await dewit.refused(
            "calendar.propose", **SCHOOL, kind="school_holidays", region="noord"
        )
        assert refused["code"] == code
    dispatch.settings = replace(dispatch.settings, school_holidays="")
    count = len(rijk.asked)
    off = await dewit.refused("calendar.propose", **SCHOOL, kind="school_holidays", region="noord")
    assert off["code"] == "unavailable"
    assert "does not fetch" in off["message"]
    assert len(rijk.asked) == count
