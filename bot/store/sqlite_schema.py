"""The tables of one file. It may serve as store, as queue, or as both.

Collections and their indexes are created as ``collections.py`` names them, so a
new one needs no new version. ``user_version`` changes when a table does.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from bot.store.port import Collection
from bot.store.sqlite_errors import SqliteUnavailable

VERSION = 2
APPLICATION_ID = 0x70617665  # "pave": tells our files from another program's

# A delivery's body has a table of its own: SQLite rewrites a whole row, body and
# all, to change one column of it.
TABLES = (
    """CREATE TABLE bodies (
        number INTEGER PRIMARY KEY,
        body BLOB NOT NULL)""",
    """CREATE TABLE deliveries (
        guid TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        event TEXT NOT NULL,
        key TEXT NOT NULL,
        received_at_s REAL NOT NULL,
        outcome TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
    "CREATE INDEX deliveries_unfinished ON deliveries (received_at_s) WHERE outcome = ''",
    "CREATE INDEX deliveries_finished ON deliveries (received_at_s) WHERE outcome <> ''",
    """CREATE TABLE finished_handlers (
        guid TEXT NOT NULL,
        handler TEXT NOT NULL,
        PRIMARY KEY (guid, handler)) WITHOUT ROWID""",
    # Messages lie in the order of their key. ``head`` marks the first of each key, the
    # only one that may be handed out. ``number`` comes from ``sent`` and never comes
    # twice, so an old receipt never fits a new message. ``again``: it was sent once more
    # while it was claimed.
    """CREATE TABLE messages (
        key TEXT NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL UNIQUE,
        head INTEGER NOT NULL,
        sent_at_s REAL NOT NULL,
        visible_at_s REAL NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        claimed INTEGER NOT NULL DEFAULT 0,
        again INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (key, number)) WITHOUT ROWID""",
    "CREATE INDEX messages_first ON messages (number) WHERE head",
    "CREATE TABLE sent (messages INTEGER NOT NULL)",
    "INSERT INTO sent VALUES (0)",
    """CREATE TABLE dead_messages (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        reason TEXT NOT NULL,
        died_at_s REAL NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE checks (number INTEGER PRIMARY KEY, times INTEGER NOT NULL)",
)


def prepare(
    connection: sqlite3.Connection, collections: Sequence[Collection], *, path: str
) -> None:
    """Make the file hold every table, in one transaction.

    Raises SqliteUnavailable for a file of another program or of a newer version.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _missing(connection, path):
            connection.execute(statement)
        for collection in collections:
            for statement in _collection(collection):
                connection.execute(statement)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _missing(connection: sqlite3.Connection, path: str) -> Iterator[str]:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise SqliteUnavailable(f"{path} belongs to another program: name another file.")
    if version > VERSION:
        raise SqliteUnavailable(
            f"{path} was written by a newer Paved Road (schema {version}; this one knows "
            f"{VERSION}): start that version, or restore a backup."
        )
    if 0 < version < VERSION:
        raise SqliteUnavailable(
            f"{path} was written by a Paved Road from before the first release: name another file."
        )
    if version < VERSION:
        yield from TABLES
        yield f"PRAGMA user_version = {VERSION}"
        yield f"PRAGMA application_id = {APPLICATION_ID}"


def _collection(collection: Collection) -> Iterator[str]:
    table = documents_table(collection.name)
    yield (
        f"CREATE TABLE IF NOT EXISTS {table} "
        "(id TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT NOT NULL)"
    )
    for field in collection.indexed:
        yield (
            f"CREATE INDEX IF NOT EXISTS {table}_by_{field} "
            f"ON {table} ({field_expression(field)}, id)"
        )


def documents_table(collection: str) -> str:
    """The table of a collection; names come from ``collections.py`` alone."""
    return f"documents_{collection}"


def field_expression(field: str) -> str:
    """How a field of a record is read in SQL; the same text as in its index."""
    return f"json_extract(data, '$.{field}')"
