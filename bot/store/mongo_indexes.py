"""Makes the indexes at the start, by name, and again and again while MongoDB is away.

Nothing that is promised leans on an index: what must be unique is an ``_id``. So the
bot works while they are made, only slower.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from bot.store.mongo_server import MongoServer, Records
from bot.store.port import Collection, StoreUnavailable

log = structlog.get_logger(__name__)

DELIVERIES, BODIES = "deliveries", "delivery_bodies"
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
MAKING_S = 600.0  # for one index of a large database
_CONFLICTS = (85, 86)  # of options, of fields
_OTHER = "an index of this name, or of these fields, is not ours: drop it, and start the bot again"


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
        self._closing = False
        self._making = asyncio.create_task(self._make_at_last())

    async def check(self, *, within_s: float) -> None:
        """Return once they are made. Raises StoreUnavailable where that takes longer."""
        self._hurry.set()
        try:
            async with asyncio.timeout(within_s):
                await self._made.wait()
        except TimeoutError:
            raise StoreUnavailable(self._problem) from None

    async def close(self) -> None:
        """Make no more of them. The client swallows a cancellation now and then: told twice."""
        self._closing = True
        self._making.cancel()
        with suppress(asyncio.CancelledError):
            await self._making

    async def _make_at_last(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._made.is_set() and not self._closing:
            try:
                await self._make()
                self._made.set()
            except StoreUnavailable as error:
                self._problem = str(error)
                if self._closing:
                    return
                log.warning("store is not ready", reason=self._problem, again_in_s=wait_s)
                await self._wait(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _wait(self, wait_s: float) -> None:
        """Until the time is over, or somebody asks whether they are made by now."""
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._hurry.wait()

    async def _make(self) -> None:
        made: list[str] = []
        for collection, indexes in self._wanted.items():
            made += await self._make_missing(collection, indexes)
        log.info("indexes are there", made=made, known=_size(self._wanted) - len(made))

    async def _make_missing(self, collection: str, indexes: Sequence[IndexModel]) -> list[str]:
        """The names of those that were not there before. Two processes may make the same."""
        records = self._server.records(collection)
        known = await self._server.call(lambda _again: records.index_information())
        made: list[str] = []
        for index in indexes:
            name, fields = index.document["name"], list(index.document["key"].items())
            if name not in known:
                made += await self._make_one(records, index)
            elif list(known[name]["key"]) != fields:
                log.warning(_OTHER, index=name, fields=fields)
        return made

    async def _make_one(self, records: Records, index: IndexModel) -> list[str]:
        async def make(_again: bool) -> list[str]:
            try:
                return await records.create_indexes([index])
            except OperationFailure as error:
                if error.code not in _CONFLICTS:
                    raise
                log.warning(_OTHER, index=index.document["name"])
                return []

        return await self._server.call(make, limit_s=MAKING_S)


def _size(wanted: Mapping[str, Sequence[IndexModel]]) -> int:
    return sum(map(len, wanted.values()))
