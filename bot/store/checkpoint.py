"""Moves the write-ahead log into the database in a thread, so that no commit waits for it.

Most of it is moved while writes go on; a short stop moves the rest, and the log
begins anew in the same place on the disk. That matters twice: under unbroken load
the log would grow for ever, and to append to a growing file takes the disk two to
three times as long as to write over an old part of it.
"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.store.sqlite_errors import is_lock

log = structlog.get_logger(__name__)

EVERY_BYTES = 32 * 1024 * 1024


class Checkpoints:
    """Runs a checkpoint after every few megabytes; one at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoint")
        self._logged_bytes = 0
        self._busy = False

    def written(self, size_bytes: int) -> None:
        """Count bytes that were committed, and begin a checkpoint when it is time."""
        self._logged_bytes += size_bytes
        if self._logged_bytes >= EVERY_BYTES and not self._busy:
            self._logged_bytes = 0
            self._busy = True
            self._thread.submit(self._run)

    def close(self) -> None:
        """Let a checkpoint under way come to its end."""
        self._thread.shutdown()

    def _run(self) -> None:
        try:
            for mode in ("PASSIVE", "RESTART"):
                self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        except sqlite3.Error as error:
            if not is_lock(error):  # otherwise another process does it
                log.warning("checkpoint failed; the next one will do its work", reason=str(error))
        finally:
            self._busy = False
