"""A database of an older Hekje becomes one of today, whole or not at all."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from storage import ids
from storage.migrations import STEPS, Step, Steps
from storage.mongo import open_mongo
from storage.mongo.driver import connect
from storage.mongo.migrate import migrate as migrate_mongo
from storage.schema import (
    ACCOUNT_BY_EMAIL,
    BUCKETS,
    CONVERSATIONS_UNREAD,
    INDEXES,
    KINDS,
    LINKS_EXPIRED,
    MAIL_DUE,
    MESSAGES,
    SCHEMA_VERSION,
    SESSIONS_EXPIRED,
    Account,
    Conversation,
    Deployment,
    Message,
    Record,
)
from storage.sqlite import open_sqlite
from storage.sqlite.migrate import migrate, version_of
from storage.writes import Insert, NewerDatabase, Replace
from tests.cast import REGENBOOG, account_records

OLD = Path(__file__).parent / "old" / "version1.sql"
"""A file of the first version, with the cast, a link, a mail and a conversation of three messages."""
FATIMAS = REGENBOOG.session("fatima")
CONVERSATION = ids.of_conversation(REGENBOOG.groep_3b, REGENBOOG.sami, (REGENBOOG.fatima,))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "hekje.db"
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.execute(OLD.read_text())
    connection.close()
    return path


def contents(path: Path) -> dict[str, list[Any]]:
    """Every table, and what makes it and its indexes."""
    connection = apsw.Connection(str(path))
    made = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    found: dict[str, list[Any]] = {"": made, "version": [version_of(connection)]}
    for name, sql in made:
        if str(sql).startswith("CREATE TABLE"):
            found[str(name)] = connection.execute(f"SELECT * FROM '{name}'").fetchall()
    connection.close()
    return found


# --- SQLite --------------------------------------------------------------------------------


async def test_what_the_first_version_kept_is_there_today(old: Path) -> None:
    assert contents(old)["version"] == [1]
    store = await open_sqlite(old)
    deployment = await store.get(Deployment, "deployment")
    assert deployment
    assert deployment.epoch == "first"
    [fatima] = await store.find(ACCOUNT_BY_EMAIL, "fatima@regenboog.example", limit=1)
    assert fatima.name == "Fatima Amrani"
    first, last = ids.of_message(CONVERSATION, 0), ids.of_message(CONVERSATION, ids.LAST_SEQ)
    messages = await store.find(MESSAGES, after=first, before=last, limit=9)
    assert [message.text for message in messages] == [
        "Sami is vandaag ziek thuis",
        "Beterschap! Hij mist de gymles",
        "Dank u wel, juf Ångström",
    ]
    for word, said in (("thuis", 0), ("gym", 1), ("angstrom", 2)):
        assert await store.search([CONVERSATION], [word], limit=9) == [messages[said]]
    about = await store.get(Conversation, CONVERSATION)
    assert about
    await store.commit([Replace(about)])
    bucket = ids.bucket("themail")
    assert [mail.id for mail in await store.find(MAIL_DUE, bucket, limit=9)] == ["themail"]
    await store.close()


async def test_what_the_second_version_asks_of_sessions_and_links_can_be_asked(old: Path) -> None:
    store = await open_sqlite(old)
    for bucket in range(BUCKETS):
        ended = await store.find(SESSIONS_EXPIRED, bucket, before=10**14, limit=99)
        assert [s.id for s in ended if s.id == FATIMAS] == [FATIMAS] * (
            bucket == ids.bucket(FATIMAS)
        )
    bucket = ids.bucket("thelink")
    assert [link.id for link in await store.find(LINKS_EXPIRED, "activate", bucket, limit=9)] == [
        "thelink"
    ]
    await store.close()


async def test_what_nobody_had_read_by_the_third_version_waits_since_its_last_change(
    old: Path,
) -> None:
    store = await open_sqlite(old)
    [waits] = await store.find(CONVERSATIONS_UNREAD, "regenboog", after=0, limit=9)
    assert (waits.id, waits.unread_since) == (CONVERSATION, waits.changed_at)
    await store.close()


def test_what_was_read_or_handled_before_the_third_version_does_not_wait() -> None:
    [step] = [step for step in STEPS[3] if step.kind == "conversation"]
    unread = {
        "guardian_ids": ["fatima"], "positions": {"fatima": 3}, "last_seq": 3, "handled": False,
        "changed_at": "2026-11-23T19:08:00Z",
    }  # fmt: skip
    assert step.change(unread)["unread_since"] == unread["changed_at"]
    for done in ({"positions": {"anna": 3}}, {"handled": True}, {"last_seq": 0}):
        assert "unread_since" not in step.change({**unread, **done})


def test_a_step_done_twice_comes_to_the_same(old: Path) -> None:
    connection = apsw.Connection(str(old))
    for step in (step for steps in STEPS.values() for step in steps):
        bodies = connection.execute(f"SELECT body FROM {step.kind}").fetchall()
        assert bodies, f"the old file has no {step.kind}"
        for (body,) in bodies:
            once = step.change(msgspec.json.decode(str(body)))
            assert step.change(dict(once)) == once
    connection.close()


async def test_an_older_database_ends_up_made_like_a_new_one(old: Path, tmp_path: Path) -> None:
    await (await open_sqlite(old)).close()
    new = tmp_path / "new.db"
    await (await open_sqlite(new)).close()
    assert _made(contents(old)) == _made(contents(new))
    before = contents(old)
    await (await open_sqlite(old)).close()
    assert contents(old) == before, "a second start changes nothing"


def _made(found: dict[str, list[Any]]) -> Any:
    """SQLite writes a table's name in quotes once it was renamed."""
    return [(name, str(sql).replace(f'TABLE "{name}"', f"TABLE {name}")) for name, sql in found[""]]


async def test_a_step_changes_the_records_of_its_kind_in_order(old: Path) -> None:
    steps = also(Step("account", rename), Step("account", shout))
    migrate(old, {**steps, SCHEMA_VERSION + 1: (Step("account", fail),)})
    store = await open_sqlite(old)
    [fatima] = await store.find(ACCOUNT_BY_EMAIL, "fatima@regenboog.example", limit=1)
    assert (fatima.name, fatima.version) == ("GUARDIAN FATIMA AMRANI", 1)
    await store.close()
    migrate(old, also(Step("account", fail)))  # it has been there


async def test_a_step_that_fails_leaves_all_as_it_was(old: Path) -> None:
    before = contents(old)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            migrate(old, also(Step("account", shout), Step("message", fail)))
        assert contents(old) == before
    migrate(old, also(Step("account", shout)))
    assert contents(old)["version"] == [SCHEMA_VERSION]


async def test_an_index_that_is_not_declared_any_more_binds_nobody(old: Path) -> None:
    connection = apsw.Connection(str(old))
    connection.execute("CREATE UNIQUE INDEX account_by_name ON account (body ->> 'name')")
    connection.close()
    store = await open_sqlite(old)
    await store.commit(
        [Insert(Account(id="another", email="another@x.example", name="Anna Jansen", password="!"))]
    )
    await store.close()


def also(*steps: Step) -> Steps:
    """These after those of the last version."""
    return {**STEPS, SCHEMA_VERSION: (*STEPS.get(SCHEMA_VERSION, ()), *steps)}


def rename(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "name": f"guardian {body['name'].removeprefix('guardian ')}"}


def shout(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "name": body["name"].upper()}


def fail(body: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


# --- MongoDB -------------------------------------------------------------------------------


@pytest.fixture
def address(mongo_server: str) -> str:
    return f"{mongo_server}/hekje_{secrets.token_hex(6)}"


async def test_on_mongodb_a_migration_goes_on_where_it_was_cut_short(address: str) -> None:
    store = await open_mongo(address)
    accounts = [record for record in account_records(REGENBOOG) if isinstance(record, Account)]
    await store.commit([Insert(account) for account in accounts])
    await store.close()
    client, database = connect(address, "pymongo")
    async with client:
        await make_older(database)
        left = iter(range(3))

        def cut_short(body: dict[str, Any]) -> dict[str, Any]:
            if next(left, None) is None:
                raise ZeroDivisionError
            return shout(body)

        with pytest.raises(ZeroDivisionError):
            await migrate_mongo(database, {SCHEMA_VERSION: (Step("account", cut_short),)})
        found = await database["schema"].find_one({})
        assert found
        assert found["version"] == SCHEMA_VERSION - 1
        both = [migrate_mongo(database, {SCHEMA_VERSION: (Step("account", shout),)}) for _ in "ab"]
        await asyncio.gather(*both)
        information = await database["account"].index_information()
    assert set(information) == {"_id_", ACCOUNT_BY_EMAIL.name}
    store = await open_mongo(address)
    for account in accounts:
        [found_account] = await store.find(ACCOUNT_BY_EMAIL, account.email, limit=1)
        assert (found_account.name, found_account.version) == (account.name.upper(), 1)
    await store.close()


async def make_older(database: Any) -> None:
    """As a version kept it that did not look accounts up by their address, but by the whole of it."""
    await database["account"].drop_index(ACCOUNT_BY_EMAIL.name)
    await database["account"].update_many({}, {"$unset": {"email": ""}})
    await database["account"].create_index([("body", 1)], name="account_by_body", unique=True)
    await database["schema"].update_one({}, {"$set": {"version": SCHEMA_VERSION - 1}})


async def test_on_mongodb_a_newer_database_is_refused(address: str) -> None:
    await (await open_mongo(address)).close()
    client, database = connect(address, "pymongo")
    async with client:
        await database["schema"].update_one({}, {"$inc": {"version": 1}})
    with pytest.raises(NewerDatabase):
        await open_mongo(address)


# --- The declaration -----------------------------------------------------------------------


def test_every_kind_is_kept_and_every_index_is_of_one(old: Path) -> None:
    """A kind that is not in `KINDS` would have no table; one that is gone would be left behind."""
    assert {index.record for index in INDEXES} <= set(KINDS)
    assert set(Record.__subclasses__()) == set(KINDS)
    assert Message in KINDS
