"""Makes the collections and indexes, or brings those of an older Hekje to how they are declared today.

Every step may be done twice: after a crash the next start goes on, and two
processes may start at once.
"""

from __future__ import annotations

from storage.migrations import STEPS, Step, Steps, forward, refuse_newer, steps_of
from storage.mongo import documents
from storage.mongo.driver import Database, drop_index, put_back
from storage.schema import KINDS, SCHEMA_VERSION, Record

AT_ONCE = 500
"""Records per round trip."""

Indexes = dict[str, documents.Document]


async def migrate(database: Database, steps: Steps = STEPS) -> None:
    """Raises `NewerDatabase`. The version rises when all else is done."""
    found = await version_of(database)
    refuse_newer(found)
    for kind in KINDS:
        wanted = {
            index.name: _shape(dict(index.keys), index.options) for index in documents.indexes(kind)
        }
        there = await _indexes(database, kind)
        its_steps = steps_of(kind, found, steps)
        if found and (its_steps or set(wanted) - set(there)):
            await _write_anew(database, kind, its_steps)
        for name in there:
            if wanted.get(name) != there[name]:
                await drop_index(database, kind, name)
        for name, keys, options in documents.indexes(kind):
            await database[kind.kind].create_index(keys, name=name, **options)
    await database["schema"].update_one(
        documents.this("schema"), {"$max": {"version": SCHEMA_VERSION}}, upsert=True
    )


async def version_of(database: Database) -> int:
    """0 for a new database."""
    found = await database["schema"].find_one(documents.this("schema"))
    return int(found["version"]) if found else 0


async def _write_anew(database: Database, kind: type[Record], steps: list[Step]) -> None:
    """Every record of a kind, with the fields that today's indexes look into."""
    last = ""
    while True:
        found = (
            await database[kind.kind]
            .find({"_id": {"$gt": last}}, sort=[("_id", 1)], limit=AT_ONCE)
            .to_list(AT_ONCE)
        )
        if not found:
            return
        await put_back(
            database, [forward(kind, one["version"], one["body"], steps) for one in found]
        )
        last = found[-1]["_id"]


async def _indexes(database: Database, kind: type[Record]) -> Indexes:
    information = await database[kind.kind].index_information()
    return {name: _shape(dict(index["key"]), index) for name, index in information.items()}


def _shape(keys: dict[str, int], options: documents.Document) -> documents.Document:
    """What makes two indexes of one name the same."""
    return {
        "keys": list(keys.items()),
        "unique": bool(options.get("unique")),
        "only": options.get("partialFilterExpression"),
    }
