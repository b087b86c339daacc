"""MongoDB: a collection per kind, every commit a transaction, majority and journaled.

`documents` is how records and questions look there, `driver` the one file
that imports a Mongo driver, `migrate` makes and mends the collections,
`owners` is what is known of processes that were killed, `store` the port itself.
"""

from storage.mongo.store import MongoStore, look, open_mongo

__all__ = ["MongoStore", "look", "open_mongo"]
