"""How a letter leaves the house: over SMTP, encrypted, or as a file in a folder."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from server.notify.refusals import Unreachable
from server.notify.smtp import SmtpTransport
from server.notify.smtp_address import parse_smtp

DEMO_DOMAIN = "vuurvlinder.example"
"""Where nobody in the world has an address (RFC 2606), and everybody of the demo school."""


class Transport(Protocol):
    """Carries letters."""

    async def send(self, message: EmailMessage) -> None:
        """Hand over one letter. Raises one of `refusals`."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


def open_transport(
    smtp: str, folder: Path, *, tls_context: ssl.SSLContext | None = None
) -> Transport:
    """By SMTP when there is an address (see `parse_smtp`), else into `folder`.

    Mail to people of the demo school goes into the folder whatever the settings say.
    """
    into_folder = FolderTransport(folder)
    if smtp:
        by_smtp = SmtpTransport(parse_smtp(smtp), tls_context=tls_context)
        return ApartTransport(by_smtp, into_folder)
    return into_folder


def is_of_demo(address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    return domain == DEMO_DOMAIN or domain.endswith(f".{DEMO_DOMAIN}")


class ApartTransport:
    """Keeps the mail of invented people in the house."""

    def __init__(self, others: Transport, of_demo: Transport) -> None:
        self._others, self._of_demo = others, of_demo

    async def send(self, message: EmailMessage) -> None:
        _, address = parseaddr(str(message["To"]))
        await (self._of_demo if is_of_demo(address) else self._others).send(message)

    async def close(self) -> None:
        await self._others.close()
        await self._of_demo.close()


class FolderTransport:
    """Writes letters into a folder, for a start without a mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._write, _file_name(message), bytes(message))
        except OSError as error:
            raise Unreachable(f"the mail folder cannot be written: {error.strerror}") from None

    async def close(self) -> None:
        pass

    def _write(self, name: str, letter: bytes) -> None:
        """Whole or not at all; for its owner's eyes, since a letter may hold a key."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self._folder / name)


def _file_name(message: EmailMessage) -> str:
    """From the Message-ID, so that a letter written twice is one file."""
    local_part = str(message["Message-ID"]).strip("<> ").partition("@")[0]
    return re.sub(r"[^A-Za-z0-9._-]", "_", local_part).lstrip(".")[:100] + ".eml"
