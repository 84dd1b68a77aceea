"""From a comment to what runs where, on the local GitHub: by Actions, and by another delivery."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deployments import DeploymentState
from tests.journeys.deploying import KIT, Kit, records_of
from tests.journeys.world import World, open_world
from tests.localhub.openapi import validate


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, validator=validate) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


async def test_a_commit_climbs_to_production_and_back(world: World) -> None:
    """Staging, promotion, a newer commit, and the way back; two commands at once are told."""
    assert world.bot is not None
    kit = await Kit.made(world)
    await kit.say("/deploy production")
    refused = await kit.until("has not been deployed to `staging` with success")
    assert "`/deploy staging " in refused

    await kit.say("/deploy staging")
    await kit.say("/deploy staging")
    busy = await kit.until("is under way already")
    assert f"/{KIT}/issues/{kit.issue}#" in busy
    first = await kit.succeeds(1)
    text = await kit.until("`staging` runs `")
    assert "`/promote` brings it to `production`" in text
    assert await kit.checks(first["sha"]) == {
        "Paved Road: staging build": "success",
        "Paved Road: staging canary": "success",
        "Paved Road: staging promotion": "success",
    }

    await kit.say("/promote")
    promoted = await kit.succeeds(2)
    assert (promoted["sha"], promoted["environment"]) == (first["sha"], "production")
    await kit.until("`production` runs `")

    await kit.push({"n": b"2"})
    await kit.say("/deploy staging")
    second = await kit.succeeds(3)
    await kit.until(f"`staging` runs `{second['sha'][:7]}`")
    await kit.say("/rollback staging")
    back = await kit.succeeds(4)
    assert (back["sha"], back["payload"]["action"]) == (first["sha"], "rollback")
    await kit.until(f"`staging` runs `{first['sha'][:7]}`", times=2)

    await kit.say("/lock staging a load test\n/status")
    status = await kit.until("| Environment | Runs |")
    assert f"| `staging` | `{first['sha'][:7]}` since " in status
    assert "locked by `dana`" in status
    assert "1 deployment to production in 30 days; 0 of 1 change failed." in status
    assert "| team `" in status.partition("30 days |")[2]
    assert "```mermaid" in status
    await kit.say("/plan staging")
    await kit.until("A plan for `staging` is being made")
    (plan,) = world.hub.workflow_runs(KIT, workflow="plan.yml")
    assert plan.inputs == {"environment": "staging", "issue": str(kit.issue)}
    states = {each.state for each in await records_of(world.bot.store.documents)}
    assert states == {DeploymentState.SUCCEEDED}


async def test_another_delivery_fails_and_the_bot_rolls_it_back(world: World) -> None:
    """As Jenkins does it: it hears of the deployment and answers with statuses."""
    assert world.bot is not None
    kit = await Kit.made(world, via="deployment")
    await kit.say("/deploy staging")
    first = await kit.until_deployment(1)
    await kit.status(first, "success")
    await kit.until("`staging` runs `")
    await kit.push({"n": b"2"})
    await kit.say("/deploy staging")
    second = await kit.until_deployment(2)
    await kit.status(second, "in_progress", "canary: 10% of the traffic")
    await kit.status(second, "failure", "health: 503 three times in a row")
    rollback = await kit.until_deployment(3)
    assert (rollback["sha"], rollback["payload"]["action"]) == (first["sha"], "rollback")
    await kit.until("is being brought back")
    await kit.status(rollback, "success")
    text = await kit.until("is in place again")
    assert "`503 three times in a row`" in text
    assert len(await kit.texts()) == 2
    assert world.hub.workflow_runs(KIT, workflow="deploy.yml") == []
    states = [each.state.value for each in await records_of(world.bot.store.documents)]
    assert states == ["succeeded", "rolled-back", "succeeded"]
