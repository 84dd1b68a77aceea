"""``/status`` in a project tells its deployments, and ``/metrics`` counts them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.deployments import Deployment, DeploymentState
from bot.projects import Project
from tests.deployments.metrics.records import HOUR_S, START_S, deployment
from tests.deployments.world import KIT, DeployWorld, open_deploy_world
from tests.receive.web_side import listening


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[DeployWorld]:
    async with open_deploy_world(tmp_path, via="deployment") as opened:
        yield opened


async def project(world: DeployWorld) -> Project:
    found = await world.bot.projects.of_repository(KIT)
    assert found is not None
    return found


async def put(world: DeployWorld, *line: Deployment) -> None:
    for each in line:
        await world.records.put(each)


def hours_ago(world: DeployWorld, hours: float) -> float:
    """As the builder of deployments counts."""
    return (world.bot.clock.now_s() - START_S) / HOUR_S - hours


async def test_a_project_sees_its_deployments_beside_those_of_its_team_and_template(
    world: DeployWorld,
) -> None:
    assert "**Next:** `/deploy dev` deploys the default branch." in await world.say("/status")

    id_ = (await project(world)).id
    ours = partial(deployment, project=id_, template="pinger")
    unknown, failed, running = (
        DeploymentState.UNKNOWN,
        DeploymentState.FAILED,
        DeploymentState.RUNNING,
    )
    await put(
        world,
        ours("a", at_h=hours_ago(world, 30)),
        ours("b", unknown, at_h=hours_ago(world, 4)),
        ours("c", failed, at_h=hours_ago(world, 2000)),
        ours("d", running, at_h=hours_ago(world, 1)),
        deployment("e", at_h=hours_ago(world, 60), project="other", template="spark"),
        ours("f", at_h=hours_ago(world, 60), project="third", team="search"),
    )
    text = await world.say("/status")
    assert "1 deployment to production in 30 days; 0 of 1 change failed." in text
    head = "| | 30 days | 90 days | team `payments`, 90 days | template `pinger`, 90 days |"
    assert head in text
    rate = "| Change failure rate | 0% (0 of 1) | 50% (1 of 2) | 33% (1 of 3) | 33% (1 of 3) |"
    assert rate in text
    assert "| Outcome unknown | 1 | 1 | 1 | 1 |" in text
    assert "\nxychart-beta\n" in text
    rows = [line for line in text.splitlines() if "| deploy `" in line]
    assert [row.split("`")[1][0] for row in rows] == ["d", "b", "a", "c"]


async def test_a_public_project_shows_nothing_of_others(world: DeployWorld) -> None:
    """Also where somebody made it public after it was made."""
    known = world.github.repositories[KIT]
    world.github.repositories[KIT] = replace(known, visibility="public")
    await put(world, deployment("a", at_h=hours_ago(world, 30), project=(await project(world)).id))
    assert "| | 30 days | 90 days |\n" in await world.say("/status")


async def test_what_is_never_deployed_says_nothing_of_it(world: DeployWorld) -> None:
    await world.bot.projects.put(replace(await project(world), cloud_provider=""))
    assert "was deployed" not in await world.say("/status")


async def test_what_was_commanded_and_ended_is_told_and_counted_once(world: DeployWorld) -> None:
    """The last environment of the ladder counts, whatever it is called."""
    await world.policy("  deployments: {environments: [dev, staging]}\n")
    first = await world.succeeds(await world.deploy("/deploy staging"))
    world.push(via="deployment")
    second = await world.deploy("/deploy staging")
    assert await scraped(world, "open", "running") == 1
    await world.status(second, "failure", "health: It does not answer")
    (rollback,) = [each for each in await world.all() if each.id not in (first.id, second.id)]
    told = await world.status(rollback, "success")
    await world.deliver("deployment_status", KIT, dict(told))
    await world.wake(60)

    assert await scraped(world, "total", "succeeded") == 2  # the first, and the rollback
    assert await scraped(world, "total", "failed") == 1
    assert await scraped(world, "open", "running") == 0
    text = await world.say("/status")
    assert "1 deployment to staging in 30 days; 1 of 2 changes failed." in text
    assert "| roll back to `" in text


async def scraped(world: DeployWorld, figure: str, kind: str) -> float:
    """The sample of staging, as Prometheus sees it; 0 where there is none."""
    async with (
        listening(world.bot.web) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        families = text_string_to_metric_families(await answer.text())
        found = {
            tuple(sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
            if sample.name == f"paved_road_deployments_{figure}"
        }
    return found.get(("staging", kind), 0.0)
