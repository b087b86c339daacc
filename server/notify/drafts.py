"""What a mail has to say, as things are when it is sent: its link, its reader, their school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from msgspec.structs import replace

from server.notify.cases import Case, case_of
from server.notify.digests import waiting_in
from server.notify.letters import Letters
from server.notify.mailbox import NotAnAddress
from server.notify.reading import Reading
from server.notify.refusals import Refused
from server.presence.agendas import agendas_of
from server.turn import Turn
from storage import ids
from storage.schema import (
    GUARDIANSHIPS_OF_GUARDIAN,
    ROLES_OF_ACCOUNT,
    Account,
    Conversation,
    Guardian,
    Link,
    Mail,
    Role,
    School,
    Teacher,
)
from storage.store import Store

HOME = "Europe/Amsterdam"
"""The time zone in a letter to somebody without a school."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """Reads what a letter rests on, and has it written."""

    store: Store
    letters: Letters
    reading: Reading

    async def letter(self, mail: Mail, now: datetime) -> EmailMessage | None:
        """None when there is nothing to say any more. Raises `Refused`."""
        try:
            if mail.message_ids:
                return await self._about_messages(mail, now)
            return await self._with_link(mail, now)
        except NotAnAddress as error:
            raise Refused("address", str(error)) from None
        except ValueError as error:
            raise Refused("letter", f"it cannot be written: {error}") from None

    # --- Links -----------------------------------------------------------------------------

    async def _with_link(self, mail: Mail, now: datetime) -> EmailMessage | None:
        link = await self.store.get(Link, mail.link_id)
        if link is None or link.ended_at is not None:
            return None
        if link.expires_at <= now:
            raise Refused("time", "its link ended before it could be sent")
        if link.purpose == "activate":
            return await self._to_person(mail, link, now)
        return await self._to_account(mail, link, now)

    async def _to_person(self, mail: Mail, link: Link, now: datetime) -> EmailMessage | None:
        school = await self.store.get(School, link.school_id or "")
        name = await self._invited(link)
        if school is None or name is None:
            return None
        return self.letters.activation(mail, link, school=school, name=name, now=now)

    async def _invited(self, link: Link) -> str | None:
        """The name of the person invited; None for who may not come in (any more)."""
        person_id = link.person_id or ""
        if link.role == "teacher":
            teacher = await self.store.get(Teacher, person_id)
            return teacher.name if teacher and not teacher.gone else None
        if link.role == "guardian":
            guardian = await self.store.get(Guardian, person_id)
            ties = await self.store.find(GUARDIANSHIPS_OF_GUARDIAN, person_id, limit=100)
            welcome = (
                guardian
                and not guardian.gone
                and any(tie.may_contact or True in tie.years.values() for tie in ties)
            )
            return guardian.name if guardian and welcome else None
        return ""

    async def _to_account(self, mail: Mail, link: Link, now: datetime) -> EmailMessage | None:
        account = await self.store.get(Account, link.account_id or "")
        if account is None:
            return None
        timezone = HOME
        for role in await self.store.find(ROLES_OF_ACCOUNT, account.id, limit=1):
            school = await self.store.get(School, role.school_id)
            timezone = school.timezone if school else timezone
        return self.letters.to_account(mail, link, name=account.name, timezone=timezone, now=now)

    # --- Messages --------------------------------------------------------------------------

    async def _about_messages(self, mail: Mail, now: datetime) -> EmailMessage | None:
        """Goes to where the person gets mail by now."""
        turn = self.reading.at(now)
        role = await turn.roster.get(Role, mail.person_id)
        school = await turn.roster.school(role.school_id) if role else None
        account = await self.store.get(Account, role.account_id) if role else None
        if school is None or account is None:
            return None
        cases = await _still_news(turn, mail)
        if not cases or (mail.template == "digest" and not await _wants_digest(turn, mail)):
            return None
        write = self.letters.digest if mail.template == "digest" else self.letters.news
        mail = replace(mail, to=account.email, locale=account.locale)
        waiting = await waiting_in(turn, school, cases)
        return write(mail, waiting, school=school, name=account.name, now=now)


async def _still_news(turn: Turn, mail: Mail) -> Sequence[Case]:
    known: dict[str, Conversation | None] = {}
    cases = [await case_of(turn, mail.person_id, id, known) for id in mail.message_ids]
    return [case for case in cases if case is not None]


async def _wants_digest(turn: Turn, mail: Mail) -> bool:
    (agenda,) = await agendas_of(turn, ids.school_of(mail.person_id), [mail.person_id])
    return agenda.digest is not None
