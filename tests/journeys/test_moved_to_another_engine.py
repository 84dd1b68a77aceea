"""``paved-road store copy``: an operator moves what the bot knows, and it goes on there."""

import sqlite3
from pathlib import Path

import pytest

from bot.localhub import Fault
from tests.cli.test_command_line import run
from tests.engines import engine_settings
from tests.journeys.test_killed_anywhere import Gate
from tests.journeys.world import World, body, open_world


async def test_the_bot_goes_on_with_the_copy(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One request is finished before the move, one is under way; the log stays one chain."""
    moved = dict(engine_settings(request))
    async with open_world(tmp_path, start_bot=False) as world:
        process = await world.start_process()
        await world.catalog_is_read()
        before = await world.file(body())
        await world.until(before, "is ready")
        gate = Gate()
        world.hub.faults.rest.append(Fault(method="POST", route="/orgs/{org}/repos", until=gate))
        under_way = await world.file(body(**{"Repository name": "coin-kit"}))
        await gate.reached.wait()
        await world.kill(process)
        gate.set()

        code, out, err = await copy(world, moved["STORE_URL"])
        assert (code, err) == (0, "")
        assert "Both hold the same" in out
        assert "audit chain: " in out
        assert (await copy(world, moved["STORE_URL"]))[0] == 0

        await world.start_process(**moved)
        await world.until(under_way, "is ready")
        await world.comment(before, "/status")
        assert "succeeded, all 10 steps done" in await world.until(before, "@dana")
        code, out, _ = await run("audit", "verify", env=world.environment | moved)
        assert (code, " entries hold" in out) == (0, True)


async def copy(world: World, target: str) -> tuple[int, str, str]:
    source = f"sqlite:///{world.environment['DATA_DIR']}/paved-road.db"
    return await run("store", "copy", source, target, env=world.environment)


async def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    """Before anything is opened; nothing is made by a mistyped name."""
    here, there = f"sqlite:///{tmp_path}/here.db", f"sqlite:///{tmp_path}/there.db"

    assert await run("store", "copy", here, there) == (
        2,
        "",
        "FROM: names a file that does not exist\n",
    )
    sqlite3.connect(tmp_path / "here.db").execute("CREATE TABLE x (y)")
    code, _, err = await run("store", "copy", here, there)
    assert (code, "belongs to another program" in err) == (2, True)
    code, _, err = await run("store", "copy", here, "sqs://road")
    assert (code, err) == (2, "TO: must be sqlite:///path or mongodb://host/database\n")
    code, _, err = await run("store", "copy", here, here)
    assert (code, err) == (2, "TO: is the same store as FROM\n")
