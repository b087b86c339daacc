"""Conversations: opening and listing them, who answers, how far everybody has read."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.conftest import School
from tests.somebody import Somebody
from tests.stories.carers import add_carers

NOT_FOR_GUARDIANS = ("handled", "taken_by", "guardians_read")


async def test_participants_are_named_before_the_first_message(school: School) -> None:
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    cast = school.cast
    alone = await _open(fatima, school)
    assert alone["guardians"] == [{"id": cast.fatima, "name": "Fatima Amrani"}]
    assert alone["pupil"] == {"id": cast.sami, "name": "Sami Amrani"}
    assert (alone["last_seq"], alone["rev"], alone["read_seq"]) == (0, 0, 0)
    assert "last_message" not in alone
    joint = await _open(fatima, school, cast.youssef)
    assert {guardian["id"] for guardian in joint["guardians"]} == {cast.fatima, cast.youssef}
    assert await _open(fatima, school, cast.youssef, cast.fatima) == joint
    by_teacher = await _open(anna, school)
    assert by_teacher["id"] == joint["id"]  # all guardians: the same participants
    with_one = await _open(anna, school, cast.youssef)
    assert [guardian["id"] for guardian in with_one["guardians"]] == [cast.youssef]
    assert len({alone["id"], joint["id"], with_one["id"]}) == 3


async def test_nobody_but_its_openers_sees_what_has_no_message(school: School) -> None:
    fatima, youssef = await school.somebody("fatima"), await school.somebody("youssef")
    anna, bram = await school.somebody("anna"), await school.somebody("bram")
    id = (await _open(fatima, school, school.cast.youssef))["id"]
    for person in (youssef, anna, bram):
        assert (await person.refused("message.history", conversation_id=id))["code"] == "not_found"
        assert (await person.ok("conversation.list"))["conversations"] == []
        assert (await person.ok("session.start", since={id: 0}))["gone"] == [id]
        assert person.told == []
    await _open(anna, school)  # comes to the same one
    assert [c["id"] for c in (await anna.ok("conversation.list"))["conversations"]] == [id]
    assert (await bram.ok("conversation.list"))["conversations"] == []
    await anna.ok("message.typing", conversation_id=id)
    await fatima.hears("message.is_typing")
    await anna.ok("message.send", conversation_id=id, key="1", text="Dag allebei")
    for person in (fatima, youssef, bram):
        await person.hears("message.posted")
        assert [name for name, _ in person.told if name != "message.is_typing"] == [
            "conversation.changed",
            "message.posted",
        ]
        assert len((await person.ok("message.history", conversation_id=id))["messages"]) == 1


async def test_opening_shows_on_ones_other_devices(school: School) -> None:
    fatima, phone = await school.somebody("fatima"), await school.somebody("fatima")
    anna = await school.somebody("anna")
    opened = await _open(fatima, school)
    (told,) = await phone.hears("conversation.changed")
    assert told["conversation"] == opened
    await _open(fatima, school)  # nothing new
    await fatima.settled()
    await anna.settled()
    assert (len(await phone.settled()), fatima.told, anna.told) == (1, [], [])


async def test_one_teacher_takes_it_and_a_colleague_hears_who(school: School) -> None:
    fatima, anna, bram = [await school.somebody(n) for n in ("fatima", "anna", "bram")]
    id = await _begun(fatima, school)
    for person in (anna, bram):
        await person.hears("message.posted")
    me = {"id": school.cast.anna, "name": "Anna Jansen"}
    taken = await anna.ok("conversation.take", conversation_id=id, taken=True)
    assert taken["conversation"]["taken_by"] == me
    again = await anna.ok("conversation.take", conversation_id=id, taken=True)
    assert again == taken
    told = (await bram.hears("conversation.changed", 2))[1]
    assert told["conversation"]["taken_by"] == me
    for wanted in (True, False):
        refused = await bram.refused("conversation.take", conversation_id=id, taken=wanted)
        assert (refused["code"], refused["taken_by"]) == ("conflict", me)
    await bram.ok("message.send", conversation_id=id, key="1", text="Ik was er toch even")
    let_go = await anna.ok("conversation.take", conversation_id=id, taken=False)
    assert "taken_by" not in let_go["conversation"]
    assert (await bram.ok("conversation.take", conversation_id=id, taken=True))["conversation"]
    await fatima.settled()
    assert [name for name, _ in fatima.told] == ["message.posted"]


async def test_only_one_of_two_teachers_can_take_it_at_once(school: School) -> None:
    fatima, anna, bram = [await school.somebody(n) for n in ("fatima", "anna", "bram")]
    id = await _begun(fatima, school)
    ask = {"conversation_id": id, "taken": True}
    answers = await asyncio.gather(
        anna.ask("conversation.take", ask), bram.ask("conversation.take", ask)
    )
    assert sorted(answer["ok"] for answer in answers) == [False, True]


async def test_a_guardian_makes_it_unhandled_and_a_teacher_handles_it(school: School) -> None:
    fatima, anna, bram = [await school.somebody(n) for n in ("fatima", "anna", "bram")]
    id = await _begun(fatima, school)
    assert await _state(bram, id) is False
    await anna.ok("message.send", conversation_id=id, key="1", text="Beterschap")
    assert await _state(bram, id) is True
    await fatima.ok("message.send", conversation_id=id, key="2", text="Dank u")
    assert await _state(bram, id) is False
    handled = await bram.ok("conversation.handle", conversation_id=id, handled=True)
    assert handled["conversation"]["handled"] is True
    await anna.settled()
    said = [told["conversation"]["handled"] for told in anna.heard("conversation.changed")]
    assert said == [False, False, True]  # her own answer she knows of
    await anna.ok("conversation.handle", conversation_id=id, handled=False)
    assert await _state(bram, id) is False
    await fatima.settled()
    assert {name for name, _ in fatima.told} == {"message.posted"}
    (shown,) = (await fatima.ok("conversation.list"))["conversations"]
    assert not [field for field in NOT_FOR_GUARDIANS if field in shown]


async def test_positions_go_up_only_and_sending_sets_ones_own(school: School) -> None:
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    id = await _begun(fatima, school)
    for key in ("2", "3"):
        await fatima.ok("message.send", conversation_id=id, key=key, text="Nog iets")
    (shown,) = (await fatima.ok("conversation.list"))["conversations"]
    assert (shown["last_seq"], shown["read_seq"], shown["team_read_seq"]) == (3, 3, 0)
    for seq, becomes in ((2, 2), (1, 2), (0, 2), (99, 3), (3, 3), (1, 3)):
        answer = await anna.ok("message.read", conversation_id=id, seq=seq)
        assert answer == {"ok": True, "read_seq": becomes}
    await anna.ok("message.send", conversation_id=id, key="1", text="Gezien")
    (shown,) = (await anna.ok("conversation.list"))["conversations"]
    assert (shown["read_seq"], shown["guardians_read"]) == (
        4,
        [{"id": school.cast.fatima, "seq": 3}],
    )
    (shown,) = (await fatima.ok("conversation.list"))["conversations"]
    assert (shown["read_seq"], shown["team_read_seq"]) == (3, 4)
    assert [told["seq"] for told in await fatima.hears("message.was_read", 2)] == [2, 3]


async def test_guardians_learn_that_the_team_has_read_not_who_or_how_many(school: School) -> None:
    fatima, youssef = await school.somebody("fatima"), await school.somebody("youssef")
    anna, bram, tablet = [await school.somebody(n) for n in ("anna", "bram", "anna")]
    id = (await _open(fatima, school, school.cast.youssef))["id"]
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo")
    await fatima.ok("message.send", conversation_id=id, key="2", text="Bent u er?")
    await anna.ok("message.read", conversation_id=id, seq=2)
    await bram.ok("message.read", conversation_id=id, seq=1)
    await bram.ok("message.read", conversation_id=id, seq=2)
    own = (await tablet.hears("conversation.changed", 2))[1]
    assert own["conversation"]["read_seq"] == 2
    await youssef.ok("message.read", conversation_id=id, seq=1)
    (told,) = await anna.hears("message.was_read")
    assert told == {"conversation_id": id, "seq": 1, "by": school.cast.youssef}
    by_team = {"conversation_id": id, "seq": 2, "by": "team"}
    for guardian in (fatima, youssef):
        await guardian.settled()
        assert guardian.heard("message.was_read") == [by_team]
        (shown,) = (await guardian.ok("conversation.list"))["conversations"]
        assert shown["team_read_seq"] == 2
        assert not [field for field in NOT_FOR_GUARDIANS if field in shown]
    await bram.settled()
    assert len(bram.heard("message.was_read")) == 1  # Youssef, and nothing of Anna


async def test_typing_is_told_like_reading(school: School) -> None:
    fatima, youssef = await school.somebody("fatima"), await school.somebody("youssef")
    anna, bram = await school.somebody("anna"), await school.somebody("bram")
    id = (await _open(fatima, school, school.cast.youssef))["id"]
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo")
    await fatima.ok("message.typing", conversation_id=id)
    await anna.ok("message.typing", conversation_id=id)
    for person in (fatima, youssef, anna, bram):
        await person.settled()
    cast, about = school.cast, {"conversation_id": id}
    assert fatima.heard("message.is_typing") == [{**about, "by": "team"}]
    assert youssef.heard("message.is_typing") == [{**about, "by": "team"}]
    assert anna.heard("message.is_typing") == [{**about, "by": cast.fatima}]
    assert bram.heard("message.is_typing") == [
        {**about, "by": cast.fatima},
        {**about, "by": cast.anna},
    ]


async def test_the_list_goes_from_last_changed_page_by_page(school: School) -> None:
    anna = await school.somebody("anna")
    await _many(school, 25)
    pages: list[str] = []
    before: dict[str, Any] = {}
    for more in (True, True, False):
        page = await anna.ok("conversation.list", limit=10, **before)
        assert page["more"] is more
        pages += [c["id"] for c in page["conversations"]]
        before = {"before": pages[-1]}
    assert len(set(pages)) == len(pages) == 25
    assert pages == [
        c["id"] for c in (await anna.ok("conversation.list", limit=25))["conversations"]
    ]
    oldest = pages[-1]
    await anna.ok("message.send", conversation_id=oldest, key="1", text="Nog even dit")
    assert (await anna.ok("conversation.list", limit=1))["conversations"][0]["id"] == oldest


async def test_what_others_opened_and_left_empty_does_not_fill_a_page(school: School) -> None:
    anna, bram = await school.somebody("anna"), await school.somebody("bram")
    for name in await _many(school, 12, written=False, opened_by="bram"):
        await _open(anna, school, name)
    mine = await anna.ok("conversation.list", limit=3)
    assert len(mine["conversations"]) == 3
    assert mine["more"] is True
    await _many(school, 20, written=False, opened_by="carla")
    assert len((await anna.ok("conversation.list", limit=12))["conversations"]) == 12
    assert len((await bram.ok("conversation.list", limit=12))["conversations"]) == 12


async def test_a_class_that_is_not_theirs_lists_like_one_that_never_was(school: School) -> None:
    anna = await school.somebody("anna")
    await _many(school, 2)
    assert (await anna.ok("conversation.list", class_id=school.cast.groep_3b))["conversations"]
    never = await anna.ok("conversation.list", class_id="regenboog.geengroep")
    assert await anna.ok("conversation.list", class_id=school.cast.groep_4a) == never
    assert never == {"ok": True, "conversations": [], "more": False}
    refused = await anna.refused("conversation.list", before="regenboog.niets")
    assert refused["code"] == "not_found"


async def _open(person: Somebody, school: School, *guardian_ids: str) -> dict[str, Any]:
    named = {"guardian_ids": list(guardian_ids)} if guardian_ids else {}
    answer = await person.ok(
        "conversation.open", class_id=school.cast.groep_3b, pupil_id=school.cast.sami, **named
    )
    conversation: dict[str, Any] = answer["conversation"]
    return conversation


async def _begun(fatima: Somebody, school: School) -> str:
    """A conversation of Fatima in which she has written once."""
    id: str = (await _open(fatima, school))["id"]
    await fatima.ok("message.send", conversation_id=id, key="1", text="Sami is ziek")
    return id


async def _state(teacher: Somebody, id: str) -> bool:
    (shown,) = (await teacher.ok("conversation.list"))["conversations"]
    assert shown["id"] == id
    handled: bool = shown["handled"]
    return handled


async def _many(
    school: School, count: int, *, written: bool = True, opened_by: str = "anna"
) -> list[str]:
    """That many guardians of Sami more, each with a conversation with 3B; their ids."""
    carers = await add_carers(school.store, school.cast, count, opened_by=opened_by)
    if written:
        anna = await school.somebody("anna")
        for carer in carers:
            opened = await _open(anna, school, carer)
            await anna.ok("message.send", conversation_id=opened["id"], key="0", text="Welkom")
    return carers
