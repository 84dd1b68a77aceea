"""``/status`` in a project tells its deployments, and the open ones are on ``/metrics``."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.deployments import Deployment, DeploymentRecords, DeploymentState
from bot.github.port import Role
from bot.projects import Project
from tests.deployments.metrics.records import HOUR_S, START_S, deployment
from tests.templates.health.world import HealthWorld, open_health_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[HealthWorld]:
    async with open_health_world(tmp_path) as opened:
        yield opened


async def status(world: HealthWorld, project: Project) -> str:
    world.github.roles[project.full_name, "dana"] = Role.READ
    await world.say("/status", where=project.full_name)
    return world.github.texts(project.full_name, 1)[-1]


async def put(world: HealthWorld, *line: Deployment) -> None:
    for each in line:
        await DeploymentRecords(world.bot.store.documents).put(each)


def hours_ago(world: HealthWorld, hours: float) -> float:
    """As the builder of deployments counts."""
    return (world.bot.clock.now_s() - START_S) / HOUR_S - hours


async def test_a_project_sees_its_deployments_beside_those_of_its_team_and_template(
    world: HealthWorld,
) -> None:
    made = await world.a_project()
    project = replace(made, cloud_provider="aws")
    await world.bot.projects.put(project)
    assert "**Next:** `/deploy dev` deploys the default branch." in await status(world, project)

    await put(
        world,
        deployment("a", at_h=hours_ago(world, 30), project=project.id),
        deployment("b", DeploymentState.UNKNOWN, at_h=hours_ago(world, 4), project=project.id),
        deployment("c", DeploymentState.FAILED, at_h=hours_ago(world, 2000), project=project.id),
        deployment("d", DeploymentState.RUNNING, at_h=hours_ago(world, 1), project=project.id),
        deployment("e", at_h=hours_ago(world, 60), project="other", template="spark"),
        deployment("f", at_h=hours_ago(world, 60), project="third", team="search"),
    )
    text = await status(world, project)
    assert text.startswith("@dana `acme/money-kit` is active\n")
    assert "1 deployment to production in 30 days; 0 of 1 change failed." in text
    assert (
        "| | 30 days | 90 days | team `payments`, 90 days | template `greeter`, 90 days |" in text
    )
    assert (
        "| Change failure rate | 0% (0 of 1) | 50% (1 of 2) | 33% (1 of 3) | 33% (1 of 3) |" in text
    )
    assert "| Outcome unknown | 1 | 1 | 1 | 1 |" in text
    assert "\nxychart-beta\n" in text
    rows = [line for line in text.splitlines() if "| deploy `" in line]
    assert [row.split("`")[1][0] for row in rows] == ["d", "b", "a", "c"]
    assert "Template `greeter` 1.0.0" in text


async def test_a_public_project_shows_nothing_of_others(world: HealthWorld) -> None:
    project = replace(await world.a_project(), visibility="public")
    await world.bot.projects.put(project)
    await put(world, deployment("a", at_h=hours_ago(world, 30), project=project.id))
    assert "| | 30 days | 90 days |\n" in await status(world, project)


async def test_what_is_never_deployed_says_nothing_of_it(world: HealthWorld) -> None:
    text = await status(world, await world.a_project())
    assert "deploy" not in text
