"""The team of a class, and who substitutes in it for a while."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from server.protocol.base import Answer, Id, Request, about
from server.protocol.people import Person

FirstDayWithout = Annotated[date, about("the first day without rights, at the school")]


class ListTeam(Request):
    """Who is in the team of a class, and who of the school could substitute there."""

    class_id: Id


class AddToTeam(Request):
    """Puts a teacher into a class's team until a date, beside the roster; again, with another date.

    Imports leave a substitute alone. Somebody new is made with `hekje account create`.
    """

    class_id: Id
    teacher_id: Id
    until: FirstDayWithout


class RemoveFromTeam(Request):
    """Ends a substitution at once. Whom the roster has put in the team stays."""

    class_id: Id
    teacher_id: Id


class TeamMember(Answer):
    """A teacher in the team today."""

    id: str
    name: str
    until: Annotated[date | None, about("of a substitute: the first day without rights")] = None


class TeamAnswer(Answer):
    members: list[TeamMember]
    others: Annotated[list[Person], about("teachers who could be added")]
