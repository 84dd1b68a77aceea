"""Ended deliveries expire by themselves where the server knows how: NX-27017 does, on SQLite.

Nothing leans on it: the contract's servers know no expiry, and `purge` deletes there.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.store.mongo_deliveries import MongoDeliveries
from bot.store.mongo_indexes import DELIVERIES, wanted_indexes
from bot.store.mongo_server import MongoServer
from bot.store.port import StoreUnavailable
from tests.catalog.needed_tools import tool
from tests.mongo.test_lost_answers import delivery


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MongoServer]:
    """One that deletes what has expired every few seconds."""
    program = tool("nx-27017", install="pip install nx-27017")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]  # it takes no 0 and tells no port
    database = tmp_path / "nx"
    process = await asyncio.create_subprocess_exec(
        program, "--db", str(database), "-p", str(port), cwd=tmp_path
    )
    server = MongoServer(f"mongodb://127.0.0.1:{port}/road?retryWrites=false")
    yield server
    await server.close()
    process.terminate()
    await process.wait()


async def test_an_ended_delivery_expires_and_an_open_one_never(server: MongoServer) -> None:
    records = server.records(DELIVERIES)
    (expiry,) = [
        each
        for each in wanted_indexes([])[DELIVERIES]
        if each.document["name"] == "deliveries_expire"
    ]
    async with asyncio.timeout(60):
        while not await is_up(server):
            pass
    await server.call(lambda _again: records.create_indexes([expiry]))
    long_ago = MongoDeliveries(server, ManualClock())
    far_ahead = MongoDeliveries(server, ManualClock(4e9))
    for guid in ("ended", "ended-later", "open"):
        await long_ago.add(delivery(guid))
    await long_ago.finish("ended", "ok")
    await far_ahead.finish("ended-later", "ok")

    async with asyncio.timeout(60):
        while await long_ago.get("ended") is not None:
            pass
    left = await long_ago.page()
    assert list(left) == [delivery("ended-later", outcome="ok"), delivery("open")]


async def is_up(server: MongoServer) -> bool:
    try:
        await server.call(lambda _again: server.records(DELIVERIES).find_one({}))
    except StoreUnavailable:
        return False
    return True
