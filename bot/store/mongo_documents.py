"""JSON records in MongoDB: exact, versioned, and never changed twice by one caller.

A record is kept as JSON text, because BSON cannot hold every JSON (half a surrogate
pair, a number beyond 64 bits, a key with a dot). Beside it, under ``by``, lie the
fields by which it is looked up, and under ``writers`` who wrote its last versions:
so a caller whose answer was lost can tell whether the record is its own work.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from bot.store.mongo_errors import MongoUnavailable
from bot.store.mongo_indexes import records_name
from bot.store.mongo_server import MongoServer, Records, Stored
from bot.store.port import Collection, Document, Json, Scalar
from bot.store.record_text import from_text, to_text

WRITERS = 8  # versions whose writers are known; others rarely write more in one call's time


class MongoDocuments:
    """JSON records by collection and id."""

    def __init__(self, server: MongoServer, collections: Sequence[Collection]) -> None:
        self._server = server
        self._indexed = {each.name: each.indexed for each in collections}

    async def insert(self, collection: str, id: str, data: Mapping[str, Json]) -> bool:  # noqa: A002 - the port's name
        """Save a new record; False, and nothing changed, where the id is taken."""
        records, nonce = self._records(collection), secrets.token_hex(8)
        stored = {"_id": id, **self._written(collection, data, 1), "writers": [nonce]}

        async def insert(again: bool) -> bool:
            try:
                await records.insert_one(stored)
            except DuplicateKeyError:
                return again and await self._is_ours(records, id, nonce, version=1)
            return True

        return await self._server.call(insert)

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002 - the port's name
        """The record, or None."""
        records = self._records(collection)
        found = await self._server.call(lambda _again: records.find_one({"_id": id}))
        return _document(found) if found else None

    async def replace(
        self,
        collection: str,
        id: str,  # noqa: A002 - the port's name
        data: Mapping[str, Json],
        *,
        version: int,
    ) -> bool:
        """Replace the record if it still has ``version``; False where another was faster."""
        records, nonce = self._records(collection), secrets.token_hex(8)
        change = {
            "$set": self._written(collection, data, version + 1),
            "$push": {"writers": {"$each": [nonce], "$slice": -WRITERS}},
        }

        async def replace(again: bool) -> bool:
            done = await records.update_one({"_id": id, "version": version}, change)
            if done.matched_count == 0 and again:
                return await self._is_ours(records, id, nonce, version=version + 1)
            return done.matched_count == 1

        return await self._server.call(replace)

    async def delete(self, collection: str, id: str, *, version: int) -> bool:  # noqa: A002 - the port's name
        """Delete the record if it still has ``version``.

        Where the answer was lost and the record is gone, it was we who deleted it.
        """
        records = self._records(collection)

        async def delete(again: bool) -> bool:
            done = await records.delete_one({"_id": id, "version": version})
            if done.deleted_count == 0 and again:
                return await records.find_one({"_id": id}, {"_id": 1}) is None
            return done.deleted_count == 1

        return await self._server.call(delete)

    async def restore(self, collection: str, document: Document) -> None:
        """Write the record with that version over whatever is there."""
        records = self._records(collection)
        stored = {
            **self._written(collection, document.data, document.version),
            "writers": [secrets.token_hex(8)],
        }
        await self._server.call(
            lambda _again: records.replace_one({"_id": document.id}, stored, upsert=True)
        )

    async def find(
        self,
        collection: str,
        where: Mapping[str, Scalar],
        *,
        after: str = "",
        limit: int = 100,
        descending: bool = False,
    ) -> Sequence[Document]:
        """Records whose indexed fields equal ``where``, in order of id."""
        records, wanted = self._records(collection), self._wanted(collection, where)
        if after:
            wanted["_id"] = {"$lt" if descending else "$gt": after}
        cursor = records.find(wanted).sort("_id", -1 if descending else 1).limit(limit)
        found = await self._server.call(lambda _again: cursor.clone().to_list())
        return [_document(each) for each in found]

    async def count(self, collection: str, where: Mapping[str, Scalar]) -> int:
        """How many records match."""
        records, wanted = self._records(collection), self._wanted(collection, where)
        return await self._server.call(lambda _again: records.count_documents(wanted))

    async def _is_ours(self, records: Records, id_: str, nonce: str, *, version: int) -> bool:
        """Whether that version is what we wrote under ``nonce`` before the answer was lost.

        The first write changes nothing, and waits for the disks as the lost one would have.
        Raises MongoUnavailable where it can no longer be told: whoever asked reads again.
        """
        ours = {"_id": id_, "writers": nonce}
        kept = await records.update_one(ours, {"$addToSet": {"writers": nonce}})
        if kept.matched_count == 1:
            return True
        found = await records.find_one({"_id": id_}, {"version": 1, "writers": 1})
        if found is None or not 0 <= found["version"] - version < len(found["writers"]):
            raise MongoUnavailable(
                f"{self._server.place} lost a connection in the middle of a write, and others "
                "have written since: it is tried again."
            )
        return False

    def _records(self, collection: str) -> Records:
        if collection not in self._indexed:
            raise ValueError(f"collections.py does not name {collection!r}")
        return self._server.records(records_name(collection))

    def _written(self, collection: str, data: Mapping[str, Json], version: int) -> Stored:
        by = {field: looked_up(data.get(field)) for field in self._indexed[collection]}
        known = {field: value for field, value in by.items() if value}
        return {"version": version, "data": to_text(data), "by": known}

    def _wanted(self, collection: str, where: Mapping[str, Scalar]) -> dict[str, Any]:
        for field in where:
            if field not in self._indexed[collection]:
                raise ValueError(f"collections.py does not index {field!r} of {collection!r}")
        return {f"by.{field}": looked_up(value) for field, value in where.items()}


def looked_up(value: Json) -> str:
    """A value as text that is equal exactly where two values are: text is quoted, a number not.

    True is 1 and 1.0 is 1, as in SQLite and in Python. What is no scalar is not looked up.
    """
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    if isinstance(value, int | float):
        return str(int(value))
    return ""


def _document(found: Stored) -> Document:
    return Document(found["_id"], found["version"], from_text(found["data"]))
