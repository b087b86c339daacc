"""Whether the demo school is there, whole and alone; and the password of all its people."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from typing import Literal

from server.demo.names import SCHOOL_ID
from storage.schema import ROLES_OF_SCHOOL, SCHOOLS
from storage.store import Store

Standing = Literal["empty", "unfinished", "whole", "beside"]


async def stands(store: Store) -> Standing:
    """`beside`: there is a school that is none of ours, with a demo or without.

    Who of the office can log in comes last when it is made, and goes first.
    """
    if await store.find(SCHOOLS, False, limit=1):
        return "beside"
    if not await store.find(SCHOOLS, True, limit=1):
        return "empty"
    office = await store.find(ROLES_OF_SCHOOL, SCHOOL_ID, "office", limit=1)
    return "whole" if office else "unfinished"


def password_of(secret: bytes) -> str:
    """Of each server another, and of each start of one the same: nobody can look it up."""
    letters = b32encode(hmac.digest(secret, b"hekje demo school", hashlib.sha256)).decode().lower()
    return "-".join((letters[:4], letters[4:8], letters[8:12]))
