"""Many requests at once, two workers on one file, and one of them is killed in the middle."""

import asyncio
from pathlib import Path

import pytest

from tests.journeys.world import CATALOG, body, open_world

MANY = 30


@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_when_one_of_two_workers_dies(tmp_path: Path) -> None:
    quick = {"LEASE_SECONDS": "3", "PROGRESS_INTERVAL_MS": "60000", "ATTEMPTS": "50"}
    async with open_world(tmp_path, start_bot=False) as world:
        await world.start_process("--no-worker", **quick)
        doomed = await world.start_worker(**quick)
        await world.start_worker(**quick)
        await world.catalog_is_read()

        names = [f"kit-{number:03}" for number in range(MANY)]
        numbers = [await world.file(body(**{"Repository name": name})) for name in names]
        await world.until(numbers[3], "is ready")
        await world.kill(doomed)
        await asyncio.gather(*(world.until(number, "is ready") for number in numbers))

        assert sorted(await world.repositories_by_page()) == sorted(
            [CATALOG, *(f"acme/{name}" for name in names)]
        )
        for number in numbers:
            assert len(await world.comments(number)) == 1
