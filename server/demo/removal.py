"""Takes the demo school away: its records, the accounts known nowhere else, and the mail to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from email.parser import BytesHeaderParser
from email.policy import default as modern
from email.utils import parseaddr
from pathlib import Path
from typing import TypeVar

from server.demo.names import SCHOOL_ID
from server.notify.transport import is_of_demo
from storage import ids
from storage.schema import (
    KINDS,
    ROLES_OF_ACCOUNT,
    Account,
    Index,
    Link,
    Mail,
    PushSubscription,
    Record,
    Role,
    School,
    Session,
    Ticket,
)
from storage.store import Store
from storage.writes import Delete, Replace, Stale, Write

PAGE = 500

R = TypeVar("R", bound=Record)


async def remove(store: Store, letters: Path) -> None:
    """May be done again after a crash; `letters` is the folder that mail is written to.

    Without an office a demo counts as unfinished, so that goes before the rest. Accounts go
    before the roles by which they are found, and the school last.
    """
    school = await store.get(School, SCHOOL_ID)
    if school is None or not school.demo:
        return
    roles = [role async for role in _each(store, Role) if role.school_id == SCHOOL_ID]
    gone = frozenset([role.account_id for role in roles if await _is_known_here_alone(store, role)])
    await _remove_ways_in(store, gone)
    await _close_office(store, gone)
    await _remove(store, Account, lambda account: account.id in gone)
    await _remove_ways_in(store, gone)  # whoever came in meanwhile
    for kind in KINDS:
        if kind is not School:
            await _remove(store, kind, lambda record: ids.school_of(record.id) == SCHOOL_ID)
    await _remove(store, School, lambda one: one.id == SCHOOL_ID)
    await asyncio.to_thread(_remove_letters, letters)


async def _is_known_here_alone(store: Store, role: Role) -> bool:
    everywhere = await store.find(ROLES_OF_ACCOUNT, role.account_id, limit=PAGE)
    return all(one.school_id == SCHOOL_ID for one in everywhere)


async def _remove_ways_in(store: Store, gone: frozenset[str]) -> None:
    """Sessions with what hangs on them, links, and mail that has not gone out."""
    sessions = {one.id async for one in _each(store, Session) if one.account_id in gone}
    await _remove(store, Ticket, lambda ticket: ticket.session_id in sessions)
    await _remove(store, PushSubscription, lambda device: device.account_id in gone)
    await _remove(store, Session, lambda session: session.account_id in gone)
    await _remove(store, Link, lambda link: link.school_id == SCHOOL_ID or link.account_id in gone)
    await _remove(
        store,
        Mail,
        lambda mail: is_of_demo(mail.to) or ids.school_of(mail.person_id) == SCHOOL_ID,
    )


async def _close_office(store: Store, gone: frozenset[str]) -> None:
    """In one commit. The school is replaced as well: whoever is connected is looked at again."""
    writes: list[Write] = []
    async for role in _each(store, Role):
        if role.school_id == SCHOOL_ID and role.role == "office":
            account = await store.get(Account, role.account_id)
            writes.append(Delete(role))
            writes += [Delete(account)] if account and account.id in gone else []
    school = await store.get(School, SCHOOL_ID)
    await store.commit([*writes, *([Replace(school)] if school else [])])


async def _remove(store: Store, kind: type[R], is_of_it: Callable[[R], bool]) -> None:
    """Those of a kind; what changes meanwhile is read again."""
    last = ""
    while True:
        page = await store.find(Index(kind, ("id",)), after=last, limit=PAGE)
        try:
            await store.commit([Delete(record) for record in page if is_of_it(record)])
        except Stale:
            continue
        if len(page) < PAGE:
            return
        last = page[-1].id


async def _each(store: Store, kind: type[R]) -> AsyncIterator[R]:
    last = ""
    while True:
        page = await store.find(Index(kind, ("id",)), after=last, limit=PAGE)
        for record in page:
            yield record
        if len(page) < PAGE:
            return
        last = page[-1].id


def _remove_letters(folder: Path) -> None:
    for path in folder.glob("*.eml"):
        with suppress(OSError):
            with path.open("rb") as file:
                to = BytesHeaderParser(policy=modern).parse(file)["To"]
            if is_of_demo(parseaddr(str(to))[1]):
                path.unlink()
