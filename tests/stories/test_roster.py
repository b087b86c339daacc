"""Rights follow the roster at the moment of reading, for whoever is connected too."""

from __future__ import annotations

from msgspec.structs import replace

from storage.schema import Role, School
from storage.writes import Insert, Replace
from tests.cast import DE_IEP, placement
from tests.stories import roster
from tests.stories.asking import set_scene
from tests.stories.town import Town, about, settled


async def test_a_teacher_who_joins_reads_what_was_written_this_year(school: Town) -> None:
    scene = await set_scene(school)
    carla, fatima = await school.everybody("carla", "fatima")
    refused = await carla.refused("message.history", conversation_id=scene.conversation_id)
    assert refused["code"] == "not_found"
    await school.roster_elsewhere("joins_team", "carla")
    history = await carla.ok("message.history", conversation_id=scene.conversation_id)
    assert [m["text"] for m in history["messages"]] == [f"Sami heeft {scene.word}."]
    assert (await carla.ok("message.search", text=scene.word))["messages"]
    await carla.hears("session.changed")
    started = await carla.ok("session.start")
    assert {c["name"] for c in started["classes"]} == {"3B", "4A"}
    assert [c["id"] for c in started["conversations"]] == [scene.conversation_id]
    (shown,) = (await fatima.ok("session.start"))["classes"]
    assert [teacher["name"] for teacher in shown["teachers"]] == [
        "Anna Jansen",
        "Bram Smit",
        "Carla Bos",
    ]
    await fatima.ok("message.send", conversation_id=scene.conversation_id, key="2", text="Dag")
    await carla.hears("message.posted")


async def test_whoever_leaves_the_team_hears_and_reads_nothing_from_then(school: Town) -> None:
    scene = await set_scene(school)
    bram, anna, fatima = await school.everybody("bram", "anna", "fatima")
    await bram.ok("message.history", conversation_id=scene.conversation_id)
    await school.roster("leaves_team", "bram")
    await fatima.ok("message.send", conversation_id=scene.conversation_id, key="2", text="Dag")
    await anna.hears("message.posted")
    await bram.settled()
    assert about(bram.told, scene.conversation_id) == []
    refused = await bram.refused("message.history", conversation_id=scene.conversation_id)
    assert refused["code"] == "not_found"
    assert (await bram.ok("message.search", text=scene.word))["messages"] == []
    await bram.hears("session.changed")
    await anna.hears("session.changed")  # a colleague less is something to see as well
    await fatima.hears("session.changed")


async def test_what_a_teacher_read_stays_read_by_the_team_when_they_leave(school: Town) -> None:
    scene = await set_scene(school)
    bram, fatima = await school.everybody("bram", "fatima")
    await bram.ok("message.read", conversation_id=scene.conversation_id, seq=1)
    await bram.ok("conversation.take", conversation_id=scene.conversation_id, taken=True)
    await school.roster("leaves_team", "bram")
    (shown,) = (await fatima.ok("session.start"))["conversations"]
    assert shown["team_read_seq"] == 1
    anna = await school.somebody("anna")
    (shown,) = (await anna.ok("session.start"))["conversations"]
    assert "taken_by" not in shown
    taken = await anna.ok("conversation.take", conversation_id=scene.conversation_id, taken=True)
    assert taken["conversation"]["taken_by"]["name"] == "Anna Jansen"


async def test_a_guardian_who_may_no_longer_be_contacted_loses_all_at_once(school: Town) -> None:
    await school.roster("becomes_guardian", "noor", "youssef")  # which he stays
    fatima, youssef, anna = await school.everybody("fatima", "youssef", "anna")
    alone = await school.conversation(youssef)
    joint = await school.conversation(fatima, "youssef")
    await youssef.ok("message.send", conversation_id=alone, key="1", text="Dag juf")
    await fatima.ok("message.send", conversation_id=joint, key="1", text="Wij samen")
    await youssef.hears("message.posted")
    await school.roster_elsewhere("may_contact", "sami", "youssef")
    for conversation in (alone, joint):
        refused = await youssef.refused("message.history", conversation_id=conversation)
        assert refused["code"] == "not_found"
    heard = len(youssef.told)
    await anna.ok("message.send", conversation_id=joint, key="1", text="Dag Fatima")
    await fatima.hears("message.posted")
    await youssef.settled()
    assert about(youssef.told[heard:], joint) == []
    await youssef.hears("session.changed")

    for person in (fatima, anna):  # and he is listed to nobody
        started = await person.ok("session.start")
        (shown,) = [c for c in started["conversations"] if c["id"] == joint]
        assert [guardian["name"] for guardian in shown["guardians"]] == ["Fatima Amrani"]
        assert school.cast.youssef not in repr(shown.get("guardians_read"))
        assert "Youssef" not in repr(started["pupils"])
    refused = await anna.refused("message.send", conversation_id=alone, key="2", text="Dag")
    assert refused["code"] == "read_only"
    named = {"class_id": school.cast.groep_3b, "pupil_id": school.cast.sami}
    for person in (fatima, anna):
        refused = await person.refused(
            "conversation.open", **named, guardian_ids=[school.cast.youssef]
        )
        assert refused["code"] == "not_found"

    await school.roster("may_contact", "sami", "youssef", "yes")
    assert (await youssef.ok("message.history", conversation_id=alone))["messages"]


async def test_when_a_pupil_moves_the_old_conversation_can_only_be_read(school: Town) -> None:
    scene = await set_scene(school)
    fatima, anna, carla = await school.everybody("fatima", "anna", "carla")
    old = {"conversation_id": scene.conversation_id}
    mine = await fatima.ok("message.send", **old, key="2", text="Tot morgen")
    await school.roster_elsewhere("moves", "sami")
    await fatima.hears("session.changed")
    for person, key in ((fatima, "3"), (anna, "3")):
        refused = await person.refused("message.send", **old, key=key, text="Nog iets")
        assert refused["code"] == "read_only"
        assert len((await person.ok("message.history", **old))["messages"]) == 2
        assert (await person.ok("message.typing", **old)) == {"ok": True}
    refused = await fatima.refused(
        "message.edit", message_id=mine["message"]["id"], text="Tot overmorgen"
    )
    assert refused["code"] == "read_only"
    assert (await fatima.ok("message.withdraw", message_id=mine["message"]["id"]))["message"][
        "withdrawn"
    ]
    started = await fatima.ok("session.start")
    (shown,) = started["conversations"]
    assert shown["read_only"] is True
    assert {c["id"] for c in started["classes"]} == {
        school.cast.groep_3b,  # of the conversation that stays readable
        school.cast.groep_4a,
    }
    assert [p["class_id"] for p in started["pupils"]] == [school.cast.groep_4a]
    refused = await fatima.refused(
        "conversation.open", class_id=school.cast.groep_3b, pupil_id=school.cast.sami
    )
    assert refused["code"] == "not_found"

    opened = await fatima.ok(
        "conversation.open", class_id=school.cast.groep_4a, pupil_id=school.cast.sami
    )
    new = opened["conversation"]["id"]
    assert new != scene.conversation_id
    await fatima.ok("message.send", conversation_id=new, key="1", text="Hallo juf Carla")
    await carla.hears("message.posted")
    await anna.settled()
    assert about(anna.told, new) == []
    assert (await carla.refused("message.history", **old))["code"] == "not_found"


async def test_when_the_year_is_over_the_class_stays_readable(school: Town) -> None:
    scene = await set_scene(school)
    fatima, anna = await school.everybody("fatima", "anna")
    named = {"class_id": school.cast.groep_3b, "pupil_id": school.cast.sami}
    await school.roster("year_ends")
    for person in (fatima, anna):
        refused = await person.refused(
            "message.send", conversation_id=scene.conversation_id, key="2", text="Fijne vakantie"
        )
        assert refused["code"] == "read_only"
        started = await person.ok("session.start")
        assert [c["read_only"] for c in started["conversations"]] == [True]
        assert [c["read_only"] for c in started["classes"]] == [True]
        assert (await person.ok("message.search", text=scene.word))["messages"]
        same = await person.ok("conversation.open", **named, guardian_ids=[school.cast.fatima])
        assert same["conversation"]["id"] == scene.conversation_id
    refused = await anna.refused("conversation.open", **named)  # one that was never begun
    assert refused["code"] == "read_only"


async def test_a_teacher_with_a_child_in_her_own_class_is_there_as_guardian_only(
    school: Town,
) -> None:
    """Anna is a guardian of Lotte too, in the class that she teaches."""
    cast = school.cast
    await school.roster("becomes_guardian", "lotte", "youssef")
    await school.roster("is_also", "youssef", "anna")  # youssef's record stands for Anna's own
    anna, bram, joost = await school.everybody("anna", "bram", "joost")
    joint = await school.conversation(joost, "youssef", pupil="lotte")
    await joost.ok("message.send", conversation_id=joint, key="1", text="Hallo allemaal")
    await anna.hears("message.posted")
    (changed,) = anna.heard("conversation.changed")
    assert "handled" not in changed["conversation"]
    assert changed["conversation"]["team_read_seq"] == 0
    for event, field in (("conversation.take", "taken"), ("conversation.handle", "handled")):
        refused = await anna.refused(event, conversation_id=joint, **{field: True})
        assert refused["code"] == "forbidden"
    await anna.ok("message.read", conversation_id=joint, seq=1)
    (read,) = await bram.hears("message.was_read")
    assert read["by"] == cast.youssef
    sent = await anna.ok("message.send", conversation_id=joint, key="1", text="Dag Bram")
    assert sent["message"]["author"]["role"] == "guardian"
    (shown,) = (await bram.ok("conversation.list"))["conversations"]
    assert shown["handled"] is False
    await settled(joost)
    assert joost.heard("message.was_read") == []
    # she opens as guardian; of Joost's own conversation she is the teacher
    own = await anna.ok("conversation.open", class_id=cast.groep_3b, pupil_id=cast.lotte)
    assert [guardian["id"] for guardian in own["conversation"]["guardians"]] == [cast.youssef]
    alone = await school.conversation(joost, pupil="lotte")
    await joost.ok("message.send", conversation_id=alone, key="2", text="Hallo team")
    taken = await anna.ok("conversation.take", conversation_id=alone, taken=True)
    assert taken["conversation"]["taken_by"]["id"] == cast.anna

    await school.roster("may_contact", "lotte", "youssef")
    refused = await anna.refused("message.history", conversation_id=joint)
    assert refused["code"] == "not_found"
    heard = len(anna.told)
    await joost.ok("message.send", conversation_id=joint, key="3", text="Nog iets")
    await bram.hears("message.posted", 3)
    await anna.settled()
    assert about(anna.told[heard:], joint) == []
    found = await anna.ok("message.search", text="hallo", limit=1)
    assert [m["conversation_id"] for m in found["messages"]] == [alone]
    assert found["more"] is False


async def test_a_teacher_who_was_named_as_guardian_does_not_come_back_as_teacher(
    school: Town,
) -> None:
    """Anna wrote to her own team about Lotte; then the roster no longer has her as a guardian."""
    await school.roster("becomes_guardian", "lotte", "youssef")
    await school.roster("is_also", "youssef", "anna")
    anna, bram = await school.everybody("anna", "bram")
    own = await school.conversation(anna, pupil="lotte")
    await anna.ok("message.send", conversation_id=own, key="1", text="Lotte slaapt slecht")
    await bram.hears("message.posted")

    await school.roster("leaves_roster", "lotte", "youssef")
    for event, more in (
        ("message.history", {}),
        ("conversation.take", {"taken": True}),
        ("conversation.handle", {"handled": True}),
    ):
        refused = await anna.refused(event, conversation_id=own, **more)
        assert refused["code"] == "not_found"
    assert (await anna.ok("conversation.list"))["conversations"] == []
    assert (await anna.ok("message.search", text="slaapt"))["messages"] == []
    # whoever is only in the team goes on with it
    handled = await bram.ok("conversation.handle", conversation_id=own, handled=True)
    assert handled["conversation"]["handled"] is True


async def test_a_guardian_of_two_children_in_two_classes_sees_each_in_its_own(
    school: Town,
) -> None:
    cast = school.cast
    await school.roster("becomes_guardian", "noor", "fatima")
    fatima, anna, carla = await school.everybody("fatima", "anna", "carla")
    of_sami = await school.conversation(fatima)
    opened = await fatima.ok("conversation.open", class_id=cast.groep_4a, pupil_id=cast.noor)
    of_noor = opened["conversation"]["id"]
    await fatima.ok("message.send", conversation_id=of_sami, key="1", text="Over Sami")
    await fatima.ok("message.send", conversation_id=of_noor, key="1", text="Over Noor")
    for teacher, theirs, other in ((anna, of_sami, of_noor), (carla, of_noor, of_sami)):
        await teacher.hears("message.posted")
        assert about(teacher.told, other) == []
        started = await teacher.ok("session.start")
        assert [c["id"] for c in started["conversations"]] == [theirs]
    started = await fatima.ok("session.start")
    assert [c["id"] for c in started["conversations"]] == [of_noor, of_sami]
    assert {(p["name"], p["class_id"]) for p in started["pupils"]} == {
        ("Sami Amrani", cast.groep_3b),
        ("Noor Yilmaz", cast.groep_4a),
    }
    listed = await fatima.ok("conversation.list", class_id=cast.groep_3b)
    assert [c["id"] for c in listed["conversations"]] == [of_sami]
    for class_id, pupil_id in ((cast.groep_4a, cast.sami), (cast.groep_3b, cast.noor)):
        refused = await fatima.refused("conversation.open", class_id=class_id, pupil_id=pupil_id)
        assert refused["code"] == "not_found"


async def test_a_role_at_another_school_counts_from_the_next_look(school: Town) -> None:
    """Bram begins at De Iep as well, and later leaves there; his socket was open all the time."""
    bram = await school.somebody("bram")
    watch = school.watch
    await watch.look()
    role = await roster.there(school.store, Role, DE_IEP.bram)
    moved = replace(role, account_id=school.cast.account("bram"))
    iep = await roster.there(school.store, School, DE_IEP.school_id)
    await school.store.commit([Replace(moved), Replace(iep)])
    await watch.look()
    await watch.look()
    await bram.hears("session.changed")
    assert len((await bram.ok("session.start"))["schools"]) == 2
    await roster.change(school.store, DE_IEP, "leaves_team", "bram")
    await bram.hears("session.changed", 2)


async def test_a_pupil_in_two_classes_at_once_is_shown_in_both(school: Town) -> None:
    await school.store.commit([Insert(placement(school.cast, "sami", school.cast.groep_4a))])
    await school.roster("is_renamed", "fatima", "Fátima")
    fatima = await school.somebody("fatima")
    started = await fatima.ok("session.start")
    assert [p["name"] for p in started["pupils"]] == ["Sami Amrani", "Sami Amrani"]
    assert {p["class_id"] for p in started["pupils"]} == {
        school.cast.groep_3b,
        school.cast.groep_4a,
    }
