"""Log-in and links over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from server.protocol.base import Answer, Request, about
from server.protocol.people import Account, PersonName

Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=200)]
LinkToken = Annotated[
    str, Meta(min_length=1, max_length=200), about("what a mailed link has behind its `#`")
]
Code = Annotated[str, Meta(min_length=6, max_length=6), about("of the second factor, if any")]

Bearer = Annotated[bool, about("for programs: answer a `token` instead of setting a cookie")]


class LogIn(Request):
    """Begins a session."""

    email: Email
    password: Password
    code: Code | None = None
    bearer: Bearer = False


class LoggedIn(Answer):
    """The session is in the cookie, or in `token` for programs that asked for `bearer`."""

    account: Account
    token: str | None = None


class TicketAnswer(Answer):
    """Good for one connection, within 30 seconds."""

    ticket: str


class ShowActivation(Request):
    """Who an activation link is for. Looking uses nothing up."""

    token: LinkToken


class ActivationShown(Answer):
    """What to show before somebody accepts."""

    name: str
    email: str
    school: str
    children: list[str]
    account_exists: Annotated[
        bool, about("the address has an account: its session or password confirms")
    ]


class Activate(Request):
    """Accepts an invitation, once.

    A new account takes `password`, and `name` instead of the roster's if given. Where the
    address has an account already, its own session or its password (and `code`) confirms.
    A new password has 10 to 200 characters and is neither name nor address.
    """

    token: LinkToken
    name: PersonName | None = None
    password: Password | None = None
    code: Code | None = None
    bearer: Bearer = False


class RenewActivation(Request):
    """Asks for a new mail with the token of an expired link, to the address that it was for."""

    token: LinkToken


class AskToMerge(Request):
    """Asks for a link by mail to the address of another account, which is one's own as well.

    The answer never tells whether the address is known.
    """

    email: Email


class Merge(Request):
    """Puts the account that the link was mailed to into the asker's, with all its roles, once.

    Only the account that asked can, and `code` is of the other's second factor.
    """

    token: LinkToken
    code: Code | None = None
    bearer: Bearer = False


class ForgotPassword(Request):
    """Asks for a mail with a link. The answer never tells whether the address is known."""

    email: Email


class ResetPassword(Request):
    """Sets a new password, of 10 to 200 characters, and ends all sessions."""

    token: LinkToken
    password: Password
