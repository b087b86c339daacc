"""The records of Hekje, their indexes, and the version of both.

A record is frozen; to change one, replace it with a copy. `version` counts
its replacements and guards them: see `storage.writes`. Ids begin with the
school's (`ids.school_of`), so that no look-up needs more; accounts, sessions,
tickets and links belong to no school.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Generic, Literal, TypeVar

import msgspec

SCHEMA_VERSION = 3
"""Raised by one with each migration; a start refuses a newer database."""


class Record(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Anything that is stored."""

    kind: ClassVar[str] = ""
    roster: ClassVar[bool] = False
    """Rights are made of it: whoever writes one replaces its School in the same commit."""

    id: str
    version: int = 0


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Index(Generic[R]):
    """Fields of a kind that can be looked up, in this order.

    A record whose `sparse` field is None is left out; whoever asks bounds
    that field. A `shared` one is asked by servers that share a database, and
    not kept in a file, which has one server.
    """

    record: type[R]
    fields: tuple[str, ...]
    unique: bool = False
    sparse: str | None = None
    shared: bool = False

    @property
    def name(self) -> str:
        return f"{self.record.kind}_by_{'_'.join(self.fields)}"


class Deployment(Record, kw_only=True, frozen=True):
    """This database as a whole; there is one, with the id `deployment`."""

    kind = "deployment"
    epoch: str
    """Changes when a backup is restored: clients then start afresh."""


# --- The school and its people -------------------------------------------------------------


class SchoolYear(msgspec.Struct, frozen=True):
    """`2026-2027`, from its first to its last day."""

    name: str
    starts: date
    ends: date


class School(Record, kw_only=True, frozen=True):
    """A tenant. Its `version` rises with every change of the roster."""

    kind = "school"
    name: str
    timezone: str = "Europe/Amsterdam"
    locale: str = "nl"
    contact: str = ""
    years: tuple[SchoolYear, ...] = ()
    rosters: dict[str, datetime] = {}
    """When the student administration made the last roster of each year, where it says so."""
    second_factor: tuple[RoleName, ...] = ("office",)
    """In these roles nobody can do anything without one."""
    digest_names: bool = False
    """Digests may name pupils; else no mail names anybody but its reader."""
    unread_days: int | None = 2
    """After so many school days the office sees what no teacher has read; None: never."""
    demo: bool = False


class SchoolClass(Record, kw_only=True, frozen=True):
    """A class of one school year."""

    kind = "school_class"
    roster = True
    school_id: str
    sis_id: str
    year: str
    name: str


class Pupil(Record, kw_only=True, frozen=True):
    """A child, known by the id of the student administration system."""

    kind = "pupil"
    roster = True
    school_id: str
    sis_id: str
    given_name: str
    family_name: str
    apart: bool = False
    """The roster says that its guardians live apart."""
    apart_by_office: bool | None = None
    """The office says so; either of them is enough."""
    gone: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def guardians_apart(self) -> bool:
        return self.apart or bool(self.apart_by_office)


class Placement(Record, kw_only=True, frozen=True):
    """A pupil is in a class. Another class in the same year takes its place."""

    kind = "placement"
    roster = True
    school_id: str
    class_id: str
    pupil_id: str
    year: str


class Guardian(Record, kw_only=True, frozen=True):
    """A parent or carer."""

    kind = "guardian"
    roster = True
    school_id: str
    sis_id: str
    given_name: str
    family_name: str
    email: str | None = None
    gone: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Guardianship(Record, kw_only=True, frozen=True):
    """A guardian of a pupil, who may be contacted about it or not."""

    kind = "guardianship"
    roster = True
    school_id: str
    pupil_id: str
    guardian_id: str
    relation: str = "guardian"
    may_contact: bool = True
    """As the last roster had it."""
    years: dict[str, bool] = {}
    """`may_contact` by the school years whose rosters have this tie; empty: the same in every year."""

    def may_contact_in(self, year: str) -> bool:
        return self.years.get(year, False) if self.years else self.may_contact


class Teacher(Record, kw_only=True, frozen=True):
    """A member of class teams."""

    kind = "teacher"
    roster = True
    school_id: str
    sis_id: str
    given_name: str
    family_name: str
    email: str | None = None
    gone: bool = False
    years: tuple[str, ...] = ()
    """The school years whose rosters list them; empty: every year."""
    from_outside: bool = False
    """Known to no roster: here only while substituting."""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class TeamMember(Record, kw_only=True, frozen=True):
    """A teacher is in a class's team."""

    kind = "team_member"
    roster = True
    school_id: str
    class_id: str
    teacher_id: str


class Substitute(Record, kw_only=True, frozen=True):
    """The office has put a teacher in a class's team, beside the roster, for a while."""

    kind = "substitute"
    roster = True
    school_id: str
    class_id: str
    teacher_id: str
    until: date
    """The first day without rights."""


class DigestTime(msgspec.Struct, frozen=True):
    """When a teacher's bundled e-mail goes out: clock time and weekdays (`mon` …)."""

    at: str
    days: tuple[str, ...]


class Availability(Record, kw_only=True, frozen=True):
    """When a teacher reads messages. Its id is the teacher's; the default holds until there is one.

    It stands beside the roster, with which a class's chat closes and opens.
    """

    kind = "availability"
    roster = True
    school_id: str
    chat: bool
    hours: dict[str, tuple[tuple[str, str], ...]]
    """Weekday → blocks of clock times."""
    away: tuple[tuple[date, date], ...] = ()
    """First and last dates."""
    digest: DigestTime | None
    digest_ended_at: datetime | None = None
    """When a link in it turned it off, until they have been told."""


Region = Literal["noord", "midden", "zuid"]
"""Of the national school holidays."""


class SchoolCalendar(Record, kw_only=True, frozen=True):
    """The dates on which a school is closed. Its id is `ids.of_calendar`."""

    kind = "school_calendar"
    roster = True
    school_id: str
    closed: tuple[date, ...] = ()
    names: dict[date, str] = {}
    """What closed dates are called; some have no name."""
    imported: dict[str, tuple[date, ...]] = {}
    """Source → the dates it has closed, so that its next edition can take back what has moved."""
    left_out: dict[str, tuple[str, ...]] = {}
    """Kind of source → names in it on which this school is open."""
    region: Region | None = None


RoleName = Literal["guardian", "teacher", "office"]


class Role(Record, kw_only=True, frozen=True):
    """An account speaks for a person of a school.

    Its id is that person's: a guardian's or a teacher's, or for the office one of its own.
    """

    kind = "role"
    roster = True
    school_id: str
    account_id: str
    role: RoleName


# --- Accounts ------------------------------------------------------------------------------


class Account(Record, kw_only=True, frozen=True):
    """A person who can log in."""

    kind = "account"
    email: str
    """Lower case, as typed at activation; one account each."""
    name: str
    locale: str = "nl"
    password: str
    """An Argon2id hash in its standard form."""
    totp_secret: str | None = None
    totp_pending: str | None = None
    """A secret shown by `totp.begin` and not yet confirmed."""
    totp_counter: int = 0
    """The time step of the last code taken, so that no code is taken twice."""
    quiet_hours: tuple[str, str] | None = None


class Session(Record, kw_only=True, frozen=True):
    """A log-in on one device; `secret` is the SHA-256 of the token's second half."""

    kind = "session"
    account_id: str
    secret: str
    bucket: int
    created_at: datetime
    expires_at: datetime
    """Moved forward when it is ended, so that every process sees it in one index."""
    agent: str = ""
    second_factor: bool = False
    """It has been shown here; each session of an account that has one has shown it."""


class Ticket(Record, kw_only=True, frozen=True):
    """A single-use pass that opens one socket."""

    kind = "ticket"
    session_id: str
    secret: str
    bucket: int
    expires_at: datetime


class PushSubscription(Record, kw_only=True, frozen=True):
    """A device that takes pushes, for as long as the session lasts in which it was subscribed.

    Its id is made of its endpoint, so that a device has one, whoever is logged in there.
    """

    kind = "push_subscription"
    account_id: str
    session_id: str
    endpoint: str
    """Whoever knows it and the keys can push to the device: it stands in no log."""
    p256dh: str
    auth: str
    made_at: datetime


class Link(Record, kw_only=True, frozen=True):
    """What a mailed link may do, once and for a while. The secret in the mail is a signature of the id."""

    kind = "link"
    purpose: Literal["activate", "reset", "merge"]
    school_id: str | None = None
    person_id: str | None = None
    role: RoleName | None = None
    account_id: str | None = None
    """Whose password it sets, or which account goes into another."""
    kept_account_id: str | None = None
    """The other account, which alone can use a link to merge."""
    email: str
    bucket: int
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    """When it was used, or voided by a newer one."""


# --- Conversations -------------------------------------------------------------------------


class Conversation(Record, kw_only=True, frozen=True):
    """A private thread between named guardians of one pupil and a class team.

    It is the boundary of every race in it: each message, mark and change of
    state replaces it. Its guardians never change.
    """

    kind = "conversation"
    school_id: str
    class_id: str
    pupil_id: str
    guardian_ids: tuple[str, ...]
    opened_by: tuple[str, ...]
    """The people who opened it, who alone see it until the first message."""
    last_seq: int = 0
    rev: int = 0
    positions: dict[str, int] = {}
    """The last `seq` each person has read."""
    unread_since: datetime | None = None
    """When the first message of a guardian was sent that nobody of the team has read."""
    handled: bool = True
    taken_by: str | None = None
    order: str
    """`ids.order(changed_at, id)`: last changed sorts last."""
    bucket: int
    changed_at: datetime


class Participation(Record, kw_only=True, frozen=True):
    """A guardian is named in a conversation."""

    kind = "participation"
    school_id: str
    guardian_id: str
    conversation_id: str


class Message(Record, kw_only=True, frozen=True):
    """What somebody wrote. A withdrawn one stays as a tombstone without text.

    Its id is `ids.of_message`, which makes `seq` unique in its conversation.
    """

    kind = "message"
    school_id: str
    conversation_id: str
    class_id: str
    seq: int
    rev: int
    """The conversation's `rev` when this was written."""
    revised: int | None = None
    """The conversation's `rev` when this was last corrected or withdrawn."""
    key: str
    message_kind: Literal["text", "absence"] = "text"
    author_id: str
    author_role: RoleName
    author_name: str
    text: str
    first_text: str | None = None
    """SHA-256 of the text as first sent, kept with a correction: tells a repeated key from a reused one."""
    at: datetime
    edited_at: datetime | None = None
    withdrawn: bool = False


class Notice(Record, kw_only=True, frozen=True):
    """Somebody must hear of this message, or what waits is to be timed again; committed with its cause.

    Its id sorts by instant (`ids.of_notice`): what is written together lies together, and a
    commit touches fewer pages.
    """

    kind = "notice"
    school_id: str
    message_id: str | None = None
    retimed: str | None = None
    """Instead: a person whose settings have changed, or a school whose calendar has."""
    bucket: int
    due_at: datetime


class Delivery(Record, kw_only=True, frozen=True):
    """One message on its way to one person. Its id is that of the two, so that no message comes twice.

    Decided again when it is due, by the rights, marks and settings of that moment.
    """

    kind = "delivery"
    school_id: str
    person_id: str
    message_id: str
    road: Literal["push", "email"]
    """What no device took goes on by e-mail."""
    bucket: int
    due_at: datetime


class Mailed(Record, kw_only=True, frozen=True):
    """Somebody was mailed: a guardian of a conversation up to `seq`, a teacher of a digest moment."""

    kind = "mailed"
    seq: int
    bucket: int
    expires_at: datetime


class Mail(Record, kw_only=True, frozen=True):
    """One e-mail that must go out: committed with its cause, rendered when it is sent."""

    kind = "mail"
    template: Literal["activation", "reset", "merge", "digest", "news"]
    to: str
    locale: str
    link_id: str = ""
    person_id: str = ""
    """Whom a digest, or a guardian's news, is for; what it says is read when it is sent."""
    message_ids: tuple[str, ...] = ()
    header_id: str
    """The Message-ID, fixed before the first try so that a repeat is recognised."""
    bucket: int
    due_at: datetime
    """When to try (next); while a worker is at it, when its lease ends."""
    attempts: int = 0


class Undelivered(Record, kw_only=True, frozen=True):
    """The last mail to somebody did not arrive. Its id is that person's; it goes once one does."""

    kind = "undelivered"
    school_id: str
    to: str
    cause: Literal["address", "letter", "time"]
    """What was wrong: where it goes, what it is, or nobody took it for too long."""
    said: str
    """In the mail server's words, without addresses."""
    failed_at: datetime


KINDS: tuple[type[Record], ...] = (
    Deployment, School, SchoolClass, Pupil, Placement, Guardian, Guardianship, Teacher, TeamMember,
    Substitute, Availability, SchoolCalendar, Role,
    Account, Session, Ticket, PushSubscription, Link, Conversation, Participation, Message, Notice,
    Delivery, Mailed, Mail, Undelivered,
)  # fmt: skip

SCHOOLS = Index(School, ("demo", "id"))
CLASSES_OF_SCHOOL = Index(SchoolClass, ("school_id", "year", "sis_id"), unique=True)
PUPILS_OF_SCHOOL = Index(Pupil, ("school_id", "sis_id"), unique=True)
PLACEMENTS_OF_CLASS = Index(Placement, ("class_id", "pupil_id"), unique=True)
PLACEMENTS_OF_PUPIL = Index(Placement, ("pupil_id",))
PLACEMENTS_OF_SCHOOL = Index(Placement, ("school_id", "year", "id"))
GUARDIANS_OF_SCHOOL = Index(Guardian, ("school_id", "sis_id"), unique=True)
GUARDIANSHIPS_OF_PUPIL = Index(Guardianship, ("pupil_id", "guardian_id"), unique=True)
GUARDIANSHIPS_OF_GUARDIAN = Index(Guardianship, ("guardian_id",))
GUARDIANSHIPS_OF_SCHOOL = Index(Guardianship, ("school_id", "id"))
TEACHERS_OF_SCHOOL = Index(Teacher, ("school_id", "sis_id"), unique=True)
TEAM_OF_CLASS = Index(TeamMember, ("class_id", "teacher_id"), unique=True)
CLASSES_OF_TEACHER = Index(TeamMember, ("teacher_id",))
TEAMS_OF_SCHOOL = Index(TeamMember, ("school_id", "id"))
SUBSTITUTES_OF_CLASS = Index(Substitute, ("class_id", "teacher_id"), unique=True)
CLASSES_OF_SUBSTITUTE = Index(Substitute, ("teacher_id",))
AVAILABILITIES_OF_SCHOOL = Index(Availability, ("school_id", "id"))
ROLES_OF_ACCOUNT = Index(Role, ("account_id",))
ROLES_OF_SCHOOL = Index(Role, ("school_id", "role"))
ACCOUNT_BY_EMAIL = Index(Account, ("email",), unique=True)
SESSIONS_OF_ACCOUNT = Index(Session, ("account_id", "expires_at"))
SESSIONS_EXPIRED = Index(Session, ("bucket", "expires_at"))
SUBSCRIPTIONS_OF_ACCOUNT = Index(PushSubscription, ("account_id", "made_at"))
SUBSCRIPTIONS_OF_SESSION = Index(PushSubscription, ("session_id",))
TICKETS_EXPIRED = Index(Ticket, ("bucket", "expires_at"))
LINKS_OF_PERSON = Index(Link, ("person_id", "made_at"))
LINKS_OF_ACCOUNT = Index(Link, ("account_id", "made_at"))
LINKS_EXPIRED = Index(Link, ("purpose", "bucket", "expires_at"))
CONVERSATIONS_OF_CLASS = Index(Conversation, ("class_id", "order"))
CONVERSATIONS_CHANGED = Index(Conversation, ("bucket", "changed_at"), shared=True)
CONVERSATIONS_UNREAD = Index(Conversation, ("school_id", "unread_since"), sparse="unread_since")
PARTICIPATIONS_OF_GUARDIAN = Index(Participation, ("guardian_id",))
MESSAGES = Index(Message, ("id",))
"""A message's id sorts by conversation and `seq`: bound it with `ids.of_message`."""
MESSAGES_REVISED = Index(Message, ("conversation_id", "revised"), sparse="revised")
MESSAGE_BY_KEY = Index(Message, ("conversation_id", "author_id", "key"), unique=True)
NOTICES_DUE = Index(Notice, ("bucket", "due_at"))
DELIVERIES_DUE = Index(Delivery, ("road", "bucket", "due_at"))
DELIVERIES_OF_PERSON = Index(Delivery, ("person_id", "road", "due_at"))
MAILED_EXPIRED = Index(Mailed, ("bucket", "expires_at"))
MAIL_DUE = Index(Mail, ("bucket", "due_at"))
UNDELIVERED_OF_SCHOOL = Index(Undelivered, ("school_id", "failed_at"))

INDEXES: tuple[Index[Record], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Index)
)

BUCKETS = 16
"""What a clock asks for is spread over this many ranges, so that workers don't crowd one."""


def indexes_of(kind: type[Record]) -> Sequence[Index[Record]]:
    return [index for index in INDEXES if index.record is kind]


def index_value(value: object) -> str | int | None:
    """A field as it stands in an index: instants as whole milliseconds, truth as 0 or 1."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return instant_ms(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} cannot stand in an index")


def instant_ms(at: datetime) -> int:
    """Milliseconds since 1970: how an instant is bounded in `Store.find`."""
    return round(at.timestamp() * 1000)
