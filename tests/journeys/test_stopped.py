"""SIGTERM in the middle of a request: the process ends in time, and the next one goes on."""

import asyncio
from pathlib import Path

import pytest

from bot.localhub import Fault
from tests.journeys.test_killed_anywhere import Gate
from tests.journeys.world import CATALOG, World, body, open_world

# Were the message not given back, it would stay hidden for an hour.
SETTINGS = {"LEASE_SECONDS": "3600", "PROGRESS_INTERVAL_MS": "50"}


@pytest.mark.parametrize(
    ("stop_s", "in_time"), [(1, False), (60, True)], ids=["given-back", "finished"]
)
async def test_who_is_told_to_stop_finishes_or_gives_back(
    tmp_path: Path, stop_s: int, in_time: bool
) -> None:
    """A new release is rolled out while GitHub lets a request wait."""
    async with open_world(tmp_path, start_bot=False, settings=SETTINGS) as world:
        process = await world.start_process(STOP_SECONDS=str(stop_s))
        await world.catalog_is_checked()
        gate = Gate()
        world.hub.faults.rest.append(
            Fault(method="POST", route="/repos/{owner}/{repo}/git/trees", until=gate)
        )
        number = await world.file(body())
        await gate.reached.wait()
        process.terminate()
        if in_time:
            gate.set()
        async with asyncio.timeout(60):
            assert await process.wait() == 0
        gate.set()
        if in_time:
            await is_made_once(world, number)
        await world.start_process()
        await is_made_once(world, number)


async def is_made_once(world: World, number: int) -> None:
    await world.until(number, "is ready")
    await world.hub.idle()
    assert await world.repositories() == [CATALOG, "acme/money-kit"]
    assert len(await world.comments(number)) == 1
