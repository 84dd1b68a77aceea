"""A pull request of which no event came is checked all the same, and once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.work.read_since import FRESH_S, iso
from tests.bot_in_memory import BotWorld, open_bot_world
from tests.templates.pull_requests.offers import checks, comment, manifest


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[BotWorld]:
    async with open_bot_world(tmp_path) as opened_world:
        yield opened_world


async def look(world: BotWorld) -> int:
    """The schedule looks, and everything that follows is done; how many were missed."""
    (job,) = [each for each in world.bot.jobs if each.name == "pulls"]
    missed = await job.do()
    await world.idle()
    assert isinstance(missed, int)
    return missed


async def test_it_is_checked_once_whatever_comes_late(world: BotWorld) -> None:
    """As it was opened, and as it moved; a look at what is known costs nothing more."""
    number = await world.open_pull([manifest(world, version="1.1.0")], tell=False)
    assert await look(world) == 1
    (check,) = checks(world)
    assert check.conclusion == "success"
    assert comment(world, number).startswith("`greeter` is ready to merge\n")
    await world.tell_pull(number, "opened")
    await world.idle()
    assert await look(world) == 0
    assert checks(world) == [check]


async def test_what_just_moved_is_left_to_its_event(world: BotWorld) -> None:
    number = await world.open_pull([manifest(world, version="1.1.0")], tell=False)
    pulls, now_s = world.github.pulls, world.bot.clock.now_s()
    pulls[number] = replace(pulls[number], updated_at=iso(now_s))
    assert await look(world) == 0
    pulls[number] = replace(pulls[number], updated_at=iso(now_s - FRESH_S))
    assert await look(world) == 1


async def test_closed_ones_are_left_alone(world: BotWorld) -> None:
    number = await world.open_pull([manifest(world, version="1.1.0")], tell=False)
    world.merge(number)
    assert await look(world) == 0
