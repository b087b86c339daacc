"""A real mail server for tests: takes letters, or refuses as it was told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LETTER
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "pass word/#1"
DROPS = "drop the connection"


class _Line(SMTP):
    """One connection; stays quiet when the caller hangs up halfway."""

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.lines.discard(self)


@dataclass
class PostOffice:
    """`answers` are given to the next recipients in turn; then every letter is taken.

    A recipient with `slow` in the address is answered once `slow_ones` is set,
    and the letter to one with `late` is receipted then.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    """As named in the envelope."""
    answers: list[str] = field(default_factory=list)
    to_senders: list[str] = field(default_factory=list)
    """Likewise for the next senders."""
    to_letters: list[str] = field(default_factory=list)
    """Likewise for the next letters; one that is answered with `DROPS` was taken all the same."""
    slow_ones: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    """Slow ones that are not answered yet."""
    knows: frozenset[str] = frozenset({"8BITMIME", "SMTPUTF8"})
    """Extensions that it offers."""
    lines: set[_Line] = field(default_factory=set)
    calls: int = 0
    """Connections made so far."""
    encrypted: bool = False
    port: int = 0

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        unknown = {"8BITMIME", "SMTPUTF8"} - self.knows
        return [line for line in responses if line[4:] not in unknown]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        answer = self.to_senders.pop(0) if self.to_senders else "250 OK"
        if answer.startswith("2"):
            envelope.mail_from = sender
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if "slow" in to:
            self.waiting += 1
            await self.slow_ones.wait()
            self.waiting -= 1
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == DROPS:
            _abort(server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.to_letters.pop(0) if self.to_letters else "250 OK"
        if answer.startswith("2") or answer == DROPS:
            letter = message_from_bytes(envelope.original_content or b"", policy=LETTER)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.recipients += envelope.rcpt_tos
            self.encrypted = session.ssl is not None
        if answer == DROPS:
            _abort(server)
        if "late" in envelope.rcpt_tos[0]:
            self.waiting += 1
            await self.slow_ones.wait()
        return answer

    def hang_up(self) -> None:
        for line in list(self.lines):
            _abort(line)


def _abort(line: SMTP) -> None:
    if isinstance(line.transport, asyncio.Transport):
        line.transport.abort()


@asynccontextmanager
async def post_office(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[PostOffice]:
    """Open for letters on a free port of this machine; with `login` only for hekje's own."""
    office = PostOffice()

    def line() -> _Line:
        made = _Line(
            office,
            hostname="post.example",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=login,
            auth_require_tls=tls is None,
            authenticator=_knows,
        )
        office.calls += 1
        office.lines.add(made)
        return made

    loop = asyncio.get_running_loop()
    server = await loop.create_server(line, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        office.hang_up()
        await server.wait_closed()


def _knows(server: SMTP, session: Session, envelope: Envelope, how: str, who: Any) -> AuthResult:
    right = isinstance(who, LoginPassword) and who.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)
