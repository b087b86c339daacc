"""Hands letters to a mail server, over connections that are used again.

Each step says another thing when it fails. Before the recipient is named no
letter is at fault; the recipient's step is about the address; what follows is
about the letter itself.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from email.message import EmailMessage

import aiosmtplib

from server.notify.refusals import Cause, NotSent, Refused, TryLater, Unreachable
from server.notify.smtp_address import SmtpAddress

STEP_SECONDS = 20.0
"""How long the mail server may take for one answer."""
LETTER_SECONDS = 120.0
"""How long a letter may take once it is begun; less than an outbox lease.

All of it may go into the last answer: whoever hangs up then sends the letter
twice (RFC 1047), and some servers read it first.
"""
KEPT = 3
"""Connections that stay open between letters."""
IDLE_SECONDS = 30.0
"""How long an unused connection stays open; servers hang up by themselves after minutes."""

_FAILED = (aiosmtplib.SMTPException, OSError)


class SmtpTransport:
    """Opens as many connections as letters are sent at the same time: whoever sends bounds that."""

    def __init__(
        self,
        address: SmtpAddress,
        *,
        tls_context: ssl.SSLContext | None = None,
        patience: float = STEP_SECONDS,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self._address = address
        self._tls_context = tls_context
        self._patience = patience
        self._idle_seconds = idle
        self._idle: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._own_name: str | None = None

    async def send(self, message: EmailMessage) -> None:
        """Hand over one letter. Raises `Refused`, `TryLater` or `Unreachable`."""
        client = await self._begin(message)
        refusal: NotSent | None = None
        over = False
        try:
            async with asyncio.timeout(LETTER_SECONDS):
                refusal = await _finish(client, message)
            over = True
        except TimeoutError:
            raise TryLater("the mail server took too long") from None
        except _FAILED as error:
            raise TryLater(_reason(error)) from None
        finally:
            # also when cancelled halfway: what the server still says belongs to no letter
            if over and client.is_connected:
                self._keep(client)
            else:
                client.close()
        if refusal is not None:
            raise refusal

    async def knock(self) -> None:
        """Connect, encrypt and log in, and no more. Raises `Unreachable`."""
        self._keep(await self._connect())

    async def close(self) -> None:
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            await _quit(client)
        await asyncio.gather(*self._leaving)

    async def _begin(self, message: EmailMessage) -> aiosmtplib.SMTP:
        """A connection that has taken the sender, which shows that it still stands.

        Asked before the letter is begun: once that has gone out, nobody can
        tell whether it arrived.
        """
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            if await self._takes_sender(client, message) is None:
                return client
        client = await self._connect()
        trouble = await self._takes_sender(client, message)
        if trouble is not None:
            raise Unreachable(f"it takes no mail from us: {_reason(trouble)}")
        return client

    async def _takes_sender(
        self, client: aiosmtplib.SMTP, message: EmailMessage
    ) -> Exception | None:
        """What was wrong with the connection, which is then closed. May raise `Refused`."""
        try:
            options = _options(client, message)
        except Refused:
            self._keep(client)
            raise
        try:
            await client.mail(message["From"].addresses[0].addr_spec, options=options)
        except (*_FAILED, ValueError) as error:
            client.close()
            return error
        except asyncio.CancelledError:
            client.close()
            raise
        return None

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._own_name is None:  # asks the network, and may wait for it
            self._own_name = await asyncio.to_thread(socket.getfqdn)
        address = self._address
        client = aiosmtplib.SMTP(
            hostname=address.host,
            port=address.port,
            username=address.username,
            password=address.password,
            use_tls=address.security == "tls",
            # never None, which would send in clear when the server offers no encryption
            start_tls=address.security == "starttls",
            tls_context=self._tls_context if address.security != "none" else None,
            local_hostname=self._own_name,
            timeout=self._patience,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (*_FAILED, ValueError) as error:
            client.close()
            raise Unreachable(f"no connection to the mail server: {_reason(error)}") from None
        except asyncio.CancelledError:
            client.close()
            raise
        return client

    def _keep(self, client: aiosmtplib.SMTP) -> None:
        if len(self._idle) >= KEPT:
            self._let_go(client)
            return
        loop = asyncio.get_running_loop()
        self._idle[client] = loop.call_later(self._idle_seconds, self._let_go, client)

    def _let_go(self, client: aiosmtplib.SMTP) -> None:
        self._idle.pop(client, None)
        leaving = asyncio.create_task(_quit(client))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


def _options(client: aiosmtplib.SMTP, message: EmailMessage) -> list[str]:
    """What the sender's step says of the letter to come."""
    options = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
    if not _reader(message).isascii():
        if not client.supports_extension("smtputf8"):
            raise Refused("address", "the mail server knows no addresses with such letters")
        options.append("SMTPUTF8")
    return options


async def _finish(client: aiosmtplib.SMTP, message: EmailMessage) -> NotSent | None:
    """Recipient and letter. Answers what the server said against them; it is then as new."""
    reader = _reader(message)
    cte = "8bit" if client.supports_extension("8bitmime") else "7bit"
    try:
        await client.rcpt(reader, encoding="ascii" if reader.isascii() else "utf-8")
        letter = message.as_bytes(policy=message.policy.clone(cte_type=cte))
        await client.data(letter, timeout=LETTER_SECONDS)
    except aiosmtplib.SMTPResponseException as error:
        if error.code == aiosmtplib.SMTPStatus.domain_unavailable:
            client.close()  # 421: it says goodbye
        else:
            await client.rset()
        if error.code < 500:
            return TryLater(_reason(error))
        return Refused(_cause(error), _reason(error))
    except ValueError as error:
        return Refused("address", _reason(error))
    return None


def _reader(message: EmailMessage) -> str:
    reader: str = message["To"].addresses[0].addr_spec
    return reader


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=1)
    except _FAILED:
        client.close()


def _cause(error: aiosmtplib.SMTPResponseException) -> Cause:
    """By the enhanced status code (RFC 3463) if there is one, else by the step and its code."""
    enhanced = _ENHANCED.match(error.message)
    if enhanced is not None:
        return "address" if _ABOUT_ADDRESS.fullmatch(enhanced[1]) else "letter"
    at_recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    return "address" if at_recipient and error.code in _NO_SUCH_MAILBOX else "letter"


_ENHANCED = re.compile(r"5\.(\d{1,3}\.\d{1,3})\b")
_ABOUT_ADDRESS = re.compile(r"1\.(?:[0-6]|9|10)|2\.[0-24]|4\.[14]")
"""Of 5.x.y: the mailbox or its domain is not there; Exchange Online says 5.4.1 of an unknown one."""
_NO_SUCH_MAILBOX = frozenset({550, 551, 552, 553, 556})


def _reason(error: Exception) -> str:
    """What went wrong in one short line that names nobody."""
    text = str(error)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{error.code} {error.message}"
    bare = _ADDRESS.sub("…", " ".join(text.split()))
    return f"{bare or type(error).__name__}"[:200]


_ADDRESS = re.compile(r"\S*@\S*")
