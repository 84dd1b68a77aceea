"""What an operator reads when MongoDB cannot be used: what is wrong, where to look, no password."""

import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest
from bson.errors import InvalidDocument
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DocumentTooLarge,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from bot.app import open_store
from bot.settings import Settings, SettingsError
from bot.store.mongo_errors import unavailable
from bot.store.mongo_server import MalformedAddress, MongoServer
from bot.store.port import StoreUnavailable
from bot.store.store_mongo import MongoStore
from tests.contract.adapters import THINGS
from tests.mongo.server import fresh_url
from tests.test_settings import COMPLETE

PASSWORD = "pa55-w0rd"


def failure(code: int, text: str = "no") -> OperationFailure:
    return OperationFailure(text, code, {"codeName": "Some", "errmsg": text})


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(failure(18), "the user name or the password", id="wrong-password"),
        pytest.param(failure(8000), "the user name or the password", id="wrong-password-at-atlas"),
        pytest.param(failure(13), "readWrite", id="no-rights"),
        pytest.param(failure(14031), "is full", id="full"),
        pytest.param(failure(8, "write: No space left on device"), "is full", id="full-in-words"),
        pytest.param(NotPrimaryError("not primary"), "no primary", id="not-primary"),
        pytest.param(
            ServerSelectionTimeoutError("No primary available for writes"),
            "no primary",
            id="no-primary",
        ),
        pytest.param(WTimeoutError("w", 64, {}), "Too few members", id="no-majority"),
        pytest.param(NetworkTimeout("timed out"), "did not answer in time", id="silent"),
        pytest.param(
            AutoReconnect("[SSL: CERTIFICATE_VERIFY_FAILED] self signed"), "TLS", id="tls"
        ),
        pytest.param(DocumentTooLarge("17 MB"), "larger than the 16 MB", id="too-large"),
        pytest.param(failure(20), "retryWrites=false", id="no-retryable-writes"),
        pytest.param(
            ConfigurationError("Server reports wire version 6"), "4.4 or newer", id="too-old"
        ),
        pytest.param(failure(4711), r"\(OperationFailure 4711 Some\)", id="anything-else"),
    ],
)
def test_every_error_is_a_sentence(error: Exception, words: str) -> None:
    told = unavailable(error, "MongoDB at db.example")

    with pytest.raises(StoreUnavailable, match=words):
        raise told
    assert "MongoDB at db.example" in str(told)
    assert str(told).endswith(".")


@pytest.fixture
async def not_mongodb() -> AsyncIterator[int]:
    """The port of something that speaks first, and other words."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def told_by(url: str) -> str:
    """What the store at that address says, and a log with its causes."""
    store = MongoStore(f"{url}{'&' if '?' in url else '?'}timeoutMS=500", collections=[THINGS])
    with pytest.raises(StoreUnavailable) as told:
        await store.deliveries.get("guid")
    await store.close()
    assert PASSWORD not in "".join(traceback.format_exception(told.value))
    return str(told.value)


async def test_where_nothing_listens() -> None:
    told = await told_by(f"mongodb://bot:{PASSWORD}@127.0.0.1:1/road")
    assert told == (
        "MongoDB at 127.0.0.1:1 cannot be reached, because nothing listens there: start it, or "
        "correct STORE_URL."
    )


async def test_a_host_that_nobody_knows() -> None:
    told = await told_by(f"mongodb://bot:{PASSWORD}@db.invalid/road")
    assert "its name is not known here" in told


async def test_a_replica_set_of_another_name() -> None:
    told = await told_by(f"{fresh_url()}&replicaSet=rs0")
    assert "no member of the replica set" in told


async def test_something_that_is_not_mongodb(not_mongodb: int) -> None:
    told = await told_by(f"mongodb://bot:{PASSWORD}@127.0.0.1:{not_mongodb}/road")
    assert "it is not MongoDB" in told


async def test_a_store_that_was_closed_says_so(url: str) -> None:
    store = MongoStore(url, collections=[THINGS])
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.documents.get("things", "a")


async def test_half_a_character_is_our_bug_and_not_an_outage(store: MongoStore) -> None:
    """As on SQLite, an id that is no text is refused before anything is sent."""
    with pytest.raises((UnicodeEncodeError, InvalidDocument)):
        await store.documents.insert("things", "\ud83c", {})


MALFORMED = {
    "an-at-in-the-password": f"mongodb://bot:{PASSWORD}@x@db/road",
    "a-slash-in-the-password": f"mongodb://bot:{PASSWORD}/x@db/road",
    "a-port-that-is-none": f"mongodb://bot:{PASSWORD}@db:port/road",
    "a-port-out-of-range": f"mongodb://bot:{PASSWORD}@db:99999/road",
    "a-database-that-is-none": f"mongodb://bot:{PASSWORD}@db/ro%20ad",
}


@pytest.mark.parametrize("url", MALFORMED.values(), ids=MALFORMED)
async def test_an_address_that_cannot_be_read_is_told_at_the_start(url: str) -> None:
    with pytest.raises(MalformedAddress) as told:
        MongoServer(url)
    assert PASSWORD not in "".join(traceback.format_exception(told.value))

    settings = Settings.from_env(COMPLETE | {"STORE_URL": url})
    with pytest.raises(SettingsError, match="STORE_URL: cannot be read as mongodb://"):
        async with open_store(settings):
            pass


@pytest.mark.parametrize(
    ("url", "database"),
    [("mongodb://db.example", "paved_road"), ("mongodb://db.example/road?w=1", "road")],
)
async def test_durability_and_database_are_ours_to_choose(url: str, database: str) -> None:
    """A write that one member has is lost with that member, whatever the address says."""
    server = MongoServer(url)
    records = server.records("things")
    await server.close()

    assert records.database.name == database
    assert records.write_concern.document == {"w": "majority", "j": True}
