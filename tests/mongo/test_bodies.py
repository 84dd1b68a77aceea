"""Bodies in chunks: whole or not there, whoever was killed or raced in between."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from bot.clock import ManualClock
from bot.store.mongo_bodies import ON_ITS_WAY_S
from bot.store.mongo_indexes import BODIES, DELIVERIES
from bot.store.mongo_server import MongoServer
from bot.store.port import Delivery, StoreUnavailable
from bot.store.store_mongo import MongoStore
from tests.contract.adapters import THINGS
from tests.mongo.cutting_proxy import CuttingProxy
from tests.mongo.ready import ready

LATER_S = 1e12


def delivery(seed: int, guid: str = "guid") -> Delivery:
    """Two chunks large; random bytes cannot be made smaller."""
    body = random.Random(seed).randbytes(9_000_000)
    return Delivery(guid=guid, event="push", body=body, key="acme/shop", received_at_s=1.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(url: str, clock: ManualClock) -> AsyncIterator[MongoStore]:
    store = MongoStore(url, collections=[THINGS], clock=clock)
    yield store
    await store.close()


@pytest.fixture
async def server(url: str) -> AsyncIterator[MongoServer]:
    """To look and to damage behind the store's back."""
    server = MongoServer(url)
    yield server
    await server.close()


async def chunks(server: MongoServer) -> int:
    return await server.records(BODIES).count_documents({})


async def test_of_two_that_save_one_delivery_at_once_one_is_kept_whole(
    store: MongoStore, server: MongoServer
) -> None:
    both = [delivery(1), delivery(2)]
    first, second = await asyncio.gather(*(store.deliveries.add(each) for each in both))

    assert first is not second
    assert await store.deliveries.get("guid") == (both[0] if first else both[1])
    assert await chunks(server) == 2


async def test_who_dies_between_chunks_saved_nothing_and_is_cleared_away(
    store: MongoStore, server: MongoServer, proxy: CuttingProxy, clock: ManualClock
) -> None:
    """The second chunk never arrives, nor does any repeat of it."""
    dying = MongoStore(proxy.url, collections=[THINGS], clock=clock)
    await ready(dying)

    async def cut() -> None:
        proxy.lose_requests("insert", times=2)

    proxy.lose_answers("insert", meanwhile=cut)  # the first chunk arrived, unheard
    with pytest.raises(StoreUnavailable):
        await dying.deliveries.add(delivery(1))
    await dying.close()

    assert await store.deliveries.get("guid") is None
    await store.deliveries.purge(received_before_s=LATER_S)
    assert await chunks(server) == 1  # its writer may live

    assert await store.deliveries.add(delivery(2)) is True
    clock.advance(ON_ITS_WAY_S + 1)
    await store.deliveries.purge(received_before_s=LATER_S)
    assert await chunks(server) == 2
    assert await store.deliveries.get("guid") == delivery(2)


async def test_a_purge_takes_the_chunks_along(
    store: MongoStore, server: MongoServer, clock: ManualClock
) -> None:
    for guid in ("ended", "expired", "open"):
        await store.deliveries.add(delivery(1, guid))
    await store.deliveries.finish("ended", "ok")
    assert await store.deliveries.purge(received_before_s=10.0) == 1
    assert await chunks(server) == 4

    await server.records(DELIVERIES).delete_one({"_id": "expired"})  # as an expiry would
    clock.advance(ON_ITS_WAY_S + 1)
    assert await store.deliveries.purge(received_before_s=LATER_S) == 0
    assert await chunks(server) == 2
    assert await store.deliveries.get("open") == delivery(1, "open")


async def test_a_delivery_that_lost_a_chunk_is_damage_and_not_an_end(
    store: MongoStore, server: MongoServer
) -> None:
    """Nobody takes it for one that was purged, and the worker does not drop it."""
    await store.deliveries.add(delivery(1))
    await server.records(BODIES).delete_one({"guid": "guid"})

    with pytest.raises(StoreUnavailable, match="lost part of delivery guid: restore a backup"):
        await store.deliveries.get("guid")
