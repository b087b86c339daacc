"""Every call of the HTTP door, asked wrongly: a clear answer, and nothing done."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from server.protocol.calls import CALLS
from tests.conftest import School
from tests.handlers.visitors import Visitor, sessions_of

WITH_BODY = [path for path, call in CALLS.items() if call.request is not None]
FITS: dict[str, Any] = {
    "id": "fatima",
    "email": "joost@regenboog.example",
    "password": "vier grijze olifanten",
    "token": "no.token",
}


def fields_of(path: str) -> dict[str, Any]:
    """Those that must be there, each as it could be."""
    request = CALLS[path].request
    assert request is not None
    return {one.name: FITS[one.name] for one in msgspec.structs.fields(request) if one.required}


@pytest.mark.parametrize("path", WITH_BODY)
async def test_what_does_not_fit_is_named_and_nothing_is_done(school: School, path: str) -> None:
    fits = fields_of(path)
    assert fits
    async with Visitor(school.url, token=school.cast.token("joost")) as joost:
        for field in fits:
            wrongs: list[Any] = [{"$ne": None}, [], 7, None, True, ""]
            for wrong in wrongs:
                odd = await joost.post(path, **{**fits, field: wrong})
                assert (odd.status, odd.error["field"]) == (400, field), wrong
            less = await joost.post(path, **{k: v for k, v in fits.items() if k != field})
            assert (less.status, less.error["field"]) == (400, field)
        more = await joost.post(path, **fits, nonsense=1)
        assert (more.status, more.error["field"]) == (400, "nonsense")
        for body in (b"", b"null", b"[]", b'"x"'):
            broken = await joost.ask(
                "POST", path, data=body, headers={"Content-Type": "application/json"}
            )
            assert (broken.status, broken.code) == (400, "invalid")
        assert (await joost.post(path, **fits)).code != "invalid"
    assert len(await sessions_of(school, school.cast.account("joost"))) == 1


@pytest.mark.parametrize("path", [path for path, call in CALLS.items() if call.session])
async def test_what_needs_a_session_is_refused_without_one(school: School, path: str) -> None:
    fits = fields_of(path) if path in WITH_BODY else {}
    async with Visitor(school.url) as stranger:
        assert (await stranger.post(path, **fits)).code == "unauthenticated"
    async with Visitor(school.url, token="no.token") as stranger:
        assert (await stranger.post(path, **fits)).code == "unauthenticated"
    async with Visitor(school.url, token=school.cast.token("joost")) as joost:
        assert (await joost.post(path, **fits)).code != "unauthenticated"
