"""Hundreds of requests, two workers, and kill -9 at moments that a seed chooses.

The local GitHub runs in this process; receiver and workers are processes of their own
on the engines that an organisation would choose.
"""

import asyncio
import os
import random
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from bot.app import open_store
from bot.projects import ProjectRecords
from bot.runs import RunRecords, RunState
from bot.settings import Settings
from tests.engines import engine_settings
from tests.journeys.world import CATALOG, World, body, open_world

MANY = 300
SEED = int(os.environ.get("KILLED_SEED", "20261126"))
COMMANDS_EVERY = 5  # every fifth request is asked two things in a row
# A message of a killed worker is free again after the lease; many deaths are no poison here.
SETTINGS = {"LEASE_SECONDS": "3", "PROGRESS_INTERVAL_MS": "60000", "ATTEMPTS": "100"}
PER_HOUR = 15_000  # requests that GitHub gives an organisation on Enterprise Cloud
HELP = "Commands that work here"


def is_ready(world: World, number: int) -> bool:
    """Asked of the hub's memory: over HTTP, the looks would be most of the load."""
    issue = world.hub.issue(CATALOG, number)
    return any("is ready" in comment.body for comment in world.hub.world.comments.of(issue.id))


async def ready(world: World, number: int) -> None:
    """Return once the request has its repository."""
    with world.hub.changes.subscribe(f"issue:{CATALOG}#{number}") as changes:
        while not is_ready(world, number):
            await anext(changes)


async def finish_under_fire(
    world: World, workers: list[Process], numbers: list[int], rng: random.Random
) -> int:
    """Wait for all requests, killing a worker after every few of them; how many were killed."""
    left = {asyncio.ensure_future(ready(world, number)) for number in numbers}
    kills = 0
    while left:
        wanted = len(left) - min(len(left), rng.randint(20, 60))
        while len(left) > wanted:
            _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        if left:
            victim = workers.pop(rng.randrange(len(workers)))
            await asyncio.sleep(rng.random() / 5)  # anywhere in its work, not at its end
            await world.kill(victim)
            workers.append(await world.start_worker(**SETTINGS))
            kills += 1
    return kills


async def ask_twice(world: World, numbers: list[int]) -> None:
    """Two commands in each thread; the second is written when the first was delivered."""
    for command in ("/status", "/help"):
        await asyncio.gather(*(world.comment(number, command) for number in numbers))
        await world.hub.idle()


async def answers(world: World, number: int, *, of: int) -> list[str]:
    """What the bot wrote in a thread, once that is so many comments."""
    with world.hub.changes.subscribe(f"issue:{CATALOG}#{number}") as changes:
        while len(said := await world.comments(number)) < of:
            await anext(changes)
    return said


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_request_becomes_one_repository(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = engine_settings(request)
    names = [f"kit-{number:03}" for number in range(MANY)]
    async with open_world(tmp_path, start_bot=False, settings=settings) as world:
        world.hub.limits.per_hour = PER_HOUR
        await world.start_process("--no-worker", **SETTINGS)
        workers = [await world.start_worker(**SETTINGS) for _ in range(2)]
        await world.catalog_is_read()
        numbers = [await world.file(body(**{"Repository name": name})) for name in names]
        asked = numbers[::COMMANDS_EVERY]
        asking = asyncio.ensure_future(ask_twice(world, asked))

        kills = await finish_under_fire(world, workers, numbers, random.Random(SEED))
        await asking

        assert kills >= MANY // 60
        for number in asked:
            said = await answers(world, number, of=3)
            assert len(said) == 3
            status, helped = (text for text in said if text.startswith("@dana"))
            assert HELP in helped
            assert HELP not in status
        for number in set(numbers) - set(asked):
            assert len(await world.comments(number)) == 1
        made = await world.repositories_by_page()
        assert sorted(made) == sorted([CATALOG, *(f"acme/{name}" for name in names)])
        await records_agree(world, names)


async def records_agree(world: World, names: list[str]) -> None:
    """One project and one finished run a request, and nothing was given up."""
    async with open_store(Settings.from_env(world.environment)) as (store, queue):
        projects: list[str] = []
        records = ProjectRecords(store.documents)
        while page := await records.page(after=projects[-1] if projects else ""):
            projects += [each.id for each in page]
        assert len(projects) == len(names)
        unfinished = [
            run
            for state in (RunState.RUNNING, RunState.WAITING, RunState.FAILED)
            for run in await RunRecords(store.documents).in_state(state)
        ]
        assert unfinished == []
        assert not await queue.dead()
