"""Mailboxes: whom a mail is from or to, as its header has it."""

from __future__ import annotations

import re
import unicodedata
from email.errors import HeaderParseError
from email.headerregistry import Address

import idna

LONGEST_LOCAL_PART, LONGEST_ADDRESS = 64, 254
"""Bytes, as in RFC 5321."""

_ATOMS = re.compile(r"[^\s\"(),.:;<>@\[\]\\]+(\.[^\s\"(),.:;<>@\[\]\\]+)*")
"""A local part that needs no quotes, in any script."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class NotAnAddress(ValueError):
    """No mail can go there."""


def sender_of(written: str) -> Address:
    """Of `De Regenboog <hekje@school.example>` or an address alone; raises `NotAnAddress` or ValueError.

    A comma may stand in the name: there is one sender.
    """
    refuse_controls(written)
    name, bracket, rest = written.strip().rpartition("<")
    email = rest.removesuffix(">") if bracket else rest
    if bracket and not rest.endswith(">"):
        raise NotAnAddress("not an address")
    name = name.strip()
    if quoted := _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", quoted[1])
    elif any(char in '"<>@' for char in name):  # another address, or half of a name
        raise NotAnAddress("not one address")
    address = address_of(name, email)
    if not address.username.isascii():  # few who get mail could be reached from there
        raise NotAnAddress("the address is not in ASCII")
    return address


def address_of(name: str, email: str) -> Address:
    """A mailbox for a header, its domain as the mail system writes it.

    Raises `NotAnAddress`, or ValueError for a name that could break out of a header.
    """
    refuse_controls(name)
    local_part, _, domain = email.rpartition("@")
    try:
        refuse_controls(email)
        # as in IDNA 2008: the older rules would write straße.example as strasse, which is another's
        domain = idna.encode(domain, uts46=True).decode()
        address = Address(name, addr_spec=f"{_stand_in(local_part)}@{domain}")
    except (HeaderParseError, IndexError, ValueError):  # its parser raises the first two
        raise NotAnAddress("not an address") from None
    if not local_part.isascii():
        address = Address(name, username=local_part, domain=domain)
    if len(local_part.encode()) > LONGEST_LOCAL_PART or (
        len(address.addr_spec.encode()) > LONGEST_ADDRESS
    ):
        raise NotAnAddress("the address is too long")
    return address


def _stand_in(local_part: str) -> str:
    """What the parser, which knows ASCII only and forgives comments, is to look at."""
    if local_part.startswith('"') and local_part.isascii():
        return local_part
    if not _ATOMS.fullmatch(local_part):
        raise ValueError
    return local_part if local_part.isascii() else "x"


def refuse_controls(text: str) -> None:
    """Raises ValueError for CR, LF, NUL, U+2028 and their like, which `email` takes in part."""
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
        raise ValueError("a control character or line break in a mail header")
