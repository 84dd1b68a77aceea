"""Bodies that are too large to lie in their delivery, in chunks of their own.

The chunks are written first and their delivery last, so a kill in between leaves
chunks that belong to nothing, and never a delivery that looks saved and is not.
"""

from collections.abc import Sequence
from typing import Any

from bson import Binary
from pymongo.errors import DuplicateKeyError

from bot.clock import Clock
from bot.store.mongo_server import MongoServer, Records, Stored

INLINE_BYTES = 1024 * 1024  # kept in the delivery: one write instead of two
CHUNK_BYTES = 8 * 1024 * 1024  # MongoDB holds 16 MB at most
ON_ITS_WAY_S = 3600.0  # the delivery of a younger chunk may be about to be written
PURGE_BATCH = 200


class MongoBodies:
    """Chunks under ``GUID/nonce/number``: two writers of one GUID never mix theirs."""

    def __init__(self, server: MongoServer, chunks: Records, deliveries: Records, clock: Clock):
        self._server = server
        self._chunks = chunks
        self._deliveries = deliveries
        self._clock = clock

    async def write(self, guid: str, nonce: str, packed: bytes) -> int:
        """Keep the body; returns in how many chunks. Repeating a chunk changes nothing."""
        starts = range(0, len(packed), CHUNK_BYTES)
        for number, start in enumerate(starts):
            chunk = {
                "_id": f"{guid}/{nonce}/{number}",
                "guid": guid,
                "nonce": nonce,
                "written_at_s": self._clock.now_s(),
                "body": Binary(packed[start : start + CHUNK_BYTES]),
            }
            await self._write(chunk)
        return len(starts)

    async def read(self, guid: str, nonce: str, chunks: int) -> bytes | None:
        """The body, or None where a chunk is gone."""
        parts: list[bytes] = []
        for id_ in chunk_ids(guid, nonce, chunks):
            found = await self._find(id_)
            if found is None:
                return None
            parts.append(found["body"])
        return b"".join(parts)

    async def delete(self, ids: Sequence[str]) -> None:
        """Delete these chunks."""
        if ids:
            await self._server.call(
                lambda _again: self._chunks.delete_many({"_id": {"$in": list(ids)}})
            )

    async def purge(self, *, written_before_s: float) -> None:
        """Delete chunks older than that whose delivery was never written, or is gone."""
        before_s = min(written_before_s, self._clock.now_s() - ON_ITS_WAY_S)
        after = ""
        while page := await self._old(before_s, after):
            whole = await self._whole([each["guid"] for each in page])
            await self.delete(
                [each["_id"] for each in page if (each["guid"], each["nonce"]) not in whole]
            )
            after = page[-1]["_id"]

    async def _write(self, chunk: Stored) -> None:
        async def insert(_again: bool) -> None:
            try:
                await self._chunks.insert_one(chunk)
            except DuplicateKeyError:
                # It was written, and only the answer was lost. This changes nothing, and
                # waits for the disks as the insert would have.
                same = {"_id": chunk["_id"], "nonce": chunk["nonce"]}
                await self._chunks.update_one(same, {"$set": {"nonce": chunk["nonce"]}})

        await self._server.call(insert)

    async def _find(self, id_: str) -> Stored | None:
        return await self._server.call(lambda _again: self._chunks.find_one({"_id": id_}))

    async def _old(self, before_s: float, after: str) -> list[Stored]:
        where = {"written_at_s": {"$lt": before_s}, "_id": {"$gt": after}}
        found = self._chunks.find(where, {"guid": 1, "nonce": 1}).sort("_id", 1).limit(PURGE_BATCH)
        return await self._server.call(lambda _again: found.clone().to_list())

    async def _whole(self, guids: Sequence[str]) -> set[tuple[Any, Any]]:
        """GUID and nonce of the deliveries that are there."""
        found = self._deliveries.find({"_id": {"$in": sorted(set(guids))}}, {"nonce": 1})
        rows = await self._server.call(lambda _again: found.clone().to_list())
        return {(row["_id"], row["nonce"]) for row in rows}


def chunk_ids(guid: str, nonce: str, chunks: int) -> list[str]:
    """The ids of a body's chunks in their order."""
    return [f"{guid}/{nonce}/{number}" for number in range(chunks)]
