"""What a process remembers of a conversation is never the last word."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from storage.schema import Conversation
from storage.sqlite import open_sqlite
from storage.writes import Delete, Replace
from tests.conftest import OpenSchool


async def test_two_processes_write_in_one_conversation_in_turn(
    open_school: OpenSchool, tmp_path: Path
) -> None:
    school = await open_school()
    fatima = await school.somebody("fatima")
    pupil = (await fatima.ok("session.start"))["pupils"][0]
    ask = {"class_id": pupil["class_id"], "pupil_id": pupil["id"]}
    id = (await fatima.ok("conversation.open", **ask))["conversation"]["id"]
    other = await open_sqlite(tmp_path / "data" / "hekje.db")
    try:
        for number in range(3):
            sent = await fatima.ok("message.send", conversation_id=id, key=f"{number}", text="hoi")
            assert sent["message"]["seq"] == number + 1
            assert sent["message"]["rev"] == 2 * number + 1  # nothing of the other's was undone
            stored = await other.get(Conversation, id)
            assert stored
            await other.commit([Replace(replace(stored, handled=True, rev=stored.rev + 1))])
    finally:
        await other.close()


async def test_what_is_gone_is_not_there_however_well_it_is_remembered(
    open_school: OpenSchool, tmp_path: Path
) -> None:
    school = await open_school()
    fatima = await school.somebody("fatima")
    pupil = (await fatima.ok("session.start"))["pupils"][0]
    ask = {"class_id": pupil["class_id"], "pupil_id": pupil["id"]}
    id = (await fatima.ok("conversation.open", **ask))["conversation"]["id"]
    await fatima.ok("message.send", conversation_id=id, key="1", text="hoi")
    stored = await school.store.get(Conversation, id)
    assert stored
    await school.store.commit([Delete(stored)])
    refused = await fatima.refused("message.send", conversation_id=id, key="2", text="ben je er?")
    assert refused["code"] == "not_found"


async def test_a_refusal_that_rests_on_memory_is_looked_at_again(
    open_school: OpenSchool, tmp_path: Path
) -> None:
    """Anna may not write where only its opener may, until another process stores a first message."""
    school = await open_school()
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    pupil = (await fatima.ok("session.start"))["pupils"][0]
    ask = {"class_id": pupil["class_id"], "pupil_id": pupil["id"]}
    id = (await fatima.ok("conversation.open", **ask))["conversation"]["id"]
    assert (await anna.refused("message.send", conversation_id=id, key="1", text="dag"))[
        "code"
    ] == ("not_found")
    stored = await school.store.get(Conversation, id)
    assert stored
    await school.store.commit([Replace(replace(stored, last_seq=1, rev=1))])
    assert (await anna.ok("message.send", conversation_id=id, key="2", text="dag"))["message"]
