"""Who must hear of what, and who could not be reached."""

from __future__ import annotations

from typing import Annotated, Literal

from server.protocol.base import Answer, Id, Instant, Request, about

Trouble = Annotated[
    Literal["address", "letter", "time"],
    about(
        "`address`: nobody gets mail there; `letter`: the mail server refused what was sent;"
        " `time`: it could not be handed over for too long"
    ),
]


class ListFailures(Request):
    """To whom mail did not arrive in the last 90 days, the latest first; at most 200.

    Somebody leaves the list once a mail arrives, or the roster has another address.
    """

    school_id: Id


class Failure(Answer):
    """The last mail to somebody did not arrive."""

    person_id: str
    role: Literal["guardian", "teacher", "office"]
    name: str
    email: str
    trouble: Trouble
    said: Annotated[str, about("what the mail server answered, in its own words")]
    at: Instant


class FailuresAnswer(Answer):
    failures: list[Failure]
