"""The demo school's people on its log-in page. All of it is `not_found` anywhere else."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.protocol.base import Answer, Request, about


class DemoPerson(Answer):
    """Somebody invented, to look around as."""

    id: str
    name: str
    role: Literal["guardian", "teacher", "office"]
    about: Annotated[str, about("what there is to see, in a sentence")]


class DemoShown(Answer):
    """Whom one can be with a click, on the machine where the demo school is served."""

    school: str
    people: list[DemoPerson]


class EnterDemo(Request):
    """Begins a session as one of the demo school's people, in the language that is asked for."""

    id: Annotated[str, Meta(min_length=1, max_length=40), about("one of `/api/demo`")]
