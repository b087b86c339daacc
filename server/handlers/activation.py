"""The turns of an activation link: what it shows, what it does once, and asking for a new one."""

from __future__ import annotations

from dataclasses import dataclass

from server.decision import (
    Conflict,
    Decision,
    Expired,
    Invalid,
    Unauthenticated,
)
from server.handlers.invitations import account_at, children_of, host_of, links_of
from server.handlers.login import enter, must_have_enrolled, still_verified
from server.protocol.login import ActivationShown
from server.school import accounts, invitations
from server.school.text import checked_name
from server.turn import Turn
from storage.schema import Account, Guardian, Link, Role, School, Teacher
from storage.writes import Insert, Replace


@dataclass(frozen=True, slots=True)
class Standing:
    """A live link, and the person it is for as the roster knows them now."""

    link: Link
    school: School
    name: str
    children: tuple[str, ...]
    account: Account | None
    """That already has the address."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How whoever holds the link shows who they are; passwords were looked at before."""

    new_password: str | None = None
    """The hash of the password of a new account."""
    locale: str | None = None
    """The language in which a new account is made, if that is known."""
    verified: Account | None = None
    """The account whose password was right."""
    code: str | None = None
    own_session: bool = False
    """The asker's session is of the account."""


@dataclass(frozen=True, slots=True)
class Activated:
    """`token` of the new session; None when the asker's own goes on."""

    token: str | None


async def stand(turn: Turn, link_id: str) -> Decision:
    """Answers the `Standing`; for what asks more than a turn, such as a password."""
    return Decision(await standing(turn, link_id))


async def show(turn: Turn, link_id: str) -> Decision:
    shown = await standing(turn, link_id)
    return Decision(
        ActivationShown(
            name=shown.name,
            email=shown.link.email,
            school=shown.school.name,
            children=list(shown.children),
            account_exists=shown.account is not None,
        )
    )


async def activate(
    turn: Turn, link_id: str, proof: Proof, name: str | None, agent: str
) -> Decision:
    """The asker is the account, or the one to be; answers `Activated`."""
    known = await standing(turn, link_id)
    account = await _account(turn, known, proof, name)
    roles = await turn.roles()
    invitations.must_be_free(roles, known.link)
    writes = invitations.activate(known.link, known.school, account, turn.now)
    writes += (Replace(account) if known.account else Insert(account),)
    if proof.own_session:
        await must_have_enrolled(turn)
    asked = known.link.role in known.school.second_factor
    afresh = asked and account.totp_secret is None
    goes_on = proof.own_session and not afresh
    token, changes, events = await enter(turn, account, agent, goes_on=goes_on, afresh=afresh)
    told = (accounts.RightsChanged((account.id,)), *events)
    return Decision(Activated(token), (*writes, *changes), told)


async def renew(turn: Turn, link_id: str) -> Decision:
    """A new mail for a link that is too old, if its person may still be invited; else nothing."""
    old = await turn.store.get(Link, link_id)
    if old is None or old.purpose != "activate":
        return Decision(None)
    invitation = await _still_invited(turn, old)
    earlier = await links_of(turn, old.person_id or "")
    if invitation is None or not earlier or invitations.is_live(earlier[0], turn.now):
        return Decision(None)
    _, writes = invitations.invite(invitation, earlier, host_of(turn), turn.now)
    return Decision(None, writes)


async def standing(turn: Turn, link_id: str) -> Standing:
    """Raises `NotFound` for what is no such link, `Expired` for one that is worth nothing now."""
    link = invitations.must_be_activation(await turn.store.get(Link, link_id))
    if not invitations.is_live(link, turn.now):
        raise Expired
    school = await turn.roster.school(link.school_id or "")
    person = await _person(turn, link)
    if school is None or person is None:
        raise Expired
    name, children = person
    return Standing(link, school, name, children, await account_at(turn, link.email))


async def _person(turn: Turn, link: Link) -> tuple[str, tuple[str, ...]] | None:
    """Whom a link is for, with children; None once they have an account or may not be invited."""
    if link.person_id is None or await turn.roster.get(Role, link.person_id) is not None:
        return None
    if link.role == "office":
        return "", ()
    if link.role == "teacher":
        teacher = await turn.roster.get(Teacher, link.person_id)
        return (teacher.name, ()) if teacher and not teacher.gone else None
    guardian = await turn.roster.get(Guardian, link.person_id)
    if guardian is None or guardian.gone or guardian.email is None:
        return None
    if accounts.folded(guardian.email) != link.email:
        return None  # the school has corrected the address: who reads the old one is a stranger
    children = await children_of(turn, guardian.id)
    return (guardian.name, tuple(child.name for child in children)) if children else None


async def _still_invited(turn: Turn, link: Link) -> invitations.Invitation | None:
    school = await turn.roster.school(link.school_id or "")
    person = await _person(turn, link)
    if school is None or person is None or link.person_id is None or link.role is None:
        return None
    return invitations.Invitation(school.id, link.person_id, link.role, link.email, school.locale)


async def _account(turn: Turn, known: Standing, proof: Proof, name: str | None) -> Account:
    """The account the link will speak for, its owner having been shown to be there."""
    if known.account is None:
        return _new_account(turn, known, proof, name)
    if known.account.id != turn.account_id:
        raise Conflict("too_busy")  # it was made while this was asked; asking again finds it
    if proof.verified is not None:
        account = await still_verified(turn, proof.verified)
        return accounts.with_code(account, proof.code, turn.now)
    if not proof.own_session:
        raise Unauthenticated("confirm_account")
    return known.account


def _new_account(turn: Turn, known: Standing, proof: Proof, name: str | None) -> Account:
    if proof.new_password is None:
        raise Unauthenticated("confirm_account")
    if not (name or known.name):
        raise Invalid("name", "name_blank")
    return Account(
        id=turn.account_id,
        email=known.link.email,
        name=checked_name(name or known.name),
        locale="en" if (proof.locale or known.school.locale) == "en" else "nl",
        password=proof.new_password,
    )
