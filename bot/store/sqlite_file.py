"""One SQLite file: its connections, its durability, its life.

Write-ahead log with ``synchronous=FULL``: a commit has reached the disk when it
returns, and readers never wait for the writer. ``app.py`` opens the file once and
builds the store and the queue on it, so that one fsync serves both.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from bot.store.checkpoint import Checkpoints
from bot.store.collections import COLLECTIONS
from bot.store.group_commit import INLINE_BELOW_S, LOCK_WAIT_S, GroupCommit
from bot.store.port import Collection
from bot.store.sqlite_errors import SqliteUnavailable, unavailable
from bot.store.sqlite_schema import prepare

T = TypeVar("T")

PAGES_BYTES = 2 * 4096  # what a write touches besides its own bytes: two pages
CHECKPOINT_WAIT_S = 0.05  # a checkpoint that readers hold up is put off, not waited for


class SqliteFile:
    """An open file. The adapters built on it ``join`` and ``leave``; the last closes it."""

    def __init__(
        self,
        path: Path,
        *,
        collections: Sequence[Collection] = COLLECTIONS,
        inline_below_s: float = INLINE_BELOW_S,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        """Open the file or create it, for its owner's eyes only.

        Raises SqliteUnavailable with a sentence for the operator.
        """
        self.path = str(path)
        self.collections = {each.name: frozenset(each.indexed) for each in collections}
        self._users = 0
        self._connections: list[sqlite3.Connection] = []
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            writer = self._connect(timeout_s=lock_wait_s)
            prepare(writer, collections, path=self.path)
            writer.execute("PRAGMA busy_timeout = 0")  # GroupCommit waits in its own way
            self._quick = self._connect(timeout_s=lock_wait_s)
            self._slow = self._connect(timeout_s=lock_wait_s)
            self._checkpoints = Checkpoints(self._connect(timeout_s=CHECKPOINT_WAIT_S))
        except (sqlite3.Error, OSError, SqliteUnavailable) as error:
            self._close_connections()
            if isinstance(error, SqliteUnavailable):
                raise
            raise _cannot_open(error, self.path) from error
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="sqlite-reader")
        self._writes = GroupCommit(
            writer,
            path=self.path,
            on_committed=self._checkpoints.written,
            inline_below_s=inline_below_s,
            lock_wait_s=lock_wait_s,
        )

    async def write(self, do: Callable[[sqlite3.Connection], T], *, size_bytes: int = 0) -> T:
        """Do it in a transaction shared with others; durable when this returns.

        ``size_bytes`` says how large the data is, where it may be large.
        """
        return await self._writes.write(do, size_bytes=size_bytes + PAGES_BYTES)

    def rows_now(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a look-up that takes microseconds, on the event loop itself."""
        self._require_open()
        return self._rows(self._quick, sql, values)

    async def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a search that may take longer, away from the event loop."""
        self._require_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, self._rows, self._slow, sql, values)

    def join(self) -> None:
        """Count one more adapter that lives in this file."""
        self._users += 1

    async def leave(self) -> None:
        """Count one less; the last one finishes what waits and closes the file."""
        self._users -= 1
        if self._users:
            return
        await self._writes.close()
        await asyncio.to_thread(self._shut)

    def _require_open(self) -> None:
        if not self._users:
            raise SqliteUnavailable(f"{self.path} was closed.")

    def _shut(self) -> None:
        self._reader.shutdown()
        self._checkpoints.close()
        self._close_connections()

    def _close_connections(self) -> None:
        for connection in self._connections:
            connection.close()

    def _rows(self, connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise unavailable(error, self.path) from error

    def _connect(self, *, timeout_s: float) -> sqlite3.Connection:
        # Each connection is used by one thread at a time, though not always the same.
        connection = sqlite3.connect(
            self.path, timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
        self._connections.append(connection)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "wal_autocheckpoint = 0",  # checkpoint.py does it, in its own thread
            f"journal_size_limit = {64 * 1024 * 1024}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection


def _cannot_open(error: Exception, path: str) -> SqliteUnavailable:
    if isinstance(error, OSError):
        return SqliteUnavailable(f"{path} cannot be opened: {os.strerror(error.errno or 0)}.")
    return unavailable(error, path)
