"""A school asks its teachers for a second factor: from that moment on, whoever is connected."""

from __future__ import annotations

import pyotp
from msgspec.structs import replace

from storage.schema import Session
from storage.writes import Replace
from tests.somebody import Somebody
from tests.stories.town import Town, settled

SETUP = "code_setup_required"


async def test_teachers_enrol_and_guardians_notice_nothing(school: Town) -> None:
    await _has_shown_one(school, "bram")
    fatima, anna, bram, office = await school.everybody("fatima", "anna", "bram", "dewit")
    id = await school.conversation(fatima)
    await _ask_it_of(school, office, "office", "teacher")

    assert (await anna.refused("message.history", conversation_id=id))["code"] == SETUP
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await bram.hears("message.posted")
    await settled(anna)
    assert anna.heard("message.posted") == []

    secret = (await anna.ok("totp.begin"))["secret"]
    await anna.ok("totp.confirm", code=pyotp.TOTP(secret).at(school.clock()))
    (conversation,) = (await anna.ok("session.start"))["conversations"]
    assert conversation["last_message"]["text"] == "Hallo juf"
    await fatima.ok("message.send", conversation_id=id, key="2", text="Nog iets")
    await anna.hears("message.posted")


async def test_a_teacher_who_has_not_asked_anything_since_is_told_nothing(school: Town) -> None:
    """The look around finds her; what went before was hers to hear."""
    fatima, anna, office = await school.everybody("fatima", "anna", "dewit")
    id = await school.conversation(fatima)
    await _ask_it_of(school, office, "teacher")
    await anna.hears("session.changed")
    await fatima.ok("message.send", conversation_id=id, key="1", text="Hallo juf")
    await settled(anna)
    assert anna.heard("message.posted") == []


async def test_a_school_that_asks_no_more_lets_them_on(school: Town) -> None:
    anna, office = await school.everybody("anna", "dewit")
    await _ask_it_of(school, office, "office", "teacher")
    assert (await anna.refused("session.start"))["code"] == SETUP
    await _ask_it_of(school, office, "office")
    await anna.ok("session.start")


async def _has_shown_one(town: Town, name: str) -> None:
    session = await town.store.get(Session, town.cast.session(name))
    assert session is not None
    await town.store.commit([Replace(replace(session, second_factor=True))])


async def _ask_it_of(town: Town, office: Somebody, *roles: str) -> None:
    about = {"school_id": town.cast.school_id}
    await office.ok("school.require_second_factor", **about, roles=list(roles))
