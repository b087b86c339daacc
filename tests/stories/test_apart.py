"""Guardians who live apart: nothing shows one of them the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.somebody import Somebody
from tests.stories.town import Town, about, settled

OTHERS = {"fatima": "youssef", "youssef": "fatima"}
GIVEN = {"fatima": "Fatima", "youssef": "Youssef"}


async def test_a_joint_conversation_can_only_be_read_and_names_are_hidden(school: Town) -> None:
    people = dict(zip(OTHERS, await school.everybody(*OTHERS), strict=True))
    anna, bram, dewit = await school.everybody("anna", "bram", "dewit")
    joint = await _joint(school, people["fatima"], people["youssef"], anna)
    for name, person in people.items():
        assert GIVEN[OTHERS[name]] in await _everything(school, person, joint)

    await dewit.ok("pupil.set_apart", pupil_id=school.cast.sami, apart=True)
    for name, person in people.items():
        await person.hears("session.changed")
        refused = await person.refused(
            "message.send", conversation_id=joint, key="later", text="Nog iets"
        )
        assert refused["code"] == "read_only"
        everything = await _everything(school, person, joint)
        assert GIVEN[OTHERS[name]] not in everything
        assert getattr(school.cast, OTHERS[name]) not in everything
        assert GIVEN[name] in everything
    refused = await anna.refused("message.send", conversation_id=joint, key="x", text="Hallo")
    assert refused["code"] == "read_only"
    for teacher in (anna, bram):  # the team goes on seeing with whom it was
        assert "Youssef" in await _everything(school, teacher, joint)


async def test_they_cannot_be_named_together_any_more(school: Town) -> None:
    fatima, anna, dewit = await school.everybody("fatima", "anna", "dewit")
    cast = school.cast
    named = {"class_id": cast.groep_3b, "pupil_id": cast.sami}
    both = [cast.fatima, cast.youssef]
    joint = await fatima.ok("conversation.open", **named, guardian_ids=both)
    await dewit.ok("pupil.set_apart", pupil_id=cast.sami, apart=True)
    for guardians in (both, [cast.youssef]):
        refused = await fatima.refused("conversation.open", **named, guardian_ids=guardians)
        nobody = await fatima.refused(
            "conversation.open", **named, guardian_ids=[*guardians[:-1], "regenboog.niemand"]
        )
        assert refused == nobody
        assert refused["code"] == "not_found"
    for asked in ({**named, "guardian_ids": both}, named):
        refused = await anna.refused("conversation.open", **asked)
        assert (refused["code"], refused["rule"]) == ("policy", "apart")
    own = await fatima.ok("conversation.open", **named)
    assert [guardian["id"] for guardian in own["conversation"]["guardians"]] == [cast.fatima]
    each = await anna.ok("conversation.open", **named, guardian_ids=[cast.youssef])
    assert each["conversation"]["read_only"] is False

    await dewit.ok("pupil.set_apart", pupil_id=cast.sami, apart=False)
    again = await fatima.ok("conversation.open", **named, guardian_ids=both)
    assert again["conversation"]["id"] == joint["conversation"]["id"]
    assert len(again["conversation"]["guardians"]) == 2


async def test_what_happens_in_a_joint_conversation_then_is_told_without_names(
    school: Town,
) -> None:
    fatima, youssef, anna = await school.everybody("fatima", "youssef", "anna")
    joint = await _joint(school, fatima, youssef, anna)
    await school.roster("live_apart", "sami")
    heard = len(fatima.told)
    await youssef.ok("message.typing", conversation_id=joint)
    await youssef.ok("message.read", conversation_id=joint, seq=5)
    await youssef.ok("message.withdraw", message_id=f"{joint}.0000002")
    await anna.hears("message.was_read")
    _, changed = await fatima.hears("message.changed", 2)
    assert changed["message"]["author"] == {"id": "", "name": "", "role": "guardian"}
    await settled(fatima)
    told = fatima.told[heard:]
    assert about(told, joint) == ["message.changed"]
    assert "Youssef" not in repr(told)
    assert school.cast.youssef not in repr(told)
    await school.watch.elsewhere.tell_heads()
    assert (await fatima.hears("heads"))[0] == {joint: 7}


@pytest.mark.parametrize("marked", ["roster", "office"])
async def test_either_mark_is_enough(school: Town, marked: str) -> None:
    anna, dewit, fatima = await school.everybody("anna", "dewit", "fatima")
    cast = school.cast
    named = {"class_id": cast.groep_3b, "pupil_id": cast.sami}
    assert (await anna.ok("conversation.open", **named))["conversation"]
    if marked == "roster":
        await school.roster("live_apart", "sami")
        refused = await dewit.refused("pupil.set_apart", pupil_id=cast.sami, apart=False)
        assert refused["code"] == "conflict"
    else:
        await dewit.ok("pupil.set_apart", pupil_id=cast.sami, apart=True)
        await school.roster("live_apart", "sami", "no")
    assert (await anna.refused("conversation.open", **named))["code"] == "policy"
    (pupil,) = (await fatima.ok("session.start"))["pupils"]
    assert [guardian["id"] for guardian in pupil["guardians"]] == [cast.fatima]


async def test_one_hears_nothing_when_the_other_changes(school: Town) -> None:
    """A new name, an address or the loss of contact rights is no news to who lives apart."""
    fatima, youssef, anna = await school.everybody("fatima", "youssef", "anna")
    watch = school.watch
    await watch.look()
    await school.roster("is_renamed", "youssef", "Joesoef")
    await watch.look()
    await fatima.hears("session.changed")  # together, she sees his new name
    await school.roster("live_apart", "sami")
    await watch.look()
    await fatima.hears("session.changed", 2)
    await anna.hears("session.changed", 2)
    heard = len(fatima.told)
    await school.roster("is_renamed", "youssef", "Yusuf")
    await watch.look()
    await school.roster("may_contact", "sami", "youssef")
    await watch.look()
    await youssef.gone.wait()
    await anna.hears("session.changed", 4)
    await settled(fatima)
    assert fatima.told[heard:] == []


async def test_a_brother_or_sister_does_not_give_the_other_away(school: Town) -> None:
    """Only Sami is marked; Lotte is a child of the same two."""
    cast = school.cast
    for guardian in ("fatima", "youssef"):
        await school.roster("becomes_guardian", "lotte", guardian)
    fatima, youssef, anna = await school.everybody("fatima", "youssef", "anna")
    joint = await school.conversation(fatima, "youssef", pupil="lotte")
    await fatima.ok("message.send", conversation_id=joint, key="1", text="Een bericht")
    assert "Youssef" in await _everything(school, fatima, joint)
    await school.roster("live_apart", "sami")
    for person, other in ((fatima, "Youssef"), (youssef, "Fatima")):
        refused = await person.refused("message.send", conversation_id=joint, key="2", text="Ja")
        assert refused["code"] == "read_only"
        assert other not in await _everything(school, person, joint)
    both = {"class_id": cast.groep_3b, "pupil_id": cast.lotte}
    refused = await anna.refused("conversation.open", **both)
    assert refused["rule"] == "apart"


async def _joint(school: Town, fatima: Somebody, youssef: Somebody, anna: Somebody) -> str:
    """All three have written, Youssef has taken something back, and Anna has had the last word."""
    joint = await school.conversation(fatima, "youssef")
    for person in (fatima, youssef, anna):
        await person.ok("message.send", conversation_id=joint, key="1", text="Een bericht")
    await youssef.ok("message.send", conversation_id=joint, key="2", text="Laatste bericht")
    await youssef.ok("message.withdraw", message_id=f"{joint}.0000004")
    await anna.ok("message.send", conversation_id=joint, key="2", text="Tot dinsdag")
    await settled(fatima, youssef, anna)
    return joint


async def _everything(school: Town, person: Somebody, joint: str) -> str:
    """Whatever somebody can read of a conversation, and of the people of their children."""
    started = await person.ok("session.start", since={joint: 0})
    seen: list[Any] = [started["conversations"], started["pupils"], started["missed"]]
    seen.append(await person.ok("message.history", conversation_id=joint))
    seen.append(await person.ok("message.search", text="bericht"))
    seen.append(await person.ok("conversation.list"))
    return repr(seen)
