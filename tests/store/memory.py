"""A store in memory that keeps the ``Documents`` port's promises, for tests of what uses it.

The contract suite runs on it too, so it may not flatter.
"""

import copy
from collections.abc import Callable, Mapping, Sequence

from bot.store.collections import COLLECTIONS
from bot.store.port import Collection, Document, Json, Scalar
from bot.store.record_text import to_text


class MemoryDocuments:
    """Documents in a dictionary. ``before_write`` may raise to play a kill at that write."""

    def __init__(
        self,
        before_write: Callable[[], None] = lambda: None,
        *,
        collections: Sequence[Collection] = COLLECTIONS,
    ) -> None:
        self.before_write = before_write
        self._indexed = {collection.name: collection.indexed for collection in collections}
        self._records: dict[str, dict[str, Document]] = {name: {} for name in self._indexed}

    async def insert(self, collection: str, id: str, data: Mapping[str, Json]) -> bool:  # noqa: A002 - the port's name
        self.before_write()
        to_text(data)  # refuses what no store could keep
        records = self._records[collection]
        if id in records:
            return False
        records[id] = Document(id, 1, copy.deepcopy(dict(data)))
        return True

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002 - the port's name
        return copy.deepcopy(self._records[collection].get(id))

    async def replace(
        self,
        collection: str,
        id: str,  # noqa: A002 - the port's name
        data: Mapping[str, Json],
        *,
        version: int,
    ) -> bool:
        self.before_write()
        to_text(data)
        known = self._records[collection].get(id)
        if known is None or known.version != version:
            return False
        self._records[collection][id] = Document(id, version + 1, copy.deepcopy(dict(data)))
        return True

    async def delete(self, collection: str, id: str, *, version: int) -> bool:  # noqa: A002 - the port's name
        self.before_write()
        known = self._records[collection].get(id)
        if known is None or known.version != version:
            return False
        del self._records[collection][id]
        return True

    async def restore(self, collection: str, document: Document) -> None:
        self.before_write()
        self._records[collection][document.id] = copy.deepcopy(document)

    async def find(
        self,
        collection: str,
        where: Mapping[str, Scalar],
        *,
        after: str = "",
        limit: int = 100,
        descending: bool = False,
    ) -> Sequence[Document]:
        self._check(collection, where)
        found = [
            document
            for id_, document in sorted(self._records[collection].items(), reverse=descending)
            if self._matches(document, where)
            and (not after or (id_ < after if descending else id_ > after))
        ]
        return copy.deepcopy(found[:limit])

    async def count(self, collection: str, where: Mapping[str, Scalar]) -> int:
        records = self._records[collection].values()
        self._check(collection, where)
        return sum(self._matches(document, where) for document in records)

    def _check(self, collection: str, where: Mapping[str, Scalar]) -> None:
        for field in where:
            if field not in self._indexed[collection]:
                raise ValueError(f"{collection}.{field} is not indexed")

    @staticmethod
    def _matches(document: Document, where: Mapping[str, Scalar]) -> bool:
        return all(document.data.get(field) == value for field, value in where.items())
