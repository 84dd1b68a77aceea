"""What the tests of the MongoDB store run on: a database of their own."""

from collections.abc import AsyncIterator

import pytest
from pymongo import common

from bot.store.store_mongo import MongoStore
from tests.contract.adapters import THINGS
from tests.mongo.cutting_proxy import CuttingProxy, cutting_proxy
from tests.mongo.ready import ready
from tests.mongo.server import drop, fresh_url


@pytest.fixture
async def url() -> AsyncIterator[str]:
    url = fresh_url()
    yield url
    await drop(url)


@pytest.fixture
async def store(url: str) -> AsyncIterator[MongoStore]:
    store = MongoStore(url, collections=[THINGS])
    yield store
    await store.close()


@pytest.fixture
async def proxy(url: str) -> AsyncIterator[CuttingProxy]:
    async with cutting_proxy(url) as proxy:
        yield proxy
        assert proxy.all_cut


@pytest.fixture
async def behind(proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MongoStore]:
    """The same database, over a line that is cut."""
    # The client looks for a server that it lost twice a second: too seldom for so many cuts.
    monkeypatch.setattr(common, "MIN_HEARTBEAT_INTERVAL", 0.01)
    store = MongoStore(proxy.url, collections=[THINGS])
    await ready(store)  # its indexes are made: the next requests are the test's
    yield store
    await store.close()
