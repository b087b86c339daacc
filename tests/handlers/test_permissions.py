"""The permission matrix: every event of the protocol, tried in every role."""

from __future__ import annotations

from typing import Any

import pytest

from server.handlers import EVENTS
from tests.cast import Cast
from tests.conftest import School
from tests.push.service import Device

GUARDIAN_TEACHER_OFFICE = ("guardian", "teacher", "office")
IN_THE_CLASS = ("guardian", "teacher")
STAFF = ("teacher", "office")

SUBSCRIPTION = Device("https://fcm.googleapis.com/fcm/send/abc").subscription
WEEK: dict[str, Any] = {
    "hours": {"mon": [["08:00", "12:00"]]},
    "away": [["2026-12-14", "2026-12-18"]],
    "chat": True,
    "digest": {"at": "12:15", "days": ["mon"]},
}
MOMENT = {"date": "2026-11-23", "time": "21:00"}

MATRIX: dict[str, tuple[str, ...]] = {
    "session.start": GUARDIAN_TEACHER_OFFICE,
    "session.list": GUARDIAN_TEACHER_OFFICE,
    "session.end": GUARDIAN_TEACHER_OFFICE,
    "account.update": GUARDIAN_TEACHER_OFFICE,
    "account.merge": ("office",),
    "totp.begin": GUARDIAN_TEACHER_OFFICE,
    "totp.confirm": GUARDIAN_TEACHER_OFFICE,
    "totp.reset": ("office",),
    "conversation.open": IN_THE_CLASS,
    "conversation.list": IN_THE_CLASS,
    "conversation.take": IN_THE_CLASS,
    "conversation.handle": IN_THE_CLASS,
    "message.send": IN_THE_CLASS,
    "message.history": IN_THE_CLASS,
    "message.edit": IN_THE_CLASS,
    "message.withdraw": IN_THE_CLASS,
    "message.read": IN_THE_CLASS,
    "message.typing": IN_THE_CLASS,
    "message.search": IN_THE_CLASS,
    "availability.get": GUARDIAN_TEACHER_OFFICE,
    "availability.week": STAFF,
    "availability.mine": ("teacher",),
    "availability.preview": ("teacher",),
    "availability.set": ("teacher",),
    "availability.dismiss": ("teacher",),
    "calendar.get": GUARDIAN_TEACHER_OFFICE,
    "calendar.set": ("office",),
    "calendar.propose": ("office",),
    "calendar.import": ("office",),
    "device.focus": GUARDIAN_TEACHER_OFFICE,
    "device.subscribe": GUARDIAN_TEACHER_OFFICE,
    "device.unsubscribe": GUARDIAN_TEACHER_OFFICE,
    "invitation.list": STAFF,
    "invitation.send": STAFF,
    "notice.failures": ("office",),
    "notice.unread": ("office",),
    "school.show_unread": ("office",),
    "school.require_second_factor": ("office",),
    "school.name_in_digests": ("office",),
    "pupil.set_apart": ("office",),
    "team.list": ("office",),
    "team.add": ("office",),
    "team.remove": ("office",),
}
"""Whoever has none of these roles anywhere is `forbidden`: see `refusal_of`."""

PAST_THE_MATRIX = {
    ("device.focus", "office"): "not_found",  # the conversation is not the office's
    ("conversation.take", "guardian"): "forbidden",  # sees the conversation, not who answers it
    ("conversation.handle", "guardian"): "forbidden",
    ("message.edit", "teacher"): "forbidden",  # it is Fatima's
    ("message.withdraw", "teacher"): "forbidden",
    ("session.end", ""): "not_found",  # nobody has that one
    ("totp.confirm", ""): "invalid",  # the code is wrong
}
"""What somebody is answered who may ask, where it is not `ok`."""
BEHIND_THE_OFFICE = {"account.merge", "totp.reset"}
"""What is known to the office alone is `forbidden` to others whether it is there or not."""
WHO = {"guardian": "fatima", "teacher": "anna", "office": "dewit"}


def test_the_matrix_has_every_event() -> None:
    assert set(MATRIX) == set(EVENTS)
    assert {name: set(roles) for name, roles in MATRIX.items()} == {
        name: set(entry.roles) for name, entry in EVENTS.items()
    }


def refusal_of(role: str, fields: dict[str, Any]) -> str:
    """Everybody sees the class, the pupil and the school, and all but the office the conversation."""
    private = "conversation_id" in fields or "message_id" in fields
    return "not_found" if private and role == "office" else "forbidden"


@pytest.mark.parametrize("role", GUARDIAN_TEACHER_OFFICE)
async def test_each_event_is_answered_to_a_role_that_may_and_forbidden_to_one_that_may_not(
    school: School, role: str
) -> None:
    fields = await example_of_each(school)
    person = await school.somebody(WHO[role])
    for event, roles in MATRIX.items():
        answer = await person.ask(event, fields[event])
        code = "ok" if answer["ok"] else answer["error"]["code"]
        if role not in roles:
            assert code == refusal_of(role, fields[event]), event
            never = {**fields[event], **_ids_that_never_were(fields[event])}
            named = never != fields[event]
            unseen = "not_found" if named and event not in BEHIND_THE_OFFICE else "forbidden"
            assert (await person.refused(event, **never))["code"] == unseen, event
        else:
            expected = PAST_THE_MATRIX.get((event, role)) or PAST_THE_MATRIX.get((event, ""), "ok")
            assert code == expected, (event, answer)


@pytest.mark.parametrize("event", list(MATRIX))
async def test_no_event_takes_what_it_does_not_know(school: School, event: str) -> None:
    name = WHO[MATRIX[event][0]]
    person = await school.somebody(name)
    fields = (await example_of_each(school))[event]
    odd = await person.refused(event, **fields, nonsense=1)
    assert (odd["code"], odd["field"]) == ("invalid", "nonsense")
    for field in fields:
        if event not in ("session.start", "account.update"):
            less = {k: v for k, v in fields.items() if k != field}
            assert (await person.refused(event, **less))["code"] == "invalid"
        wrong = await person.refused(event, **{**fields, field: {"$ne": None}})
        assert wrong["code"] == "invalid"
        assert wrong["field"].startswith(field)
    payloads: list[Any] = [None, [], "text", 1]
    for payload in payloads:
        answer = await person.client.call(event, payload, timeout=10)
        assert answer["error"]["code"] == "invalid"


async def example_of_each(school: School) -> dict[str, dict[str, Any]]:
    """A request of each kind about Fatima's conversation, complete and without a fault."""
    cast = school.cast
    fatima = await school.somebody("fatima")
    about = {"class_id": cast.groep_3b, "pupil_id": cast.sami}
    opened = await fatima.ok("conversation.open", **about)
    conversation: dict[str, Any] = {"conversation_id": opened["conversation"]["id"]}
    sent = await fatima.ok("message.send", **conversation, key="a", text="Hallo juf")
    message = {"message_id": sent["message"]["id"]}
    return {
        "session.start": {"since": {}},
        "session.list": {},
        "session.end": {"session_id": "sessionnobody"},
        "account.update": {"locale": "en"},
        "account.merge": {"kept_id": cast.joost, "merged_id": cast.carla},
        "totp.begin": {},
        "totp.confirm": {"code": "000000"},
        "totp.reset": {"person_id": cast.bram},
        "conversation.open": about,
        "conversation.list": {},
        "conversation.take": {**conversation, "taken": True},
        "conversation.handle": {**conversation, "handled": True},
        "message.send": {**conversation, "key": "b", "text": "Hallo"},
        "message.history": conversation,
        "message.edit": {**message, "text": "Hallo allemaal"},
        "message.withdraw": message,
        "message.read": {**conversation, "seq": 1},
        "message.typing": conversation,
        "message.search": {"text": "hallo"},
        **_of_hours_and_days(cast),
        "device.focus": conversation,
        "device.subscribe": {"subscription": SUBSCRIPTION},
        "device.unsubscribe": {"endpoint": SUBSCRIPTION["endpoint"]},
        "invitation.list": {"class_id": cast.groep_3b},
        "invitation.send": {"class_id": cast.groep_3b},
        "notice.failures": {"school_id": cast.school_id},
        "notice.unread": {"school_id": cast.school_id},
        "school.show_unread": {"school_id": cast.school_id, "days": 3},
        "school.name_in_digests": {"school_id": cast.school_id, "allowed": True},
        "school.require_second_factor": {"school_id": cast.school_id, "roles": ["office"]},
        "pupil.set_apart": {"pupil_id": cast.sami, "apart": True},
        "team.list": {"class_id": cast.groep_3b},
        "team.add": {"class_id": cast.groep_3b, "teacher_id": cast.carla, "until": "2099-01-01"},
        "team.remove": {"class_id": cast.groep_3b, "teacher_id": cast.carla},
    }


def _of_hours_and_days(cast: Cast) -> dict[str, dict[str, Any]]:
    return {
        "availability.get": {"class_id": cast.groep_3b},
        "availability.week": {"class_id": cast.groep_3b},
        "availability.mine": {"school_id": cast.school_id},
        "availability.preview": {"school_id": cast.school_id, **WEEK, "moments": [MOMENT]},
        "availability.dismiss": {"school_id": cast.school_id},
        "availability.set": {"school_id": cast.school_id, **WEEK},
        "calendar.get": {"school_id": cast.school_id},
        "calendar.set": {"school_id": cast.school_id, "closed": ["2026-12-25"]},
        "calendar.propose": {"school_id": cast.school_id, "kind": "public_holidays"},
        "calendar.import": {
            "school_id": cast.school_id,
            "rev": 1,  # after calendar.set
            "kind": "file",
            "editions": [{"source": "file vrij.ics", "periods": []}],
        },
    }


def _ids_that_never_were(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: "regenboog.niets" for name in fields if name.endswith("_id")}
