"""Waiting for a store."""

from contextlib import suppress

from bot.store.port import StoreUnavailable
from bot.store.store_mongo import MongoStore


async def ready(store: MongoStore) -> None:
    """Its indexes are made, however long a busy machine takes for them."""
    while True:
        with suppress(StoreUnavailable):
            return await store.check()
