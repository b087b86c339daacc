"""session.list, session.end, account.update, totp.begin, totp.confirm and totp.reset."""

from __future__ import annotations

import secrets

from msgspec.structs import replace

from server import access, views
from server.clock import rfc3339
from server.decision import Decision, NotFound, Unauthenticated
from server.handlers.invitations import roles_of
from server.presence.setting import retime
from server.protocol import people
from server.protocol.base import Done, Empty
from server.school import accounts as rules
from server.school import second_factor
from server.school.text import checked_name
from server.turn import Turn
from storage.schema import ACCOUNT_BY_EMAIL, SESSIONS_OF_ACCOUNT, Account, Session
from storage.writes import Insert, Replace


async def list_sessions(turn: Turn, request: Empty) -> Decision:
    current = turn.session.id if turn.session else ""
    shown = [
        people.SessionOfAccount(
            id=session.id,
            agent=session.agent,
            created_at=rfc3339(session.created_at),
            current=session.id == current,
        )
        for session in reversed(await sessions_of(turn, turn.account_id))
    ]
    return Decision(people.SessionsAnswer(sessions=shown))


async def end_session(turn: Turn, request: people.EndSession) -> Decision:
    session = await turn.store.get(Session, request.session_id)
    if session is None or session.account_id != turn.account_id or session.expires_at <= turn.now:
        raise NotFound
    writes, events = rules.end_sessions([session], turn.now)
    return Decision(Done(), writes, events)


async def update(turn: Turn, request: people.UpdateAccount) -> Decision:
    """What is left out or null stays; quiet hours that end where they begin are none."""
    account = await turn.account()
    quiet = account.quiet_hours
    if request.quiet_hours is not None:
        start, end = request.quiet_hours.start, request.quiet_hours.end
        quiet = (start, end) if start != end else None
    changed = replace(
        account,
        name=account.name if request.name is None else checked_name(request.name),
        locale=request.locale or account.locale,
        quiet_hours=quiet,
    )
    reply = await _shown(turn, changed)
    if changed == account:
        return Decision(reply)
    moves = changed.quiet_hours != account.quiet_hours
    held = [role.id for role in await turn.roles() if moves and role.role == "guardian"]
    notices = tuple(Insert(retime(id, turn.now)) for id in held)
    return Decision(reply, (Replace(changed), *notices), (rules.RightsChanged((account.id,)),))


async def begin_totp(turn: Turn, request: Empty) -> Decision:
    secret = second_factor.new_secret(secrets.token_bytes(second_factor.SECRET_BYTES))
    account = rules.begin_totp(await turn.account(), secret)
    reply = people.TotpBegun(secret=secret, uri=second_factor.uri(secret, account.email))
    return Decision(reply, (Replace(account),))


async def confirm_totp(turn: Turn, request: people.ConfirmTotp) -> Decision:
    """The session that enrols becomes a full one; the others end, and log in with a code."""
    session = await current_session(turn)
    account = rules.confirm_totp(await turn.account(), request.code, turn.now)
    full = replace(session, second_factor=True)
    others = [one for one in await sessions_of(turn, account.id) if one.id != session.id]
    ended, events = rules.end_sessions(others, turn.now)
    reply = await _shown(turn, account)
    return Decision(reply, (Replace(account), Replace(full), *ended), events)


async def reset_totp(turn: Turn, request: people.ResetTotp) -> Decision:
    """Whoever has the account's password can enrol another authenticator then, as at first log-in."""
    role = await access.open_role_as_office(turn, request.person_id)
    own = {role.school_id for role in await turn.roles() if role.role == "office"}
    known_at = {role.school_id for role in await roles_of(turn, role.account_id)}
    rules.office_may_change(turn.account_id, role.account_id, known_at, own)
    account = await turn.store.get(Account, role.account_id)
    if account is None:  # it has gone into another
        raise NotFound("no_account")
    return await _without_totp(turn, account)


async def reset_totp_of_address(turn: Turn, *, email: str) -> Decision:
    """For who runs the server: a school's only office worker has nobody else to ask."""
    found = await turn.store.find(ACCOUNT_BY_EMAIL, rules.folded(email), limit=1)
    if not found:
        raise NotFound("no_account")
    return await _without_totp(turn, found[0])


async def _without_totp(turn: Turn, account: Account) -> Decision:
    changed = rules.without_totp(account)
    if changed == account:
        return Decision(Done())
    ended, events = rules.end_sessions(await sessions_of(turn, account.id), turn.now)
    return Decision(Done(), (Replace(changed), *ended), events)


async def current_session(turn: Turn) -> Session:
    """The asker's session as it is now; raises `Unauthenticated` when it has ended."""
    if turn.session is None:
        raise Unauthenticated
    session = await turn.store.get(Session, turn.session.id)
    return rules.must_be_live(session, turn.now)


async def sessions_of(turn: Turn, account_id: str) -> list[Session]:
    """Those that have not ended, from oldest to newest."""
    return await turn.store.find(
        SESSIONS_OF_ACCOUNT, account_id, after=turn.now, limit=2 * rules.MOST_SESSIONS
    )


async def _shown(turn: Turn, account: Account) -> people.AccountAnswer:
    return people.AccountAnswer(account=await views.account_shown(turn, account))
