"""Every adapter of the two ports, opened the same way by tests and by their processes.

A place is where the data lives and outlives a process: a file, or an address.
"""

from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.store.collections import LEASES, PACES
from bot.store.port import Collection, Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from tests.mongo import server
from tests.store.memory import MemoryDocuments

STORES = ("sqlite", *server.STORES)
QUEUES = ("sqlite", "sqs")

THINGS = Collection("things", indexed=("color", "size", "sold"))


def fresh_store_place(adapter: str, folder: Path) -> str:
    """Where nothing has been kept yet."""
    return str(folder / "store.db") if adapter == "sqlite" else server.fresh_url(adapter)


async def forget_store_place(adapter: str, place: str) -> None:
    """Nothing is left there; a test's own folder goes by itself."""
    if adapter != "sqlite":
        await server.drop(place)


def open_store(adapter: str, place: str) -> Store:
    """A store of that adapter at that place; it knows ``THINGS``, leases and paces."""
    if adapter == "sqlite":
        return SqliteStore(SqliteFile(Path(place), collections=[THINGS, LEASES, PACES]))
    from bot.store.store_mongo import MongoStore  # noqa: PLC0415 - loads slowly, in each process

    return MongoStore(place, collections=[THINGS, LEASES, PACES])


def open_queue(adapter: str, place: str, clock: Clock | None = None) -> Queue:
    """A queue of that adapter at that place; on SQS its dead letters are this process's own."""
    clock = clock or SystemClock()
    if adapter == "sqs":
        from bot.queue.queue_sqs import SqsQueue  # noqa: PLC0415 - loads slowly, in each process

        return SqsQueue(place, MemoryDocuments(), clock=clock)
    assert adapter == "sqlite"
    return SqliteQueue(SqliteFile(Path(place), collections=[]), clock=clock)
