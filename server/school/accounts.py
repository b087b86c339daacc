"""Accounts, sessions and what may be done to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from server.decision import (
    AgainstPolicy,
    CodeRequired,
    Conflict,
    Event,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)
from server.school import second_factor
from storage import ids
from storage.schema import Account, Link, Session, Ticket
from storage.writes import Replace, Write

SESSION_LASTS = timedelta(days=30)
TICKET_LASTS = timedelta(seconds=30)
MOST_SESSIONS = 100
"""Of one account; the oldest makes place for a new one."""
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_ADDRESS = 254
LONGEST_AGENT = 200


class RightsChanged(Event, frozen=True):
    """What these accounts may see has changed: their clients start afresh."""

    account_ids: tuple[str, ...]


class SessionsEnded(Event, frozen=True):
    """Their sockets close at once."""

    account_id: str
    session_ids: frozenset[str]


class RosterChanged(Event, frozen=True):
    """The rights of everybody at this school who is connected are looked at again."""

    school_id: str


# --- Addresses and passwords ---------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


def folded(email: str) -> str:
    """An address as accounts have it: one spelling, whoever types it."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def checked_address(email: str, field: str = "email") -> str:
    """A folded address, if mail can go there; raises `Invalid`."""
    email = folded(email)
    if len(email) > LONGEST_ADDRESS or not email.isprintable() or not _ADDRESS.fullmatch(email):
        raise Invalid(field, "not_an_address")
    return email


def normalised_password(password: str) -> str:
    """The same characters however the keyboard composed them."""
    return unicodedata.normalize("NFC", password)


def checked_password(password: str, *, email: str, name: str) -> str:
    """A normalised password that may be set; raises `Invalid`."""
    password = normalised_password(password)
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", "password_too_short", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("password", "password_too_long", longest=LONGEST_PASSWORD)
    guessable = {email, email.partition("@")[0], name, name.replace(" ", "")}
    if password.strip().casefold() in {word.casefold() for word in guessable}:
        raise Invalid("password", "password_guessable")
    if len(set(password)) == 1:
        raise Invalid("password", "password_guessable")
    return password


# --- Sessions ------------------------------------------------------------------------------


def with_code(account: Account, code: str | None, now: datetime) -> Account:
    """The account once its second factor, if any, is shown. A code is taken once.

    Raises `CodeRequired`, or `Unauthenticated` for a wrong code.
    """
    if account.totp_secret is None:
        return account
    if code is None:
        raise CodeRequired
    step = second_factor.step_of(account.totp_secret, code, now, after=account.totp_counter)
    if step is None:
        raise Unauthenticated("log_in_failed")
    return replace(account, totp_counter=step)


def new_session(id: str, account: Account, hashed: str, agent: str, now: datetime) -> Session:
    """`hashed` is of the token's second half; `agent` is what the device calls itself."""
    shown = "".join(char for char in agent if char.isprintable())
    return Session(
        id=id,
        account_id=account.id,
        secret=hashed,
        bucket=ids.bucket(id),
        created_at=now,
        expires_at=now + SESSION_LASTS,
        agent=shown[:LONGEST_AGENT],
        second_factor=account.totp_secret is not None,
    )


def outlived(live: Sequence[Session]) -> Sequence[Session]:
    """Which sessions, given from oldest to newest, end when one more begins."""
    return live[: max(0, len(live) - MOST_SESSIONS + 1)]


def end_sessions(
    live: Sequence[Session], now: datetime
) -> tuple[tuple[Write, ...], tuple[Event, ...]]:
    """The writes and events with which sessions of one account end.

    The records stay a while, so that other processes see which sockets to close.
    """
    if not live:
        return (), ()
    ended = SessionsEnded(live[0].account_id, frozenset(session.id for session in live))
    return tuple(Replace(replace(session, expires_at=now)) for session in live), (ended,)


def must_be_live(session: Session | None, now: datetime) -> Session:
    if session is None or session.expires_at <= now:
        raise Unauthenticated
    return session


def new_ticket(id: str, session: Session, hashed: str, now: datetime) -> Ticket:
    return Ticket(
        id=id,
        session_id=session.id,
        secret=hashed,
        bucket=ids.bucket(id),
        expires_at=now + TICKET_LASTS,
    )


# --- The second factor ---------------------------------------------------------------------


def begin_totp(account: Account, secret: str) -> Account:
    """A secret is shown and counts once confirmed."""
    if account.totp_secret is not None:
        raise Conflict("second_factor_on")
    return replace(account, totp_pending=secret)


def confirm_totp(account: Account, code: str, now: datetime) -> Account:
    if account.totp_secret is not None:
        raise Conflict("second_factor_on")
    if account.totp_pending is None:
        raise Conflict("second_factor_not_begun")
    step = second_factor.step_of(account.totp_pending, code, now)
    if step is None:
        raise Invalid("code", "wrong_code")
    return replace(account, totp_secret=account.totp_pending, totp_pending=None, totp_counter=step)


def without_totp(account: Account) -> Account:
    """For somebody who has lost their authenticator. Codes that were taken stay taken."""
    return replace(account, totp_secret=None, totp_pending=None)


# --- What the office does for others -------------------------------------------------------


def office_may_change(
    asker_id: str, account_id: str, known_at: Iterable[str], own_schools: Iterable[str]
) -> None:
    """`known_at`: the schools where the account has a role; `own_schools`: the asker's, as office."""
    if asker_id == account_id:
        raise Forbidden("not_own_account")
    if not set(known_at) <= set(own_schools):
        raise AgainstPolicy("other_school", "used_elsewhere")


# --- A forgotten password ------------------------------------------------------------------


def reset_password(
    account: Account | None, link: Link | None, links: Sequence[Link], hashed: str, now: datetime
) -> tuple[Account, tuple[Write, ...]]:
    """The account with its new password; its other reset links are void too.

    Raises `NotFound` or `Expired`.
    """
    if link is None or link.purpose != "reset" or account is None:
        raise NotFound("link_unknown")
    if link.ended_at is not None or link.expires_at <= now:
        raise Expired
    changed = replace(account, password=hashed)
    open_links = [one for one in links if one.ended_at is None and one.id != link.id]
    ended = [replace(one, ended_at=now) for one in (link, *open_links)]
    return changed, (Replace(changed), *map(Replace, ended))
