"""Accounts, schools, classes and pupils, as clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.protocol.base import Answer, Empty, Id, Instant, Request, about
from server.protocol.notices import Trouble

Locale = Literal["nl", "en"]
PersonName = Annotated[str, Meta(min_length=1, max_length=120)]
ClockTime = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), about("clock time, `HH:MM`")
]


class RoleOfAccount(Answer):
    """What somebody is at a school, and as whom its roster knows them."""

    school_id: str
    role: Literal["guardian", "teacher", "office"]
    teacher_id: str | None = None
    guardian_id: str | None = None


class QuietHours(Request):
    """When pushes wait; over midnight when `end` is the earlier, never when they are equal."""

    start: ClockTime
    end: ClockTime


class Account(Answer):
    """Whoever is logged in: one person, with any number of roles and schools."""

    id: str
    name: str
    email: str
    locale: Locale
    roles: list[RoleOfAccount]
    second_factor: Annotated[bool, about("whether log-in asks for a code")]
    quiet_hours: Annotated[
        QuietHours | None, about("when pushes to a guardian wait, in the school's time zone")
    ] = None


StaffRole = Literal["teacher", "office"]


class School(Answer):
    """A school where the account has a role."""

    id: str
    name: str
    timezone: Annotated[str, about("IANA name, such as `Europe/Amsterdam`")]
    locale: str
    year: Annotated[str, about("such as `2026-2027`; empty between two")]
    contact: Annotated[str, about("how to reach the school otherwise, in words")]
    second_factor: Annotated[
        list[StaffRole], about("in these roles nobody can do anything without a second factor")
    ]
    names_in_digests: Annotated[bool, about("teachers' digests name pupils")] = False


class Person(Answer):
    """Somebody by name: a pupil, a guardian or a teacher."""

    id: str
    name: str


class SchoolClass(Answer):
    """A class of one school year, with its team of today."""

    id: str
    school_id: str
    name: str
    year: str
    teachers: list[Person]
    read_only: Annotated[bool, about("its school year is over")]


class GuardianOfPupil(Answer):
    """A guardian who may be contacted about a pupil."""

    id: str
    name: str
    has_account: Annotated[
        bool | None, about("for the team: whether they can read what is written")
    ] = None
    has_address: Annotated[
        bool | None, about("for the team: whether the roster has an e-mail address")
    ] = None


class Pupil(Answer):
    """A guardian sees here themselves and the co-guardians they may be named with."""

    id: str
    class_id: str
    name: str
    guardians: list[GuardianOfPupil]


class SetApart(Request):
    """Marks that a pupil's guardians live apart: no conversation names more than one of them then.

    Joint conversations become read-only, and nothing shows one guardian the other.
    """

    pupil_id: Id
    apart: bool


class PupilAnswer(Answer):
    pupil: Pupil


class RequireSecondFactor(Request):
    """Says in which roles nobody can do anything at the school without a second factor.

    It holds at once: whoever has none can only enrol one then.
    """

    school_id: Id
    roles: Annotated[list[StaffRole], Meta(max_length=2)]


class NameInDigests(Request):
    """Says whether teachers' digests may name pupils; until then no mail about messages names anybody.

    Mail can be read on its way and where it lies. It holds for what is sent from now on.
    """

    school_id: Id
    allowed: bool


class SchoolAnswer(Answer):
    school: School


class ResetTotp(Request):
    """Takes the second factor from somebody's account, for who has lost their authenticator.

    All its sessions end. The account can have no roles at other schools, nor be the asker's own.
    """

    person_id: Annotated[Id, about("a guardian or teacher of the school")]


class MergeAccounts(Request):
    """Makes one account of two, where the school knows that both are the same person's.

    The merged one goes: its roles, with all that was written and read in them, go over, and its
    sessions end. It can have no roles at other schools, nor be the asker's own.
    """

    kept_id: Annotated[Id, about("a guardian or teacher whose account stays")]
    merged_id: Annotated[Id, about("a guardian or teacher whose account goes into it")]


class ListInvitations(Request):
    """Where each guardian of a class stands: who has an account, who was invited when."""

    class_id: Id


class InvitedGuardian(Answer):
    """Where a guardian of the class stands."""

    guardian_id: str
    name: str
    pupil_ids: list[str]
    has_account: bool
    has_address: bool
    needs_own_address: Annotated[
        bool, about("another guardian has the same one: an account is one person")
    ]
    invited_at: Instant | None = None
    invited_until: Annotated[Instant | None, about("the link in it works until then")] = None
    undelivered: Annotated[Trouble | None, about("the last mail to them did not arrive")] = None


class InvitationsAnswer(Answer):
    guardians: list[InvitedGuardian]


class SendInvitations(Request):
    """Mails an activation link to these guardians, or to all who can have one and have no account.

    A new link voids the one before.
    """

    class_id: Id
    guardian_ids: Annotated[list[Id], Meta(min_length=1, max_length=200)] | None = None


class InvitationsSent(Answer):
    sent: Annotated[int, about("how many mails will go out")]


class UpdateAccount(Request):
    """Changes what is given and leaves the rest."""

    name: PersonName | None = None
    locale: Locale | None = None
    quiet_hours: QuietHours | None = None


class AccountAnswer(Answer):
    account: Account


class ListSessions(Empty):
    """Where the account is logged in, the newest first."""


class SessionOfAccount(Answer):
    """A log-in on some device."""

    id: str
    agent: Annotated[str, about("what the device called itself")]
    created_at: Instant
    current: Annotated[bool, about("the session that asks")]


class SessionsAnswer(Answer):
    sessions: list[SessionOfAccount]


class EndSession(Request):
    """Logs out a session of the account; its connections close at once."""

    session_id: Id


class BeginTotp(Empty):
    """Makes the secret of a second factor (TOTP). It counts from `totp.confirm` on."""


class TotpBegun(Answer):
    """The secret, and the same as a URI for a QR code."""

    secret: str
    uri: str


class ConfirmTotp(Request):
    """Shows that the authenticator has the secret. A session that had to enrol is full then."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
