"""Outsiders try every request on what is not theirs, and learn nothing."""

from __future__ import annotations

import pytest
import socketio

from server.handlers import EVENTS
from tests.cast import DE_IEP, Cast
from tests.somebody import Somebody
from tests.stories.asking import OWN, REQUESTS, WORD, About, Request, answers, set_scene
from tests.stories.town import Town, settled

CLASS_THEY_SEE = (
    "availability.get",
    "availability.week",
    "invitation.list",
    "invitation.send",
    "team.add",
    "team.list",
    "team.remove",
)
"""A guardian of the class sees that it is there, and so does the office."""

OWN_SCHOOL = (
    "availability.dismiss",
    "availability.mine",
    "availability.preview",
    "availability.set",
    "calendar.get",
    "calendar.import",
    "calendar.propose",
    "calendar.set",
    "notice.failures",
    "notice.unread",
    "school.name_in_digests",
    "school.require_second_factor",
    "school.show_unread",
)
"""Whoever belongs to the school sees that it is there."""


def test_every_request_of_the_protocol_is_tried() -> None:
    assert {request.event for request in REQUESTS} | set(OWN) == set(EVENTS)


@pytest.mark.parametrize(
    ("name", "cast"),
    [
        ("joost", None),  # another family of the same class
        ("youssef", None),  # the pupil's other guardian, not named
        ("carla", None),  # a teacher of another class
        ("dewit", None),  # the office
        ("fatima", DE_IEP),  # another school, where everybody has the same SIS ids
        ("anna", DE_IEP),
        ("dewit", DE_IEP),
    ],
)
async def test_an_outsider_learns_nothing(school: Town, name: str, cast: Cast | None) -> None:
    about = await set_scene(school)
    outsider = await school.somebody(name, cast)
    not_theirs = [request for request in REQUESTS if not _theirs(name, cast, request)]
    never = await answers(outsider, about.never(), not_theirs)
    assert await answers(outsider, about, not_theirs) == never
    assert outsider.told == []
    for request in REQUESTS:
        if request not in not_theirs and request.by == "dewit" and name != "dewit":
            error = await outsider.refused(request.event, **request.fields(about))
            assert error["code"] == "forbidden", request.event
    await _the_rightful_can(school, about)
    await settled(outsider)
    theirs_to_hear = {"session.changed"} if name == "youssef" else set()  # apart now
    if cast is None:
        theirs_to_hear.add("availability.changed")
    assert [push for push in outsider.told if push[0] not in theirs_to_hear] == []


async def test_own_requests_tell_nothing_of_others(school: Town) -> None:
    about = await set_scene(school)
    for name in ("joost", "youssef", "carla", "dewit"):
        outsider = await school.somebody(name)
        for event, fields in (*OWN.items(), ("session.start", {}), ("conversation.list", {})):
            shown = repr(await outsider.ask(event, fields))
            for secret in (WORD, about.conversation_id, "sessionlostphone", "fatima@"):
                assert secret not in shown, (name, event)


async def test_a_former_teacher_with_an_open_socket_is_an_outsider_at_once(school: Town) -> None:
    """Another process changes the roster, and nobody tells the server."""
    about = await set_scene(school)
    bram, anna, fatima = await school.everybody("bram", "anna", "fatima")
    mine = [request for request in REQUESTS if request.by in ("anna", "fatima")]
    could = [r for r in mine if r.event.startswith(("conversation.list", "message.history"))]
    assert any(WORD in answer for answer in (await answers(bram, about, could)).values())
    not_his = [request for request in REQUESTS if request.event not in OWN_SCHOOL]
    never = await answers(bram, about.never(), not_his)

    await school.roster_elsewhere("leaves_team", "bram")
    gone = await answers(bram, about, not_his)
    assert {k: v for k, v in gone.items() if "session.start" not in k} == {
        k: v for k, v in never.items() if "session.start" not in k
    }
    started = await bram.ok("session.start", since={about.conversation_id: 0})
    assert started["gone"] == [about.conversation_id]
    assert (started["classes"], started["conversations"], started["pupils"]) == ([], [], [])
    assert WORD not in repr(started)

    await bram.hears("session.changed")
    await bram.settled()
    before = len(bram.told)
    await fatima.ok("message.send", conversation_id=about.conversation_id, key="2", text="Nog iets")
    await fatima.ok("message.edit", message_id=about.message_id, text="Toch niet.")
    await fatima.ok("message.typing", conversation_id=about.conversation_id)
    await anna.hears("message.is_typing")
    await bram.settled()
    assert bram.told[before:] == []


async def test_a_teacher_who_left_the_school_is_sent_away(school: Town) -> None:
    about = await set_scene(school)
    bram, anna = await school.everybody("bram", "anna")
    assert (await bram.ok("message.history", conversation_id=about.conversation_id))["messages"]
    await school.roster_elsewhere("leaves_school", "bram")
    await bram.gone.wait()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await school.somebody("bram")
    school.people.pop()
    assert (await anna.ok("message.history", conversation_id=about.conversation_id))["messages"]


async def test_an_account_without_a_role_is_not_let_in(school: Town) -> None:
    await school.somebody("bram")
    await school.roster("loses_role", "bram")
    stranger = Somebody(school.url, {"token": school.cast.token("bram")})
    with pytest.raises(socketio.exceptions.ConnectionError) as refused:
        await stranger.connect()
    assert "namespace" in str(refused.value)


def _theirs(name: str, cast: Cast | None, request: Request) -> bool:
    """Of what is tried, what this outsider may do, or sees that it is there: `forbidden`."""
    if cast is not None:
        return False
    if request.event in CLASS_THEY_SEE:
        return name != "carla"
    if request.event in OWN_SCHOOL:
        return True
    if name == "youssef":  # he sees his child, and could write of it himself
        return request.event in ("conversation.open", "pupil.set_apart")
    return name == "dewit" and (request.by == "dewit" or request.event == "conversation.open")


async def _the_rightful_can(school: Town, about: About) -> None:
    """Each request that outsiders were refused is carried out for whom it is meant for."""
    people = {name: await school.somebody(name) for name in ("fatima", "anna", "dewit")}
    for request in REQUESTS:
        answer = await people[request.by].ask(request.event, request.fields(about))
        code = "ok" if answer["ok"] else answer["error"]["code"]
        assert code == request.code, (request.event, answer)
