"""kill -9 at every write of a deployment: it is made once, started once and told once.

The bot is a process of its own, as in ``test_killed_anywhere``. The write reached GitHub,
the answer was lost. (Where it did not, ``tests/deployments`` shows the same in less time:
a start that may have been made already is looked for before it is made again.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bot.app import open_store
from bot.deployments import DeploymentState
from bot.localhub import Fault
from bot.settings import Settings
from tests.journeys.deploying import GOOD, KIT, Kit, records_of
from tests.journeys.test_killed_anywhere import QUICK, Gate
from tests.journeys.world import World, open_world

COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
TO_START = [
    ("POST", COMMENTS),
    ("POST", "/repos/{owner}/{repo}/deployments"),
    ("POST", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"),
]
TO_END = [
    ("POST", "/repos/{owner}/{repo}/check-runs"),
    ("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
]


@pytest.mark.slow
async def test_however_often_it_dies_it_deploys_once(tmp_path: Path) -> None:
    async with open_world(tmp_path, start_bot=False) as world:
        await world.start_process(**QUICK)
        await world.catalog_is_checked()
        kit = await Kit.made(world)
        await world.hub.idle()
        gates = _gates(world, TO_START)
        # Not over HTTP, where the comment would stand at the first of the doors itself.
        world.hub.add_comment(world.dana, KIT, kit.issue, "/deploy staging")
        await _die_at_each(world, gates, lambda: kit.until_deployment(1))
        deployment = await kit.until_deployment(1)
        run = await kit.until_run(deployment)

        gates = _gates(world, TO_END)
        for words in GOOD:
            await kit.status(deployment, "in_progress", words)
        await kit.status(deployment, "success")
        world.hub.conclude_run(KIT, run.id, "success")
        await world.hub.idle()
        await _die_at_each(world, gates, lambda: kit.until("`staging` runs `"))
        await kit.until("`staging` runs `")
        await world.hub.idle()

        assert len(await kit.deployments()) == 1
        assert len(world.hub.workflow_runs(KIT, workflow="deploy.yml")) == 1
        assert len(await kit.texts()) == 1
        path = f"/repos/{KIT}/commits/{deployment['sha']}/check-runs?per_page=100"
        _, told = await world.api("GET", path)
        ours = [each["name"] for each in told["check_runs"] if "Paved Road: " in each["name"]]
        assert sorted(ours) == [
            "Paved Road: staging build",
            "Paved Road: staging canary",
            "Paved Road: staging promotion",
        ]
        async with open_store(Settings.from_env(world.environment)) as (store, queue):
            (record,) = await records_of(store.documents)
            assert record.state is DeploymentState.SUCCEEDED
            assert not await queue.dead()


def _gates(world: World, writes: Sequence[tuple[str, str]]) -> list[Gate]:
    """Each of these writes, once, waits at a door of its own and loses its answer there."""
    gates = [Gate() for _ in writes]
    for (method, route), gate in zip(writes, gates, strict=True):
        fault = Fault(method=method, route=route, until=gate)
        world.hub.faults.rest.append(fault)
    return gates


async def _die_at_each(
    world: World, gates: Sequence[Gate], done: Callable[[], Awaitable[object]]
) -> None:
    """Kill the bot whenever it stands at a door, until it has stood at every one."""
    left = list(gates)
    while left:
        waits = [asyncio.ensure_future(gate.reached.wait()) for gate in left]
        await asyncio.wait(waits, timeout=180, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        reached = [gate for gate in left if gate.reached.is_set()]
        assert reached, "a write was never tried"
        await world.kill(world.processes[-1])
        for gate in reached:
            gate.set()
            left.remove(gate)
        await world.start_process(**QUICK)
    await done()
