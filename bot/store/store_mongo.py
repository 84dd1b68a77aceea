"""The store on MongoDB: for several machines, and for operators who run it anyway."""

from collections.abc import Sequence

from bot.clock import Clock, SystemClock
from bot.store.collections import COLLECTIONS
from bot.store.mongo_deliveries import MongoDeliveries
from bot.store.mongo_documents import MongoDocuments
from bot.store.mongo_indexes import Indexes
from bot.store.mongo_server import MongoServer
from bot.store.port import Collection

CHECK = "store_checks"
CHECK_S = 1.5  # /readyz gives each of its checks two


class MongoStore:
    """Both ports of the store in one database."""

    def __init__(
        self,
        url: str,
        *,
        collections: Sequence[Collection] = COLLECTIONS,
        clock: Clock | None = None,
    ) -> None:
        """Open it at once, whether MongoDB answers or not. Needs a running event loop.

        Raises MalformedAddress.
        """
        self._server = MongoServer(url)
        self._deliveries = MongoDeliveries(self._server, clock or SystemClock())
        self._documents = MongoDocuments(self._server, collections)
        self._indexes = Indexes(self._server, collections)

    @property
    def deliveries(self) -> MongoDeliveries:
        """The webhook deliveries."""
        return self._deliveries

    @property
    def documents(self) -> MongoDocuments:
        """Everything else."""
        return self._documents

    async def check(self) -> None:
        """Write a record and wait for the disks. Raises StoreUnavailable."""
        checks = self._server.records(CHECK)
        await self._server.call(
            lambda _again: checks.update_one({"_id": "check"}, {"$inc": {"times": 1}}, upsert=True),
            limit_s=CHECK_S,
        )
        await self._indexes.check(within_s=CHECK_S)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._indexes.close()
        await self._server.close()
