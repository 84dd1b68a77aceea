"""SQLite's error codes as sentences that tell an operator what to do."""

import sqlite3

from bot.queue.port import QueueUnavailable
from bot.store.port import StoreUnavailable

_PRIMARY = 0xFF  # the low byte of an extended result code is its primary code

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds {path} is full: free some space.",
    sqlite3.SQLITE_READONLY: "{path} may not be written: check its owner and mode.",
    sqlite3.SQLITE_PERM: "{path} may not be opened: check its owner and mode.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: check that its folder exists, its owner "
    "and its mode.",
    sqlite3.SQLITE_BUSY: "Another process keeps {path} locked: end it, or wait for it.",
    sqlite3.SQLITE_LOCKED: "Another process keeps {path} locked: end it, or wait for it.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: restore it from a backup.",
    sqlite3.SQLITE_NOTADB: "{path} is not a database of ours: name another file.",
    sqlite3.SQLITE_IOERR: "The disk that holds {path} reports errors or is full.",
    sqlite3.SQLITE_TOOBIG: "A record is larger than {path} can hold.",
}


class SqliteUnavailable(StoreUnavailable, QueueUnavailable):
    """The file cannot be used, which fails both ports that live in it."""


def unavailable(error: BaseException, path: str) -> SqliteUnavailable:
    """The error of both ports for what SQLite or the system said, its cause attached."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    sentence = _SENTENCES.get(code, "{path} cannot be used (" + type(error).__name__ + ").")
    failure = SqliteUnavailable(sentence.format(path=path))
    failure.__cause__ = error
    return failure


def is_lock(error: sqlite3.Error) -> bool:
    """Whether another connection is in the way, so that a repeat is worth it."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )
