"""The store and the queue that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock, SystemClock
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.settings import Settings
from bot.store.port import Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore


@asynccontextmanager
async def open_store(
    settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[tuple[Store, Queue]]:
    """The store and the queue; one file serves both where they name the same."""
    settings.store_path.parent.mkdir(parents=True, exist_ok=True)
    settings.queue_path.parent.mkdir(parents=True, exist_ok=True)
    file = SqliteFile(settings.store_path)
    same = settings.queue_path == settings.store_path
    store = SqliteStore(file)
    queue = SqliteQueue(
        file if same else SqliteFile(settings.queue_path), clock=clock or SystemClock()
    )
    try:
        yield store, queue
    finally:
        await queue.close()
        await store.close()
