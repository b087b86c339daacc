"""Who may have an account, the links mailed for it, and what one is worth when it comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from server.decision import AgainstPolicy, Conflict, Expired, NotFound
from server.school.accounts import folded
from storage import ids
from storage.schema import Account, Guardian, Link, Mail, Role, RoleName, School
from storage.writes import Insert, Replace, Write

Template = Literal["activation", "reset", "merge"]

ACTIVATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=1)
"""So do links to merge accounts."""
AGAIN_AFTER = timedelta(minutes=1)
"""Asking twice for a new password, or to merge, sends one mail."""
LETTERS_A_DAY = 10
"""Of either kind; more than that is somebody else filling a mailbox."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """A guardian of a class, and what stands between them and an account."""

    guardian: Guardian
    pupil_ids: tuple[str, ...]
    has_account: bool
    needs_own_address: bool

    @property
    def has_address(self) -> bool:
        return self.guardian.email is not None

    @property
    def can_be_invited(self) -> bool:
        return self.has_address and not self.has_account and not self.needs_own_address


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who gets a link, and where it goes."""

    school_id: str
    person_id: str
    role: RoleName
    email: str
    locale: str


def chosen(invitees: Sequence[Invitee], guardian_ids: Sequence[str] | None) -> list[Invitee]:
    """Whom to invite: all who can be, or those named, each of whom must be one who can.

    Raises `NotFound` for somebody who is no guardian of the class.
    """
    if guardian_ids is None:
        return [invitee for invitee in invitees if invitee.can_be_invited]
    known = {invitee.guardian.id: invitee for invitee in invitees}
    if not known.keys() >= set(guardian_ids):
        raise NotFound
    named = [known[id] for id in dict.fromkeys(guardian_ids)]
    for invitee in named:
        _must_be_invitable(invitee)
    return named


def _must_be_invitable(invitee: Invitee) -> None:
    guardian_id = invitee.guardian.id
    if invitee.has_account:
        raise Conflict("has_account", guardian_id=guardian_id)
    if not invitee.has_address:
        raise AgainstPolicy("no_address", "no_address", guardian_id=guardian_id)
    if invitee.needs_own_address:
        raise AgainstPolicy("needs_own_address", "needs_own_address", guardian_id=guardian_id)


def holder(candidates: Iterable[Guardian], with_account: frozenset[str]) -> str | None:
    """Whom an address of several stands for: who has an account, else the first by id."""
    in_order = sorted(candidates, key=lambda guardian: guardian.id)
    for guardian in in_order:
        if guardian.id in with_account:
            return guardian.id
    return in_order[0].id if in_order else None


# --- Links ---------------------------------------------------------------------------------


def invite(
    invitation: Invitation, earlier: Sequence[Link], host: str, now: datetime
) -> tuple[Link, tuple[Write, ...]]:
    """A link and its mail. It voids the `earlier` ones of this person, given newest first."""
    id = ids.fresh() if earlier else _first_link_id(invitation, now)
    link = Link(
        id=id,
        purpose="activate",
        school_id=invitation.school_id,
        person_id=invitation.person_id,
        role=invitation.role,
        email=folded(invitation.email),
        bucket=ids.bucket(id),
        made_at=now,
        expires_at=now + ACTIVATION_LASTS,
    )
    mail = _mail(link, "activation", invitation.locale, host, now)
    return link, (Insert(link), Insert(mail), *_voided(earlier, now))


def invite_to_reset(
    account: Account, earlier: Sequence[Link], host: str, now: datetime
) -> tuple[Write, ...]:
    """A link to set a new password, and its mail; nothing when one has just gone out."""
    return _mailed_once("reset", account, None, earlier, host, now)


def invite_to_merge(
    account: Account, kept: Account, earlier: Sequence[Link], host: str, now: datetime
) -> tuple[Write, ...]:
    """A link that shows whose the address of `account` is, for the account that it will go into."""
    return _mailed_once("merge", account, kept.id, earlier, host, now)


def _mailed_once(
    purpose: Literal["reset", "merge"],
    account: Account,
    kept_id: str | None,
    earlier: Sequence[Link],
    host: str,
    now: datetime,
) -> tuple[Write, ...]:
    """Of `earlier`, all of the account and newest first, it voids those that are for the same."""
    letters = [link for link in earlier if link.purpose == purpose]
    same = [link for link in letters if link.kept_account_id == kept_id]
    if same and same[0].ended_at is None and now - same[0].made_at < AGAIN_AFTER:
        return ()
    if sum(now - link.made_at < timedelta(days=1) for link in letters) >= LETTERS_A_DAY:
        return ()
    id = ids.fresh()
    link = Link(
        id=id,
        purpose=purpose,
        account_id=account.id,
        kept_account_id=kept_id,
        email=account.email,
        bucket=ids.bucket(id),
        made_at=now,
        expires_at=now + RESET_LASTS,
    )
    mail = _mail(link, purpose, account.locale, host, now)
    # the account is the boundary of this race: two who ask at once make one link
    return (Insert(link), Insert(mail), Replace(account), *_voided(same, now))


def _first_link_id(invitation: Invitation, now: datetime) -> str:
    """The same for two who invite somebody at once: no earlier link is there to guard it.

    With the date, so that an id never comes back once its record is cleared away.
    """
    what = (invitation.person_id, folded(invitation.email), now.date().isoformat())
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:20]


def _voided(earlier: Sequence[Link], now: datetime) -> list[Write]:
    """The newest is replaced in any case: it guards the making of the next."""
    return [
        Replace(replace(link, ended_at=link.ended_at or now))
        for number, link in enumerate(earlier)
        if number == 0 or link.ended_at is None
    ]


def _mail(link: Link, template: Template, locale: str, host: str, now: datetime) -> Mail:
    id = ids.fresh()
    return Mail(
        id=id,
        template=template,
        to=link.email,
        locale=locale,
        link_id=link.id,
        header_id=f"<{id}@{host}>",
        bucket=ids.bucket(id),
        due_at=now,
    )


def used(link: Link, now: datetime) -> Link:
    return replace(link, ended_at=now)


def is_live(link: Link, now: datetime) -> bool:
    return link.ended_at is None and now < link.expires_at


def must_be_activation(link: Link | None) -> Link:
    if link is None or link.purpose != "activate":
        raise NotFound("link_unknown")
    return link


# --- Activation ----------------------------------------------------------------------------


def must_be_free(roles: Iterable[Role], link: Link) -> None:
    """One account never stands for two people of a school in one role."""
    for role in roles:
        if role.school_id == link.school_id and role.role == link.role:
            raise Conflict("address_of_another")


def activate(link: Link, school: School, account: Account, now: datetime) -> tuple[Write, ...]:
    """The account speaks for the person from now on. The link is the boundary of this race."""
    if not is_live(link, now) or link.person_id is None or link.role is None:
        raise Expired
    role = Role(id=link.person_id, school_id=school.id, account_id=account.id, role=link.role)
    return (Replace(used(link, now)), Insert(role), Replace(school))
