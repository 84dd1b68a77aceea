"""Indexes are made at the start, by name, and once."""

import asyncio

from structlog.testing import capture_logs

from bot.store.collections import COLLECTIONS
from bot.store.mongo_indexes import wanted_indexes
from bot.store.mongo_server import MongoServer
from bot.store.store_mongo import MongoStore
from tests.mongo.ready import ready


async def kept(url: str) -> set[str]:
    server = MongoServer(url)
    found = {
        name
        for collection in wanted_indexes(COLLECTIONS)
        for name in await server.records(collection).index_information()
    }
    await server.close()
    return found - {"_id_"}


async def test_every_index_is_made_by_name_and_told(url: str) -> None:
    names = [
        each.document["name"] for all_ in wanted_indexes(COLLECTIONS).values() for each in all_
    ]
    with capture_logs() as logs:
        store = MongoStore(url)
        await ready(store)
        await store.close()

    assert len(set(names)) == len(names)
    assert await kept(url) == set(names)
    (told,) = logs
    assert sorted(told["made"]) == sorted(names)


async def test_a_second_start_makes_none(url: str) -> None:
    for _ in range(2):
        with capture_logs() as logs:
            store = MongoStore(url)
            await ready(store)
            await store.close()

    (told,) = logs
    assert told["made"] == []
    assert told["known"] == len(await kept(url))


async def test_many_that_start_at_once_do_not_hinder_each_other(url: str) -> None:
    stores = [MongoStore(url) for _ in range(4)]
    await asyncio.gather(*(ready(store) for store in stores))
    for store in stores:
        await store.close()


async def test_an_index_of_ours_with_other_fields_is_told_and_kept(url: str) -> None:
    """The bot works without it, only slower."""
    server = MongoServer(url)
    await server.records("deliveries").create_index([("key", 1)], name="deliveries_by_finished")
    with capture_logs() as logs:
        store = MongoStore(url)
        await ready(store)
        await store.close()

    assert logs[0]["log_level"] == "warning"
    assert logs[0]["index"] == "deliveries_by_finished"
    found = await server.records("deliveries").index_information()
    assert list(found["deliveries_by_finished"]["key"]) == [("key", 1)]
    await server.close()
