"""The turns of log-in, log-out, tickets and forgotten passwords.

Passwords themselves are looked at in `server.routes`, outside of the turn;
what a turn gets is the record whose password was right, and it is no use once
that record has another one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from server import views
from server.access import asks_second_factor
from server.decision import CodeSetupRequired, Decision, Event, Unauthenticated
from server.handlers.accounts import current_session, sessions_of
from server.handlers.invitations import account_at, host_of
from server.protocol.login import TicketAnswer
from server.school import accounts as rules
from server.school import invitations
from server.tokens import hash_secret, is_secret, new_secret, session_token, split_token
from server.turn import Turn
from storage import ids
from storage.schema import LINKS_OF_ACCOUNT, Account, Link, Session, Ticket
from storage.writes import Delete, Insert, Replace, Write


@dataclass(frozen=True, slots=True)
class Nobody:
    """Who asks before it is known who they are."""

    account_id: str = ""
    session: None = None
    connection: None = None


class Turns(Protocol):
    """What `server.dispatch` is to those below it."""

    async def run(
        self,
        asker: Any,
        decide: Callable[[Turn], Awaitable[Decision]],
        *,
        boundary: str | None = None,
    ) -> Any: ...


# --- Sessions and tickets ------------------------------------------------------------------


async def session_of_token(dispatch: Turns, token: str) -> Session:
    """The live session whose token this is; raises `Unauthenticated`."""
    session: Session = await dispatch.run(Nobody(), partial(find_session, token=token))
    return session


async def redeem_ticket(dispatch: Turns, ticket: str) -> Session:
    """The session for which a ticket was made, once; raises `Unauthenticated`."""
    session: Session = await dispatch.run(Nobody(), partial(use_ticket, token=ticket))
    return session


async def find_session(turn: Turn, token: str) -> Decision:
    id, secret = _halves(token)
    session = rules.must_be_live(await turn.store.get(Session, id), turn.now)
    if not is_secret(secret, session.secret):
        raise Unauthenticated
    return Decision(session)


async def use_ticket(turn: Turn, token: str) -> Decision:
    """Removes the ticket; of two who try at once, one finds it gone."""
    id, secret = _halves(token)
    ticket = await turn.store.get(Ticket, id)
    if ticket is None or not is_secret(secret, ticket.secret) or ticket.expires_at <= turn.now:
        raise Unauthenticated
    session = await turn.store.get(Session, ticket.session_id)
    return Decision(rules.must_be_live(session, turn.now), (Delete(ticket),))


async def make_ticket(turn: Turn) -> Decision:
    session = await current_session(turn)
    id, secret = ids.fresh(), new_secret()
    ticket = rules.new_ticket(id, session, hash_secret(secret), turn.now)
    return Decision(TicketAnswer(ticket=session_token(id, secret)), (Insert(ticket),))


def _halves(token: str) -> tuple[str, str]:
    halves = split_token(token)
    if halves is None:
        raise Unauthenticated
    return halves


# --- In and out ----------------------------------------------------------------------------


async def find_account(turn: Turn, email: str) -> Decision:
    """Answers the account with that address, or None. Its password is for verifying alone."""
    return Decision(await account_at(turn, email))


async def show_account(turn: Turn) -> Decision:
    return Decision(await views.account_shown(turn, await turn.account()))


async def log_in(turn: Turn, verified: Account, code: str | None, agent: str) -> Decision:
    """Answers the token of a new session.

    The account is replaced in any case: no session begins on a password that
    is being changed, or on an account that goes into another.
    """
    account = rules.with_code(await still_verified(turn, verified), code, turn.now)
    oldest = rules.outlived(await sessions_of(turn, account.id))
    ended, events = rules.end_sessions(oldest, turn.now)
    token, begun = begin_session(turn, account, agent)
    return Decision(token, (begun, Replace(account), *ended), events)


async def log_out(turn: Turn) -> Decision:
    writes, events = rules.end_sessions([await current_session(turn)], turn.now)
    return Decision(None, writes, events)


async def enter(
    turn: Turn, account: Account, agent: str, *, goes_on: bool, afresh: bool
) -> tuple[str | None, tuple[Write, ...], tuple[Event, ...]]:
    """The token of a session for an account that has more to see now, if the asker's `goes_on`, None.

    `afresh`: a second factor is asked of it, or expected, that no session from
    before has shown: none of them may keep the run of the house.
    """
    if goes_on:
        return None, (), ()
    live = await sessions_of(turn, account.id)
    ended, events = rules.end_sessions(live if afresh else rules.outlived(live), turn.now)
    token, begun = begin_session(turn, account, agent)
    return token, (begun, *ended), events


async def must_have_enrolled(turn: Turn) -> Decision:
    """Raises `CodeSetupRequired` for a session that owes a second factor."""
    session = await current_session(turn)
    school_ids = {role.school_id for role in await turn.roles()}
    if not session.second_factor and await asks_second_factor(turn, school_ids):
        raise CodeSetupRequired
    return Decision(session)


async def still_verified(turn: Turn, verified: Account) -> Account:
    """The account as it is now, unless its password is no longer the one that was right."""
    account = await turn.store.get(Account, verified.id)
    if account is None or account.password != verified.password:
        raise Unauthenticated("log_in_failed")
    return account


def begin_session(turn: Turn, account: Account, agent: str) -> tuple[str, Write]:
    """The token, and the record that knows it."""
    id, secret = ids.fresh(), new_secret()
    session = rules.new_session(id, account, hash_secret(secret), agent, turn.now)
    return session_token(id, secret), Insert(session)


# --- A forgotten password ------------------------------------------------------------------


async def forgot_password(turn: Turn, email: str) -> Decision:
    """A link by mail, if there is such an account. Nobody hears which."""
    account = await account_at(turn, email)
    earlier = await letters_to(turn, account.id if account else "nobody")  # equal work
    if account is None:
        return Decision(None)
    writes = invitations.invite_to_reset(account, earlier, host_of(turn), turn.now)
    return Decision(None, writes)


async def find_reset(turn: Turn, link_id: str) -> Decision:
    """Answers the account whose password a live link may set."""
    link = await turn.store.get(Link, link_id)
    account = await _account_of(turn, link)
    links = await letters_to(turn, account.id) if account else []
    rules.reset_password(account, link, links, "", turn.now)
    return Decision(account)


async def reset_password(turn: Turn, link_id: str, hashed: str) -> Decision:
    """Sets the password and ends all sessions: whoever knew the old one is out."""
    link = await turn.store.get(Link, link_id)
    account = await _account_of(turn, link)
    links = await letters_to(turn, account.id) if account else []
    changed, writes = rules.reset_password(account, link, links, hashed, turn.now)
    ended, events = rules.end_sessions(await sessions_of(turn, changed.id), turn.now)
    return Decision(None, (*writes, *ended), events)


async def _account_of(turn: Turn, link: Link | None) -> Account | None:
    return await turn.store.get(Account, link.account_id) if link and link.account_id else None


async def letters_to(turn: Turn, account_id: str) -> list[Link]:
    """The links mailed to an account, for what it was asked to prove, from newest to oldest."""
    return await turn.store.find(
        LINKS_OF_ACCOUNT, account_id, descending=True, limit=2 * invitations.LETTERS_A_DAY
    )
