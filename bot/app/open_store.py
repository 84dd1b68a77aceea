"""The store and the queue that the settings name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.settings import Settings, SettingsError
from bot.store.port import Documents, Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore


@asynccontextmanager
async def open_store(
    settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[tuple[Store, Queue]]:
    """The store and the queue; one file serves both where they name the same.

    An engine elsewhere may be away: then the adapters say so with each call. Raises
    SettingsError for an address that cannot be read.
    """
    files: dict[Path, SqliteFile] = {}
    async with AsyncExitStack() as stack:
        store = _store(settings.store_url, files)
        stack.push_async_callback(store.close)
        queue = _queue(settings.queue_url, files, store.documents, clock=clock or SystemClock())
        stack.push_async_callback(queue.close)
        yield store, queue


@asynccontextmanager
async def open_store_at(url: str) -> AsyncIterator[Store]:
    """The store at one address, without a queue."""
    store = _store(url, {})
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_only_queue(settings: Settings, *, clock: Clock) -> AsyncIterator[Queue]:
    """The queue, and of the store only what the queue needs of it."""
    if not settings.queue_url.startswith("sqlite:"):
        async with open_store(settings, clock=clock) as (_, elsewhere):
            yield elsewhere
        return
    queue = SqliteQueue(_file(settings.queue_url, {}), clock=clock)
    try:
        yield queue
    finally:
        await queue.close()


def _store(url: str, files: dict[Path, SqliteFile]) -> Store:
    """The store at that address. Raises SettingsError for one that cannot be read."""
    if url.startswith("sqlite:"):
        return SqliteStore(_file(url, files))
    # The client loads slowly, which commands on a file need not wait for.
    from bot.store.mongo_server import MalformedAddress  # noqa: PLC0415
    from bot.store.store_mongo import MongoStore  # noqa: PLC0415

    try:
        return MongoStore(url)
    except MalformedAddress as error:
        raise SettingsError({"STORE_URL": str(error)}) from None


def _queue(url: str, files: dict[Path, SqliteFile], documents: Documents, *, clock: Clock) -> Queue:
    if url.startswith("sqlite:"):
        return SqliteQueue(_file(url, files), clock=clock)
    from bot.queue.queue_sqs import SqsQueue  # noqa: PLC0415 - boto3 loads slowly

    return SqsQueue(url, documents, clock=clock)


def _file(url: str, files: dict[Path, SqliteFile]) -> SqliteFile:
    """The file of a ``sqlite:///`` address, opened once and made with its folder."""
    path = Path(url.removeprefix("sqlite:///"))
    if path not in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        files[path] = SqliteFile(path)
    return files[path]
