"""From a comment to the start of the workflow that deploys, and what a deployment costs in calls.

The local GitHub runs in this process, the bot in one of its own, wired as in
production. Time counts from the comment to GitHub's having the workflow run. The
calls are those of a whole deployment with its events, the role question and the
reaction included; the token is there already, as it mostly is.
"""

import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.journeys.deploying import KIT, Kit
from tests.journeys.world import open_world

TURNS = 9
MOST_MS, MOST_CALLS = 300, 12


async def measure() -> list[Figure]:
    """A commit goes to staging again and again, each time another one."""
    started_s: list[float] = []
    calls: list[int] = []
    with tempfile.TemporaryDirectory() as name:
        async with open_world(Path(name), start_bot=False) as world:
            await world.start_process()
            await world.catalog_is_read()
            kit = await Kit.made(world)
            await _deployment(kit, 1)
            for turn in range(TURNS):
                await kit.push({"turn": str(turn).encode()})
                await world.hub.idle()
                world.hub.requests.clear()
                started_s.append(await _deployment(kit, turn + 2))
                calls.append(
                    sum(
                        call.caller.startswith("app") or "installation" in call.caller
                        for call in world.hub.requests
                    )
                )
    median_ms = statistics.median(started_s) * 1000
    return [
        Figure(
            name="comment to dispatched workflow, median",
            value=median_ms,
            unit="ms",
            target=f"under {MOST_MS} ms",
            met=median_ms < MOST_MS,
        ),
        Figure(
            name="REST calls of a deployment, median",
            value=statistics.median(calls),
            unit="calls",
            target=f"at most {MOST_CALLS}",
            met=statistics.median(calls) <= MOST_CALLS,
        ),
        # An edit of the comment more, where its interval ends between two statuses.
        Figure(name="the most of them", value=max(calls), unit="calls"),
    ]


async def _deployment(kit: Kit, count: int) -> float:
    """Seconds from the comment to the workflow run; returns when the deployment is over."""
    hub, began_s = kit.world.hub, time.perf_counter()
    with hub.changes.subscribe(f"runs:{KIT}@") as changes:
        await kit.say("/deploy staging")
        while len(hub.workflow_runs(KIT, workflow="deploy.yml")) < count:
            await anext(changes)
    started_s = time.perf_counter() - began_s
    await kit.succeeds(count)
    await kit.until("`staging` runs `", times=count)
    await hub.idle()
    return started_s
