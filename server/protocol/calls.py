"""What is asked over HTTP: path → its types, and who may. All are POST with JSON."""

from __future__ import annotations

from dataclasses import dataclass

from server.protocol import demo, login
from server.protocol.base import Answer, Done, Request


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. `request` is None without a body; `session`: whether one must be shown."""

    request: type[Request] | None
    answer: type[Answer] = Done
    status: int = 200
    session: bool = False
    about: str = ""
    """For calls without a body, whose type would say it."""


CALLS: dict[str, Call] = {
    "/api/login": Call(login.LogIn, login.LoggedIn),
    "/api/logout": Call(None, status=204, session=True, about="Ends the session."),
    "/api/ticket": Call(
        None,
        login.TicketAnswer,
        session=True,
        about="A ticket with which one connection can be made, within 30 seconds.",
    ),
    "/api/activation": Call(login.ShowActivation, login.ActivationShown),
    "/api/activate": Call(login.Activate, login.LoggedIn),
    "/api/activation/renew": Call(login.RenewActivation, status=202),
    "/api/merge/ask": Call(login.AskToMerge, status=202, session=True),
    "/api/merge": Call(login.Merge, login.LoggedIn, session=True),
    "/api/password/forgot": Call(login.ForgotPassword, status=202),
    "/api/password/reset": Call(login.ResetPassword),
    "/api/demo": Call(
        None,
        demo.DemoShown,
        about="The people of the demo school; `not_found` but on the machine that serves it.",
    ),
    "/api/demo/enter": Call(demo.EnterDemo, login.LoggedIn),
}
