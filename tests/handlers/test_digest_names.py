"""The office says whether mail may name pupils; nobody else does, and until then none is named."""

from __future__ import annotations

from storage.schema import School as Record
from tests.conftest import School


async def test_the_office_lets_digests_name_pupils_and_takes_it_back(school: School) -> None:
    dewit, anna = [await school.somebody(name) for name in ("dewit", "anna")]
    started = await anna.ok("session.start")
    assert "names_in_digests" not in started["schools"][0], "not until somebody says so"
    for allowed in (True, True, False):
        answer = await dewit.ok(
            "school.name_in_digests", school_id=school.cast.school_id, allowed=allowed
        )
        assert answer["school"].get("names_in_digests", False) is allowed
        stored = await school.store.get(Record, school.cast.school_id)
        assert stored
        assert stored.digest_names is allowed
    refused = await anna.refused(
        "school.name_in_digests", school_id=school.cast.school_id, allowed=True
    )
    assert refused["code"] == "forbidden"
