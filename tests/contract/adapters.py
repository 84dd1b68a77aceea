"""Every adapter of the two ports, opened the same way by tests and by their processes.

A place is where the data lives and outlives a process: a file, later an address.
"""

from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.store.collections import LEASES
from bot.store.port import Collection, Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore

STORES = ("sqlite",)
QUEUES = ("sqlite",)

THINGS = Collection("things", indexed=("color", "size", "sold"))


def open_store(adapter: str, place: str) -> Store:
    """A store of that adapter at that place; it knows ``THINGS`` and the leases."""
    assert adapter == "sqlite"
    return SqliteStore(SqliteFile(Path(place), collections=[THINGS, LEASES]))


def open_queue(adapter: str, place: str, clock: Clock | None = None) -> Queue:
    """A queue of that adapter at that place."""
    assert adapter == "sqlite"
    return SqliteQueue(SqliteFile(Path(place), collections=[]), clock=clock or SystemClock())
