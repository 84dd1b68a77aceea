"""Webhook deliveries in MongoDB, each saved once by exactly one caller."""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import structlog
from bson import Binary
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from bot.clock import Clock
from bot.store.delivery_page import read_page
from bot.store.mongo_bodies import INLINE_BYTES, MongoBodies, chunk_ids
from bot.store.mongo_errors import MongoUnavailable
from bot.store.mongo_indexes import BODIES, DELIVERIES
from bot.store.mongo_server import MongoServer, Stored
from bot.store.packed_body import pack, unpack
from bot.store.port import Delivery, DeliveryRef

log = structlog.get_logger(__name__)

EXPIRES_S = 30 * 24 * 3600.0  # after its end; `purge` comes long before
PURGE_BATCH = 500
_ORDER = [("received_at_s", ASCENDING), ("_id", ASCENDING)]


class MongoDeliveries:
    """Webhook deliveries by GUID."""

    def __init__(self, server: MongoServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._records = server.records(DELIVERIES)
        self._bodies = MongoBodies(server, server.records(BODIES), self._records, clock)

    async def add(self, delivery: Delivery) -> bool:
        """Save it unless its GUID is known; True only for the caller that saved it."""
        packed = await pack(delivery.body)
        nonce = secrets.token_hex(8)
        chunks = 0
        if len(packed) > INLINE_BYTES:
            if await self._is_known(delivery.guid):
                return False
            chunks = await self._bodies.write(delivery.guid, nonce, packed)
        stored = _stored(delivery, nonce, packed, chunks)
        if delivery.outcome:
            stored |= self._end(delivery.outcome)
        is_new = await self._insert(stored)
        if not is_new:
            await self._bodies.delete(chunk_ids(delivery.guid, nonce, chunks))
        return is_new

    async def get(self, guid: str) -> Delivery | None:
        """The delivery, or None where it is unknown or was purged."""
        found = await self._server.call(lambda _again: self._records.find_one({"_id": guid}))
        if found is None:
            return None
        packed = found["body"]
        if found["chunks"]:
            packed = await self._bodies.read(guid, found["nonce"], found["chunks"])
        if packed is None:
            await self._require_purged(guid)
            return None
        return Delivery(
            guid=guid,
            event=found["event"],
            body=unpack(packed),
            key=found["key"],
            received_at_s=found["received_at_s"],
            outcome=found["outcome"],
        )

    async def finished_handlers(self, guid: str) -> frozenset[str]:
        """Names of the handlers that have finished this delivery."""
        found = await self._server.call(
            lambda _again: self._records.find_one({"_id": guid}, {"handlers": 1})
        )
        return frozenset(found["handlers"] if found else ())

    async def finish_handler(self, guid: str, handler: str) -> None:
        """Record that one handler is through; repeating it changes nothing."""
        await self._change(guid, {"$addToSet": {"handlers": handler}})

    async def finish(self, guid: str, outcome: str) -> None:
        """Mark the delivery done; an outcome is a word, never empty."""
        if not outcome:
            raise ValueError("an outcome is a word")
        await self._change(guid, {"$set": self._end(outcome)})

    async def unfinished(self, *, received_before_s: float, limit: int) -> Sequence[DeliveryRef]:
        """Deliveries that were saved and never finished, oldest first."""
        found = await self._received(False, received_before_s, {"key": 1}, limit)
        return [DeliveryRef(each["_id"], each["key"]) for each in found]

    async def purge(self, *, received_before_s: float) -> int:
        """Delete finished deliveries older than that; returns how many."""
        purged = 0
        while True:
            fields = {"nonce": 1, "chunks": 1}
            old = await self._received(True, received_before_s, fields, PURGE_BATCH)
            purged += await self._delete(old)
            if len(old) < PURGE_BATCH:
                break
        await self._bodies.purge(written_before_s=received_before_s)
        return purged

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[Delivery]:
        """Deliveries with their outcomes in order of GUID."""

        async def guids(after: str) -> list[str]:
            found = self._records.find({"_id": {"$gt": after}}, {"_id": 1})
            cursor = found.sort("_id", ASCENDING).limit(limit)
            rows = await self._server.call(lambda _again: cursor.clone().to_list())
            return [row["_id"] for row in rows]

        return await read_page(guids, self.get, after=after)

    async def restore(self, delivery: Delivery, finished_handlers: Collection[str]) -> None:
        """Keep the delivery with that outcome and these handlers finished."""
        await self.add(delivery)
        change: dict[str, Any] = {
            "$addToSet": {"handlers": {"$each": sorted(finished_handlers)}},
        }
        if delivery.outcome:
            change["$set"] = self._end(delivery.outcome)
        else:
            change |= {"$set": {"outcome": "", "finished": False}, "$unset": {"expires_at": ""}}
        await self._change(delivery.guid, change)

    async def _insert(self, stored: Stored) -> bool:
        async def insert(_again: bool) -> bool:
            try:
                await self._records.insert_one(stored)
            except DuplicateKeyError:
                return await self._is_ours(stored)
            return True

        return await self._server.call(insert)

    async def _is_ours(self, stored: Stored) -> bool:
        """Whether we wrote it ourselves and only the answer was lost.

        Asked by a write that changes nothing: it waits for the disks as the lost one would have.
        """
        ours = {"_id": stored["_id"], "nonce": stored["nonce"]}
        kept = await self._records.update_one(ours, {"$set": {"nonce": stored["nonce"]}})
        return kept.matched_count == 1

    async def _is_known(self, guid: str) -> bool:
        """Asked before a large body is sent, to spare sending it; never decides anything."""
        found = await self._server.call(
            lambda _again: self._records.find_one({"_id": guid}, {"_id": 1})
        )
        return found is not None

    async def _change(self, guid: str, change: Mapping[str, Any]) -> None:
        """A change that may be made twice."""
        await self._server.call(lambda _again: self._records.update_one({"_id": guid}, change))

    async def _received(
        self, finished: bool, before_s: float, fields: Mapping[str, int], limit: int
    ) -> list[Stored]:
        where = {"finished": finished, "received_at_s": {"$lt": before_s}}
        found = self._records.find(where, fields).sort(_ORDER).limit(limit)
        return await self._server.call(lambda _again: found.clone().to_list())

    async def _delete(self, old: Sequence[Stored]) -> int:
        """The deliveries go before their chunks: the next purge finds chunks that are left."""
        if not old:
            return 0
        where = {"_id": {"$in": [each["_id"] for each in old]}, "finished": True}
        deleted = await self._server.call(lambda _again: self._records.delete_many(where))
        await self._bodies.delete(
            [id_ for each in old for id_ in chunk_ids(each["_id"], each["nonce"], each["chunks"])]
        )
        return deleted.deleted_count

    def _end(self, outcome: str) -> Stored:
        expires_at = dt.datetime.fromtimestamp(int(self._clock.now_s() + EXPIRES_S), dt.UTC)
        return {"outcome": outcome, "finished": True, "expires_at": expires_at}

    async def _require_purged(self, guid: str) -> None:
        """A body may go between two looks, with its delivery. Alone it would be damage."""
        if await self._is_known(guid):
            raise MongoUnavailable(
                f"{self._server.place} has lost part of delivery {guid}: restore a backup."
            )


def _stored(delivery: Delivery, nonce: str, packed: bytes, chunks: int) -> Stored:
    return {
        "_id": delivery.guid,
        "event": delivery.event,
        "key": delivery.key,
        "received_at_s": delivery.received_at_s,
        "outcome": "",
        "finished": False,
        "handlers": [],
        "nonce": nonce,
        "chunks": chunks,
        "body": None if chunks else Binary(packed),
    }
