"""Every request of the protocol about somebody's conversation: what to ask, and whose it is to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from storage.schema import Session
from storage.writes import Insert
from tests.push.service import Device
from tests.somebody import Somebody
from tests.stories.town import Town

WORD = "waterpokken"
"""Stands in Fatima's message and nowhere else."""
NEVER_WORD = "zeepaardje"
DIGEST = {"at": "16:45", "days": ["mon"]}
PREVIEW = {
    "hours": {},
    "away": [],
    "chat": True,
    "digest": DIGEST,
    "moments": [{"date": "2026-11-23", "time": "21:00"}],
}
DEVICE = Device("https://fcm.googleapis.com/fcm/send/abc")


@dataclass(frozen=True)
class About:
    """The ids that requests name; `never` has ids of the same shape that never were."""

    school_id: str
    class_id: str
    pupil_id: str
    guardian_id: str
    teacher_id: str
    conversation_id: str
    message_id: str
    session_id: str
    word: str

    def never(self) -> About:
        return About(
            school_id="geenschool",
            class_id="regenboog.geengroep",
            pupil_id="regenboog.niemand",
            guardian_id="regenboog.niemand",
            teacher_id="regenboog.niemand",
            conversation_id="regenboog.0123456789abcdef0123",
            message_id="regenboog.0123456789abcdef0123.0000001",
            session_id="sessionniemand",
            word=NEVER_WORD,
        )

    def mask(self, answer: Any) -> str:
        """The answer with the ids of conversation and message, if it has them, written the same."""
        shown = repr(answer)
        for id in (self.message_id, self.conversation_id):
            shown = shown.replace(id, "ID")
        return shown


@dataclass(frozen=True)
class Request:
    """One way to ask. `by` is who may, and is answered `code`."""

    event: str
    by: str
    fields: Callable[[About], dict[str, Any]]
    code: str = "ok"


def _conversation(**more: Any) -> Callable[[About], dict[str, Any]]:
    return lambda about: {"conversation_id": about.conversation_id, **more}


def _message(**more: Any) -> Callable[[About], dict[str, Any]]:
    return lambda about: {"message_id": about.message_id, **more}


def _school(**more: Any) -> Callable[[About], dict[str, Any]]:
    return lambda about: {"school_id": about.school_id, **more}


REQUESTS: tuple[Request, ...] = (
    Request(
        "conversation.open", "fatima", lambda a: {"class_id": a.class_id, "pupil_id": a.pupil_id}
    ),
    Request(
        "conversation.open",
        "anna",
        lambda a: {
            "class_id": a.class_id,
            "pupil_id": a.pupil_id,
            "guardian_ids": [a.guardian_id],
        },
    ),
    Request("conversation.list", "anna", lambda a: {"class_id": a.class_id}),
    Request("conversation.list", "fatima", lambda a: {"before": a.conversation_id}),
    Request("conversation.take", "anna", _conversation(taken=True)),
    Request("conversation.take", "anna", _conversation(taken=False)),
    Request("conversation.handle", "anna", _conversation(handled=True)),
    Request("message.history", "fatima", _conversation()),
    Request("message.history", "anna", _conversation(before=5, limit=1)),
    Request("message.history", "anna", _conversation(after=0)),
    Request("message.search", "anna", lambda a: {"text": a.word}),
    Request("message.search", "anna", lambda a: {"text": a.word[:4]}),
    Request(
        "message.search",
        "fatima",
        lambda a: {"text": a.word, "conversation_id": a.conversation_id},
    ),
    Request("message.search", "fatima", lambda a: {"text": "x", "before": a.message_id}),
    Request("message.read", "anna", _conversation(seq=1)),
    Request("message.read", "fatima", _conversation(seq=9_999_999)),
    Request("message.typing", "fatima", _conversation()),
    Request("message.typing", "anna", _conversation()),
    Request("message.send", "anna", _conversation(key="k", text="Beterschap!")),
    Request("message.send", "fatima", _conversation(key="first", text=f"Sami heeft {WORD}.")),
    Request("message.edit", "fatima", _message(text="Sami is weer beter.")),
    Request("message.withdraw", "fatima", _message()),
    Request("session.start", "fatima", lambda a: {"since": {a.conversation_id: 0}}),
    Request("session.end", "fatima", lambda a: {"session_id": a.session_id}),
    Request("invitation.list", "anna", lambda a: {"class_id": a.class_id}),
    Request("invitation.send", "anna", lambda a: {"class_id": a.class_id}),
    Request(
        "invitation.send",
        "anna",
        lambda a: {"class_id": a.class_id, "guardian_ids": [a.guardian_id]},
        "conflict",  # she has an account
    ),
    Request("notice.failures", "dewit", lambda a: {"school_id": a.school_id}),
    Request("notice.unread", "dewit", _school()),
    Request("school.show_unread", "dewit", _school(days=3)),
    Request("school.name_in_digests", "dewit", _school(allowed=True)),
    Request(
        "school.require_second_factor",
        "dewit",
        lambda a: {"school_id": a.school_id, "roles": ["office"]},
    ),
    Request("totp.reset", "dewit", lambda a: {"person_id": a.guardian_id}),
    Request(
        "account.merge",
        "dewit",
        lambda a: {"kept_id": a.guardian_id, "merged_id": a.guardian_id},
        "conflict",  # it is one account already
    ),
    Request("team.list", "dewit", lambda a: {"class_id": a.class_id}),
    Request(
        "team.add",
        "dewit",
        lambda a: {"class_id": a.class_id, "teacher_id": a.teacher_id, "until": "2099-01-01"},
        "conflict",  # the roster has her there
    ),
    Request(
        "team.remove",
        "dewit",
        lambda a: {"class_id": a.class_id, "teacher_id": a.teacher_id},
        "conflict",
    ),
    Request("pupil.set_apart", "dewit", lambda a: {"pupil_id": a.pupil_id, "apart": True}),
    Request("availability.get", "fatima", lambda a: {"class_id": a.class_id}),
    Request("availability.week", "anna", lambda a: {"class_id": a.class_id}),
    Request("availability.preview", "anna", _school(**PREVIEW)),
    Request("availability.mine", "anna", _school()),
    Request("availability.set", "anna", _school(hours={}, away=[], chat=True, digest=DIGEST)),
    Request("availability.dismiss", "anna", _school()),
    Request("calendar.get", "fatima", _school()),
    Request("calendar.propose", "dewit", _school(kind="public_holidays")),
    Request("calendar.import", "dewit", _school(rev=0, kind="file", editions=[])),
    Request("calendar.set", "dewit", _school(closed=["2026-12-25"])),
    Request("device.focus", "fatima", _conversation()),
)

OWN = {
    "session.list": {},
    "account.update": {"name": "Naam"},
    "totp.begin": {},
    "totp.confirm": {"code": "000000"},
    "device.subscribe": {"subscription": DEVICE.subscription},
    "device.unsubscribe": {"endpoint": DEVICE.endpoint},
}
"""Requests that name nothing of anybody else's."""


async def set_scene(town: Town) -> About:
    """Fatima, alone, has written to the team of 3B; her session on a lost phone can be ended."""
    fatima = await town.somebody("fatima")
    conversation = await town.conversation(fatima)
    sent = await fatima.ok(
        "message.send", conversation_id=conversation, key="first", text=f"Sami heeft {WORD}."
    )
    await fatima.leave()
    cast = town.cast
    session = await town.store.get(Session, cast.session("fatima"))
    assert session is not None
    await town.store.commit([Insert(replace(session, id="sessionlostphone", version=0))])
    return About(
        school_id=cast.school_id,
        class_id=cast.groep_3b,
        pupil_id=cast.sami,
        guardian_id=cast.fatima,
        teacher_id=cast.anna,
        conversation_id=conversation,
        message_id=sent["message"]["id"],
        session_id="sessionlostphone",
        word=WORD,
    )


async def answers(person: Somebody, about: About, requests: Iterable[Request]) -> dict[str, str]:
    """What somebody is answered to each request, masked."""
    given = {}
    for number, request in enumerate(requests):
        answer = await person.ask(request.event, request.fields(about))
        if request.event == "session.start":
            answer = {k: v for k, v in answer.items() if k != "now"}
        given[f"{number} {request.event}"] = about.mask(answer)
    return given
