"""MongoDB is killed and comes back: nothing that was acknowledged is lost, nothing is done twice.

The server keeps its data in a file here, and is killed without warning.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.port import StoreUnavailable
from bot.store.store_mongo import MongoStore
from tests.contract.adapters import THINGS
from tests.contract.processes import start
from tests.journeys.world import PATIENCE_S, body, open_world
from tests.mongo.server import MongoTestServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MongoTestServer]:
    server = MongoTestServer(tmp_path / "mongo.h2")
    yield server
    server.stop()


async def restart(server: MongoTestServer) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def test_what_was_acknowledged_outlives_the_server(server: MongoTestServer) -> None:
    """Eight writers never notice more than a pause."""
    url = server.url("things")
    process = await start("add_for_ever", "mongodb", url)
    assert process.stdout is not None
    saved = [await process.stdout.readline() for _ in range(100)]
    await restart(server)
    saved += [await process.stdout.readline() for _ in range(100)]
    process.kill()
    await process.wait()

    store = MongoStore(url, collections=[THINGS])
    for line in saved:
        guid = line.decode().strip()
        kept = await store.deliveries.get(guid)
        assert kept is not None
        assert kept.body == guid.encode() * 100
    await store.close()


async def test_a_store_that_was_opened_before_its_server_works_once_that_is_there(
    server: MongoTestServer,
) -> None:
    server.kill()
    store = MongoStore(server.url("things", timeoutMS=1000), collections=[THINGS])
    with pytest.raises(StoreUnavailable, match="nothing listens there"):
        await store.check()

    await asyncio.to_thread(server.start)

    async with asyncio.timeout(PATIENCE_S):
        while not await works(store):
            pass
    assert await store.documents.insert("things", "a", {"size": 1}) is True
    await store.close()


async def works(store: MongoStore) -> bool:
    try:
        await store.check()
    except StoreUnavailable:
        return False
    return True


async def test_requests_whose_steps_it_interrupts_become_one_repository_each(
    server: MongoTestServer, tmp_path: Path
) -> None:
    """It goes in the middle of a step, for longer than a call waits."""
    names = ["one-kit", "two-kit"]
    url = server.url("road", timeoutMS=1000)
    settings = {"STORE_URL": url, "PROGRESS_INTERVAL_MS": "50"}
    async with open_world(tmp_path, settings=settings) as world:
        await world.catalog_is_read()
        with world.hub.changes.subscribe("repo:acme/one-kit") as made:
            issues = [await world.file(body(**{"Repository name": name})) for name in names]
            async with asyncio.timeout(PATIENCE_S):
                await anext(made)
            await asyncio.to_thread(server.kill)
        assert world.bot is not None
        with pytest.raises(StoreUnavailable):
            await world.bot.store.documents.get("runs", "any")
        await asyncio.to_thread(server.start)

        for issue in issues:
            await world.until(issue, "is ready")
            assert len(await world.comments(issue)) == 1
        made_names = [each for each in await world.repositories() if each.endswith("-kit")]
        assert made_names == sorted(f"acme/{name}" for name in names)
        assert (await world.bot.audit.verify()).problem == ""
        assert await world.bot.queue.dead() == []
