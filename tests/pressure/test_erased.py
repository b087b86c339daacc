"""Somebody withdraws what they wrote, and the school's folder knows it no longer."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import School
from tests.pressure.test_unavailable import opened
from tests.storage.waiting import eventually

PRIVATE = "zwangerschapsvergiftiging"


def written_anywhere(folder: Path) -> bool:
    return any(PRIVATE[2:].encode() in file.read_bytes() for file in folder.rglob("*.db*"))


async def test_a_text_that_was_withdrawn_or_corrected_is_in_no_file(
    school: School, tmp_path: Path
) -> None:
    fatima, anna = await school.somebody("fatima"), await school.somebody("anna")
    id = await opened(fatima)
    sent = [
        (await fatima.ok("message.send", conversation_id=id, key=str(n), text=f"{n} {PRIVATE}"))
        for n in range(2)
    ]
    found = await anna.ok("message.search", text=PRIVATE)
    assert len(found["messages"]) == 2
    assert written_anywhere(tmp_path)

    await fatima.ok("message.withdraw", message_id=sent[0]["message"]["id"])
    await fatima.ok("message.edit", message_id=sent[1]["message"]["id"], text="Ik ben ziek.")

    async def forgotten() -> bool:
        return not written_anywhere(tmp_path)

    await eventually(forgotten)
    assert (await anna.ok("message.search", text=PRIVATE))["messages"] == []
    assert len((await anna.ok("message.search", text="ziek"))["messages"]) == 1
