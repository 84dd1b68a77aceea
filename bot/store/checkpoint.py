"""Moves the write-ahead log into the database in a thread, so that no commit waits for it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.store.sqlite_errors import is_lock

log = structlog.get_logger(__name__)

EVERY_BYTES = 32 * 1024 * 1024
RESTART_ABOVE_BYTES = 256 * 1024 * 1024  # under unbroken load the log would grow for ever


class Checkpoints:
    """Runs a checkpoint after every few megabytes; one at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self._page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoint")
        self._unsaved_bytes = 0
        self._busy = False

    def written(self, size_bytes: int) -> None:
        """Count bytes that were committed, and begin a checkpoint when it is time."""
        self._unsaved_bytes += size_bytes
        if self._unsaved_bytes >= EVERY_BYTES and not self._busy:
            self._unsaved_bytes = 0
            self._busy = True
            self._thread.submit(self._run)

    def close(self) -> None:
        """Let a checkpoint under way come to its end."""
        self._thread.shutdown()

    def _run(self) -> None:
        try:
            _, logged_pages, _ = self._checkpoint("PASSIVE")
            if logged_pages * self._page_bytes > RESTART_ABOVE_BYTES:
                # Little is left after the passive one, so writers wait only for an instant.
                self._checkpoint("RESTART")
        except sqlite3.Error as error:
            if is_lock(error):
                return  # another process does it
            log.warning("checkpoint failed; the next one will do its work", reason=str(error))
        finally:
            self._busy = False

    def _checkpoint(self, mode: str) -> tuple[int, int, int]:
        busy, logged, moved = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return busy, logged, moved
