"""Letters: what a mail says, in the reader's language, as text and as HTML.

They name the school and the reader, and nobody else: no message, and no child
unless the school allows it. The text template's first line is the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import css_inline
import jinja2

from server.notify.digests import WaitingInClass
from server.notify.mailbox import address_of, refuse_controls, sender_of
from server.tokens import link_token, unsubscribe_token
from storage.schema import Link, Mail, School

LOCALES = ("nl", "en")
PAGES = {"activation": "activate", "reset": "reset", "merge": "merge"}
"""Where a link leads: `{HEKJE_URL}/PAGE#TOKEN`, its secret in the fragment that no log sees."""
LONGEST_LINE = 990
"""Bytes; a mail server takes 998."""

_TEMPLATES = Path(__file__).parent / "templates"
_DAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# fmt: off
_MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}
# fmt: on
_AT = {"nl": "om", "en": "at"}


class Letters:
    """Writes letters with links that only this server can sign."""

    def __init__(self, url: str, mail_from: str, secret: bytes) -> None:
        self._url = url
        self._secret = secret
        self._from = sender_of(mail_from)
        loader = jinja2.FileSystemLoader(_TEMPLATES)
        self._words = jinja2.Environment(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            autoescape=jinja2.select_autoescape(["html"]),
        )
        self._words.filters["day_and_time"] = day_and_time
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False)

    @property
    def host(self) -> str:
        """Of this server, for the ids of its mails."""
        return urlsplit(self._url).hostname or "localhost"

    def activation(
        self, mail: Mail, link: Link, *, school: School, name: str, now: datetime
    ) -> EmailMessage:
        """An invitation. Raises `NotAnAddress`, or ValueError for what no header can hold."""
        refuse_controls(school.name)
        facts = {"school": school.name, "role": link.role, "heading": school.name}
        return self._letter(mail, name, now, facts | self._linked(mail, link, school.timezone))

    def to_account(
        self, mail: Mail, link: Link, *, name: str, timezone: str, now: datetime
    ) -> EmailMessage:
        """What an account has asked for, such as a new password. Raises as `activation` does."""
        facts = {"heading": "Hekje"}
        return self._letter(mail, name, now, facts | self._linked(mail, link, timezone))

    def digest(
        self,
        mail: Mail,
        waiting: Sequence[WaitingInClass],
        *,
        school: School,
        name: str,
        now: datetime,
    ) -> EmailMessage:
        """What waits for a teacher. Raises as `activation` does."""
        token = quote(unsubscribe_token(self._secret, mail.person_id), safe="")
        unsubscribe = f"{self._url}/unsubscribe/{token}"
        facts = self._waiting(waiting, school) | {"unsubscribe": unsubscribe}
        message = self._letter(mail, name, now, facts)
        offer_unsubscribe(message, unsubscribe)
        return message

    def news(
        self,
        mail: Mail,
        waiting: Sequence[WaitingInClass],
        *,
        school: School,
        name: str,
        now: datetime,
    ) -> EmailMessage:
        """What waits for a guardian. Raises as `activation` does."""
        return self._letter(mail, name, now, self._waiting(waiting, school))

    def _linked(self, mail: Mail, link: Link, timezone: str) -> dict[str, Any]:
        token = link_token(self._secret, link.id)
        return {
            "link": f"{self._url}/{PAGES[mail.template]}#{token}",
            "until": spoken(link.expires_at.astimezone(ZoneInfo(timezone)), _locale(mail)),
        }

    def _waiting(self, waiting: Sequence[WaitingInClass], school: School) -> dict[str, Any]:
        refuse_controls(school.name)
        return {
            "school": school.name,
            "heading": school.name,
            "zone": ZoneInfo(school.timezone),
            "url": self._url,
            "classes": waiting,
            "total": sum(one.messages for each in waiting for one in each.conversations),
        }

    def _letter(self, mail: Mail, name: str, now: datetime, facts: dict[str, Any]) -> EmailMessage:
        locale = _locale(mail)
        facts = facts | {"locale": locale, "name": name}
        template = f"{mail.template}.{locale}"
        subject, _, text = self._words.get_template(f"{template}.txt").render(facts).partition("\n")
        html = self._words.get_template(f"{template}.html").render(facts, subject=subject)
        message = _envelope(self._from, address_of(name, mail.to), subject, mail.header_id, now)
        message.set_content(text, cte=_encoding(text))
        inlined = self._inliner.inline(html)
        message.add_alternative(inlined, subtype="html", cte=_encoding(inlined))
        return message


def _locale(mail: Mail) -> str:
    return mail.locale if mail.locale in LOCALES else LOCALES[0]


def spoken(at: datetime, locale: str) -> str:
    """`dinsdag 8 december 2026 om 14:05`, in the time zone that `at` has."""
    day, month = _DAYS[locale][at.weekday()], _MONTHS[locale][at.month - 1]
    return f"{day} {at.day} {month} {at.year} {_AT[locale]} {at:%H:%M}"


def day_and_time(at: datetime, locale: str) -> str:
    """`dinsdag 8 december om 14:05`: for what was not long ago."""
    return spoken(at, locale).replace(f" {at.year} ", " ")


def offer_unsubscribe(message: EmailMessage, url: str) -> None:
    """One click in the mail program and no more of these (RFC 8058); `url` takes a bare POST.

    For mail that comes again and again; never for a link that somebody needs to get in.
    """
    message["List-Unsubscribe"] = f"<{url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _envelope(
    sender: Address, reader: Address, subject: str, header_id: str, now: datetime
) -> EmailMessage:
    refuse_controls(subject)
    refuse_controls(header_id)
    message = EmailMessage(policy=_ASCII if reader.addr_spec.isascii() else _UTF8)
    message["From"] = sender
    message["To"] = reader
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = header_id
    # so that an out-of-office answers nobody (RFC 3834, and Exchange's own header)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A long URL as it is: `email` would write it as an encoded word, which no mail program clicks."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Verbatim)
_ASCII, _UTF8 = (policy.clone(header_factory=_headers) for policy in (SMTP, SMTPUTF8))
"""The second for an address that cannot be written in ASCII, which few mail servers take."""


def _encoding(text: str) -> str:
    """As it is, so that a link in a letter on disk can be copied, unless a line is too long."""
    longest = max(len(line.encode()) for line in text.splitlines())
    return "8bit" if longest <= LONGEST_LINE else "quoted-printable"
