"""session.start: all for the first screen, and what was missed since the last time."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from storage.schema import Deployment
from storage.writes import Replace
from tests.somebody import Somebody
from tests.stories.carers import add_carers, fill
from tests.stories.town import Town


async def test_a_guardian_gets_all_for_the_first_screen(town: Town) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    sent = await _send(fatima, id, "Hallo juf")
    cast = town.cast
    started = await fatima.ok("session.start")
    assert started.pop("now") >= sent["at"]
    assert [one["class_id"] for one in started.pop("availability")] == [cast.groep_3b]
    assert started == {
        "ok": True,
        "account": {
            "id": cast.account("fatima"),
            "name": "Fatima Amrani",
            "email": "fatima@regenboog.example",
            "locale": "en",
            "roles": [{"school_id": "regenboog", "role": "guardian", "guardian_id": cast.fatima}],
            "second_factor": False,
        },
        "schools": [
            {
                "id": "regenboog",
                "name": "Basisschool regenboog",
                "timezone": "Europe/Amsterdam",
                "locale": "nl",
                "year": "2026-2027",
                "contact": "Bel 010 123 45 67.",
                "second_factor": ["office"],
            }
        ],
        "classes": [
            {
                "id": cast.groep_3b,
                "school_id": "regenboog",
                "name": "3B",
                "year": "2026-2027",
                "teachers": [
                    {"id": cast.anna, "name": "Anna Jansen"},
                    {"id": cast.bram, "name": "Bram Smit"},
                ],
                "read_only": False,
            }
        ],
        "pupils": [
            {
                "id": cast.sami,
                "class_id": cast.groep_3b,
                "name": "Sami Amrani",
                "guardians": [
                    {"id": cast.fatima, "name": "Fatima Amrani"},
                    {"id": cast.youssef, "name": "Youssef Amrani"},
                ],
            }
        ],
        "channels": [],
        "conversations": [
            {
                "id": id,
                "school_id": "regenboog",
                "class_id": cast.groep_3b,
                "pupil": {"id": cast.sami, "name": "Sami Amrani"},
                "guardians": [{"id": cast.fatima, "name": "Fatima Amrani"}],
                "read_only": False,
                "last_seq": 1,
                "rev": 1,
                "read_seq": 1,
                "team_read_seq": 0,
                "last_message": sent,
            }
        ],
        "more": False,
        "epoch": "first",
        "push_key": town.hekje.push_keys.public,
    }


async def test_a_teacher_sees_the_pupils_with_whom_to_write_and_whom_to_invite(town: Town) -> None:
    await town.roster("may_contact", "sami", "youssef")
    await town.roster("loses_role", "joost")
    anna = await town.somebody("anna")
    started = await anna.ok("session.start")
    shown = {pupil["name"]: pupil["guardians"] for pupil in started["pupils"]}
    cast = town.cast
    assert shown == {
        "Sami Amrani": [
            {"id": cast.fatima, "name": "Fatima Amrani", "has_account": True, "has_address": True}
        ],
        "Lotte de Vries": [
            {"id": cast.joost, "name": "Joost de Vries", "has_account": False, "has_address": True}
        ],
    }


async def test_the_office_sees_the_classes_and_no_conversation(town: Town) -> None:
    fatima, dewit = await town.everybody("fatima", "dewit")
    await _send(fatima, await town.conversation(fatima), "Hallo juf")
    started = await dewit.ok("session.start")
    assert [c["name"] for c in started["classes"]] == ["3B", "4A"]
    assert (started["conversations"], started["pupils"]) == ([], [])


async def test_what_was_written_corrected_and_withdrawn_is_missed_in_that_order(
    town: Town,
) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    one, two, three = [await _send(fatima, id, text) for text in ("een", "twee", "drie")]
    known = (await anna.ok("session.start"))["conversations"][0]["rev"]
    assert known == 3
    four = await _send(fatima, id, "vier")
    await fatima.ok("message.edit", message_id=two["id"], text="twee!")
    await fatima.ok("message.withdraw", message_id=three["id"])
    await fatima.ok("message.edit", message_id=four["id"], text="vier!")
    five = await _send(anna, id, "vijf")

    async def missed(since: int) -> list[tuple[int, int, str]]:
        started = await anna.ok("session.start", since={id: since})
        assert (started["restart"], started["gone"]) == ([], [])
        return [(m["rev"], m["seq"], m["text"]) for m in started["missed"]]

    assert await missed(known) == [(5, 2, "twee!"), (6, 3, ""), (7, 4, "vier!"), (8, 5, "vijf")]
    assert await missed(6) == [(7, 4, "vier!"), (8, 5, "vijf")]
    assert await missed(8) == []
    assert [rev for rev, _, _ in await missed(0)] == [1, 5, 6, 7, 8]
    assert one["seq"], five["seq"] == (1, 5)


async def test_who_knows_more_than_there_is_starts_that_conversation_again(town: Town) -> None:
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    await _send(fatima, id, "een")
    started = await fatima.ok("session.start", since={id: 2})
    assert (started["missed"], started["restart"], started["gone"]) == ([], [id], [])


async def test_gone_is_what_is_not_theirs_whether_it_ever_was(town: Town) -> None:
    fatima, joost, anna = await town.everybody("fatima", "joost", "anna")
    id = await town.conversation(fatima)
    await _send(fatima, id, "een")
    asked = {id: 0, "regenboog.niets": 0, "": 0}
    refused = await joost.refused("session.start", since=asked)
    assert refused["code"] == "invalid"
    del asked[""]
    started = await joost.ok("session.start", since=asked)
    assert (started["missed"], started["restart"]) == ([], [])
    assert started["gone"] == [id, "regenboog.niets"]
    assert (await anna.ok("session.start", since=asked))["gone"] == ["regenboog.niets"]
    without = await anna.ok("session.start")
    assert not {"missed", "restart", "gone"} & set(without)
    too_many = {f"regenboog.{n}": 0 for n in range(301)}
    assert (await anna.refused("session.start", since=too_many))["field"] == "since"


async def test_two_hundred_of_one_conversation_and_not_one_more(town: Town) -> None:
    fatima, anna = await town.everybody("fatima", "anna")
    id = await town.conversation(fatima)
    await fill(town.store, id, town.cast.anna, 200)
    started = await anna.ok("session.start", since={id: 0})
    assert [m["rev"] for m in started["missed"]] == list(range(1, 201))
    await _send(fatima, id, "nog een")
    started = await anna.ok("session.start", since={id: 0})
    assert (started["missed"], started["restart"]) == ([], [id])
    started = await anna.ok("session.start", since={id: 1})
    assert len(started["missed"]) == 200
    for _ in range(3):  # many changes of few messages are few
        for text in ("x", "y"):
            await fatima.ok("message.edit", message_id=f"{id}.0000201", text=text)
    started = await anna.ok("session.start", since={id: 200})
    assert [(m["rev"], m["text"]) for m in started["missed"]] == [(207, "y")]


async def test_a_thousand_in_all_and_the_rest_starts_again(town: Town) -> None:
    anna = await town.somebody("anna")
    carers = await add_carers(town.store, town.cast, 6, opened_by="anna")
    found = []
    for carer in carers:
        opened = await anna.ok(
            "conversation.open",
            class_id=town.cast.groep_3b,
            pupil_id=town.cast.sami,
            guardian_ids=[carer],
        )
        found.append(opened["conversation"]["id"])
        await fill(town.store, found[-1], town.cast.anna, 180)
    started = await anna.ok("session.start", since=dict.fromkeys(found, 0))
    assert len(started["missed"]) == 900
    assert started["restart"] == found[5:]
    order = [m["conversation_id"] for m in started["missed"]]
    assert list(dict.fromkeys(order)) == found[:5]
    started = await anna.ok("session.start", since={**dict.fromkeys(found, 0), found[0]: 80})
    assert (len(started["missed"]), started["restart"]) == (1_000, [])


async def test_two_hundred_conversations_and_more(town: Town) -> None:
    anna = await town.somebody("anna")
    await add_carers(town.store, town.cast, 200, opened_by="anna")
    started = await anna.ok("session.start")
    assert (len(started["conversations"]), started["more"]) == (200, False)
    fatima = await town.somebody("fatima")
    id = await town.conversation(fatima)
    await _send(fatima, id, "Hallo")
    started = await anna.ok("session.start")
    assert (len(started["conversations"]), started["more"]) == (200, True)
    assert started["conversations"][0]["id"] == id
    last = started["conversations"][-1]["id"]
    rest = await anna.ok("conversation.list", before=last)
    assert (len(rest["conversations"]), rest["more"]) == (1, False)
    assert rest["conversations"][0]["id"] not in {c["id"] for c in started["conversations"]}


async def test_a_restored_backup_shows_in_the_epoch(town: Town) -> None:
    fatima = await town.somebody("fatima")
    assert (await fatima.ok("session.start"))["epoch"] == "first"
    deployment = await town.store.get(Deployment, "deployment")
    assert deployment
    await town.store.commit([Replace(replace(deployment, epoch="second"))])
    assert (await fatima.ok("session.start"))["epoch"] == "second"


async def test_heads_name_what_changed_in_the_last_two_minutes_to_whom_it_is_for(
    town: Town,
) -> None:
    fatima, youssef, joost, anna = await town.everybody("fatima", "youssef", "joost", "anna")
    of_fatima = await town.conversation(fatima)
    of_joost = await town.conversation(joost, pupil="lotte")
    await _send(fatima, of_fatima, "een")
    town.clock.later(seconds=90)
    await _send(joost, of_joost, "een")
    await _send(joost, of_joost, "twee")
    await town.watch.elsewhere.tell_heads()
    assert await anna.hears("heads") == [{of_fatima: 1, of_joost: 2}]
    assert await fatima.hears("heads") == [{of_fatima: 1}]
    assert await joost.hears("heads") == [{of_joost: 2}]
    await youssef.settled()
    assert youssef.told == []
    town.clock.later(seconds=60)
    await town.watch.elsewhere.tell_heads()
    assert (await anna.hears("heads", 2))[1] == {of_joost: 2}
    await fatima.settled()
    assert len(fatima.heard("heads")) == 1


async def _send(person: Somebody, id: str, text: str) -> dict[str, Any]:
    answer = await person.ok("message.send", conversation_id=id, key=text, text=text)
    message: dict[str, Any] = answer["message"]
    return message
