"""One MongoDB: its address, its durability, and calls that survive a lost connection."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

import pymongo
from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DocumentTooLarge, PyMongoError

from bot.store.mongo_errors import may_be_repeated, unavailable

T = TypeVar("T")
Stored: TypeAlias = dict[str, Any]
Records: TypeAlias = AsyncCollection[Stored]

DATABASE = "paved_road"  # where the address names none
CALL_S = 7.0  # for one call with its repeats: GitHub waits ten seconds for an answer
ATTEMPTS = 3
# Unless the address says otherwise.
OPTIONS: dict[str, Any] = {
    "appname": "paved-road",
    "connectTimeoutMS": 5_000,
    "timeoutMS": int(CALL_S * 1000),
    "maxPoolSize": 50,
}


class MalformedAddress(Exception):
    """The address cannot be read; the text says what it looks like, and repeats none of it."""


class MongoServer:
    """The client of one database. Nothing is connected before the first call."""

    def __init__(self, url: str) -> None:
        """Raises MalformedAddress."""
        try:
            parts = urlsplit(url)
            given = {name.lower() for name, _ in parse_qsl(parts.query)}
            options = {name: each for name, each in OPTIONS.items() if name.lower() not in given}
            self._client: AsyncMongoClient[Stored] = AsyncMongoClient(url, **options)
            self._database = _durable(self._client.get_default_database(DATABASE))
        except (PyMongoError, ValueError, TypeError):
            raise MalformedAddress(
                "cannot be read as mongodb://user:password@host:port/database; user and password "
                "are percent-encoded, and options follow a question mark"
            ) from None
        self._call_s = self._client.options.timeout or CALL_S
        self.place = f"MongoDB at {parts.netloc.rpartition('@')[2]}"

    def records(self, name: str) -> Records:
        """A collection of the database."""
        return self._database[name]

    async def call(self, do: Callable[[bool], Awaitable[T]], *, limit_s: float | None = None) -> T:
        """What ``do`` answers, within ``limit_s``. Raises MongoUnavailable.

        Where the connection was lost in the middle it is asked again, and told
        so (True): what it asked for before may have taken effect.
        """
        with pymongo.timeout(limit_s or self._call_s):
            for attempt in count(1):
                try:
                    return await do(attempt > 1)
                except (PyMongoError, DocumentTooLarge) as error:
                    if attempt == ATTEMPTS or not may_be_repeated(error):
                        raise unavailable(error, self.place) from error
        raise AssertionError("the loop ends by returning or raising")

    async def close(self) -> None:
        """Let go of every connection; later calls are refused."""
        await self._client.close()


def _durable(database: AsyncDatabase[Stored]) -> AsyncDatabase[Stored]:
    """Whatever the address says: a write has reached the disks of most members when it returns,
    and what is read is what the primary has.
    """
    return database.with_options(
        write_concern=WriteConcern(w="majority", j=True), read_preference=ReadPreference.PRIMARY
    )
