"""Makes the indexes at the start, by name, and again and again while MongoDB is away.

Nothing that is promised leans on an index: what must be unique is an ``_id``. So the
bot works while they are made, only slower.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from pymongo import IndexModel

from bot.store.mongo_server import MongoServer
from bot.store.port import Collection, StoreUnavailable

log = structlog.get_logger(__name__)

DELIVERIES, BODIES = "deliveries", "delivery_bodies"
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
MAKING_S = 600.0  # for one index of a large database


def records_name(collection: str) -> str:
    """Where a collection of ``collections.py`` is kept."""
    return f"documents_{collection}"


def wanted_indexes(collections: Sequence[Collection]) -> dict[str, list[IndexModel]]:
    """By collection of the database. Names are unique in it: some servers want that."""
    wanted = {
        DELIVERIES: [
            IndexModel(
                [("finished", 1), ("received_at_s", 1), ("_id", 1)], name="deliveries_by_finished"
            ),
            IndexModel([("expires_at", 1)], name="deliveries_expire", expireAfterSeconds=0),
        ],
        BODIES: [IndexModel([("written_at_s", 1)], name="delivery_bodies_by_written_at")],
    }
    for each in collections:
        if each.indexed:
            name = records_name(each.name)
            wanted[name] = [
                IndexModel([(f"by.{field}", 1), ("_id", 1)], name=f"{name}_by_{field}")
                for field in each.indexed
            ]
    return wanted


class Indexes:
    """Made in the background from now on. Needs a running event loop."""

    def __init__(self, server: MongoServer, collections: Sequence[Collection]) -> None:
        self._server = server
        self._wanted = wanted_indexes(collections)
        self._problem = "The indexes are being made, which may take minutes on a large database."
        self._made = asyncio.Event()
        self._hurry = asyncio.Event()
        self._making = asyncio.create_task(self._make_at_last())

    async def check(self, *, within_s: float) -> None:
        """Return once they are made. Raises StoreUnavailable where that takes longer."""
        self._hurry.set()
        try:
            await asyncio.wait_for(self._made.wait(), within_s)
        except TimeoutError:
            raise StoreUnavailable(self._problem) from None

    async def close(self) -> None:
        """Make no more of them."""
        self._making.cancel()
        with suppress(asyncio.CancelledError):
            await self._making

    async def _make_at_last(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._made.is_set():
            try:
                await self._make()
                self._made.set()
            except StoreUnavailable as error:
                self._problem = str(error)
                log.warning("store is not ready", reason=self._problem, again_in_s=wait_s)
                await self._wait(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _wait(self, wait_s: float) -> None:
        """Until the time is over, or somebody asks whether they are made by now."""
        self._hurry.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), wait_s)

    async def _make(self) -> None:
        made: list[str] = []
        for collection, indexes in self._wanted.items():
            made += await self._make_missing(collection, indexes)
        log.info("indexes are there", made=made, known=_size(self._wanted) - len(made))

    async def _make_missing(self, collection: str, indexes: Sequence[IndexModel]) -> list[str]:
        """The names of those that were not there before. Two processes may make the same."""
        records = self._server.records(collection)
        known = await self._server.call(lambda _again: records.index_information())
        missing = [each for each in indexes if each.document["name"] not in known]
        if not missing:
            return []
        return await self._server.call(
            lambda _again: records.create_indexes(missing), limit_s=MAKING_S
        )


def _size(wanted: Mapping[str, Sequence[IndexModel]]) -> int:
    return sum(map(len, wanted.values()))
