"""Full-text search (FTS5): each message's folded words, within the scopes it is found in.

New messages are indexed in a quiet moment or before the next search, many at
once, since the index costs more than storing the message; `words_done` tells
how far that is. A correction or withdrawal changes the index in its own commit,
and leaves nothing of what was there: for that, the index keeps the words of each
message beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import apsw

from storage.bodies import decode
from storage.schema import Message
from storage.sqlite.statements import Statement
from storage.words import fold


def make(connection: apsw.Connection) -> None:
    """The index, empty if it was not there or had another shape; inside the transaction that is open."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS words_done (id INTEGER PRIMARY KEY, row INTEGER NOT NULL)"
    )
    made = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'message_words'").get
    if made == _TABLE:
        return
    if made is not None:
        connection.execute("DROP TABLE message_words")
    connection.execute(_TABLE)
    connection.execute(_ERASE)
    connection.execute("DELETE FROM words_done")
    connection.execute("INSERT INTO words_done VALUES (1, 0)")


def index_new(connection: apsw.Connection, most: int) -> bool:
    """Index the next messages, inside the transaction that is open; False when none are left."""
    done = connection.execute("SELECT row FROM words_done").get
    rows = connection.execute(
        "SELECT row, version, body FROM message WHERE row > ? ORDER BY row LIMIT ?", (done, most)
    ).fetchall()
    for row, version, body in cast(list[tuple[int, int, str]], rows):
        message = decode(Message, version, body)
        connection.execute(_LEARN, (row, _words(message), _scope(message)))
    if rows:
        connection.execute("UPDATE words_done SET row = ?", (rows[-1][0],))
    return len(rows) == most


def forget(message: Message) -> Iterable[Statement]:
    """To be done while the message is stored as it was."""
    yield Statement(_FORGET, (message.id,), guarded=False)


def learn(message: Message) -> Iterable[Statement]:
    """The words that a changed message has now, if it had been indexed before."""
    yield Statement(_RELEARN, (_words(message), _scope(message), message.id), guarded=False)


def find(
    connection: apsw.Connection,
    scopes: Sequence[str],
    words: Iterable[str],
    before: str | None,
    limit: int,
) -> list[Message]:
    within = " OR ".join(map(_token, scopes))
    wanted = " AND ".join(f'"{word}"*' for word in words)  # folded: letters, digits and _ only
    match = f"scope : ({within}) AND words : ({wanted})"
    found = (
        connection.execute(_SEARCH_BEFORE, (match, before, limit))
        if before
        else connection.execute(_SEARCH, (match, limit))
    )
    return [decode(Message, version, body) for version, body in found]


def _token(scope: str) -> str:
    """An id as one token that is equal to no other: FTS5 would fold its case and split it."""
    return f"x{scope.encode().hex()}"


def _words(message: Message) -> str:
    return " ".join(fold(message.text))


def _scope(message: Message) -> str:
    return f"{_token(message.conversation_id)} {_token(message.class_id)}"


_TABLE = (
    "CREATE VIRTUAL TABLE message_words USING fts5 (words, scope, detail=column, "
    # ascii: what is not ASCII belongs to a word, whatever Unicode this SQLite knows
    "tokenize=\"ascii tokenchars '_'\")"
)
_ERASE = "INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1)"
"""Else the words of a withdrawn message would stay until its part of the index is written anew."""
_LEARN = "INSERT INTO message_words (rowid, words, scope) VALUES (?, ?, ?)"
_FORGET = (
    "DELETE FROM message_words WHERE rowid = (SELECT m.row FROM message m, words_done d "
    "WHERE m.id = ? AND m.row <= d.row)"
)
_RELEARN = (
    "INSERT INTO message_words (rowid, words, scope) SELECT m.row, ?, ? "
    "FROM message m, words_done d WHERE m.id = ? AND m.row <= d.row"
)
REWIND = Statement(
    "UPDATE words_done SET row = min(row, (SELECT coalesce(max(row), 0) FROM message))",
    (),
    guarded=False,
)
"""After a deletion, since SQLite gives the highest row number out again."""
_FOUND = (
    "SELECT m.version, m.body FROM message_words JOIN message m ON m.row = message_words.rowid "
    "WHERE message_words MATCH ?"
)
_SEARCH = f"{_FOUND} ORDER BY message_words.rowid DESC LIMIT ?"
_SEARCH_BEFORE = (
    f"{_FOUND} AND message_words.rowid < (SELECT row FROM message WHERE id = ?) "
    "ORDER BY message_words.rowid DESC LIMIT ?"
)
