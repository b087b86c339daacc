"""account.merge, and the turns of a link with which somebody merges two accounts of their own."""

from __future__ import annotations

from dataclasses import dataclass

from server import access
from server.decision import Decision, Event, Expired
from server.handlers.accounts import current_session, sessions_of
from server.handlers.invitations import account_at, host_of, roles_of
from server.handlers.login import enter, letters_to
from server.protocol import people
from server.protocol.base import Done
from server.school import accounts, invitations
from server.school import merging as rules
from server.turn import Turn
from storage.schema import GUARDIANSHIPS_OF_GUARDIAN, Account, Link, Role
from storage.writes import Replace, Write


@dataclass(frozen=True, slots=True)
class Merged:
    """The account that stays, as it becomes, and all that brings it about."""

    account: Account
    afresh: bool
    """No session from before has shown the second factor that is asked for or expected now."""
    writes: tuple[Write, ...]
    events: tuple[Event, ...]


# --- By the person -------------------------------------------------------------------------


async def ask(turn: Turn, email: str) -> Decision:
    """A link to that address, if it is another account's. The asker hears nothing of it."""
    kept, other = await turn.account(), await account_at(turn, email)
    if other is None or other.id == kept.id:
        return Decision(None)
    earlier = await letters_to(turn, other.id)
    return Decision(
        None, invitations.invite_to_merge(other, kept, earlier, host_of(turn), turn.now)
    )


async def find(turn: Turn, link_id: str) -> Decision:
    """Answers the account that a live link puts into the asker's."""
    return Decision((await _mailed(turn, link_id))[1])


async def merge_own(turn: Turn, link_id: str, code: str | None, agent: str) -> Decision:
    """Answers the token of a new session; None when the asker's own goes on.

    The session shows whose the one account is, the link whose the address of
    the other is, and the code that its second factor is there too.
    """
    await current_session(turn)
    link, other = await _mailed(turn, link_id)
    other = accounts.with_code(other, code, turn.now)
    merged = await _merge(turn, await turn.account(), other)
    token, entered, events = await enter(
        turn, merged.account, agent, goes_on=not merged.afresh, afresh=merged.afresh
    )
    used = Replace(invitations.used(link, turn.now))
    return Decision(token, (used, *merged.writes, *entered), (*merged.events, *events))


async def _mailed(turn: Turn, link_id: str) -> tuple[Link, Account]:
    link = rules.must_be_asked_by(await turn.store.get(Link, link_id), turn.account_id)
    other = await turn.store.get(Account, link.account_id or "")
    if other is None or not invitations.is_live(link, turn.now):
        raise Expired
    return link, other


# --- By the office -------------------------------------------------------------------------


async def merge_as_office(turn: Turn, request: people.MergeAccounts) -> Decision:
    kept = await access.open_role_as_office(turn, request.kept_id)
    other = await access.open_role_as_office(turn, request.merged_id)
    own = {role.school_id for role in await turn.roles() if role.role == "office"}
    known_at = {role.school_id for role in await roles_of(turn, other.account_id)}
    rules.office_may_merge(turn.account_id, kept.account_id, other.account_id, known_at, own)
    merged = await _merge(
        turn, await _account(turn, kept.account_id), await _account(turn, other.account_id)
    )
    live = await sessions_of(turn, kept.account_id) if merged.afresh else []
    ended, events = accounts.end_sessions(live, turn.now)
    return Decision(Done(), (*merged.writes, *ended), (*merged.events, *events))


async def _account(turn: Turn, account_id: str) -> Account:
    account = await turn.store.get(Account, account_id)
    if account is None:  # merged a moment ago
        raise Expired
    return account


# --- Either way ----------------------------------------------------------------------------


async def _merge(turn: Turn, kept: Account, other: Account) -> Merged:
    """Raises `AgainstPolicy` for two guardians of one pupil."""
    roles = await roles_of(turn, other.id)
    mine = await roles_of(turn, kept.id)
    rules.must_be_mergeable(await _pupils(turn, mine), await _pupils(turn, roles))
    schools = [await turn.roster.school(id) for id in {role.school_id: None for role in roles}]
    known = [school for school in schools if school is not None]
    account = rules.with_what_is_kept(kept, other)
    asked = any(
        role.role in school.second_factor
        for role in roles
        for school in known
        if school.id == role.school_id
    )
    inherited = account.totp_secret != kept.totp_secret
    ended, events = accounts.end_sessions(await sessions_of(turn, other.id), turn.now)
    return Merged(
        account=account,
        afresh=inherited or (asked and account.totp_secret is None),
        writes=(*rules.merge(account, other, roles, known), *ended),
        events=(accounts.RightsChanged((kept.id,)), *events),
    )


async def _pupils(turn: Turn, roles: list[Role]) -> set[str]:
    """Whose guardian somebody is, also where they may not be contacted."""
    found: set[str] = set()
    for role in roles:
        if role.role == "guardian":
            ties = await turn.roster.find(GUARDIANSHIPS_OF_GUARDIAN, role.id)
            found |= {tie.pupil_id for tie in ties}
    return found
