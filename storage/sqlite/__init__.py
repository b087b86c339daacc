"""SQLite, embedded: readers beside one writer that joins concurrent commits.

`statements` is all the SQL of records, `words` that of the search, `writer`
the thread that commits, `store` the port itself.
"""

from storage.sqlite.store import SqliteStore, open_sqlite
from storage.writes import NewerDatabase

__all__ = ["NewerDatabase", "SqliteStore", "open_sqlite"]
