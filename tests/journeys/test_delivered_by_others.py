"""`/deploy` where somebody else delivers: the script of docs/any-delivery.md behind a webhook."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deployments import DeploymentState
from tests.journeys.any_delivery import Delivery, delivering
from tests.journeys.deploying import KIT, Kit, records_of
from tests.journeys.world import World, open_world
from tests.localhub.openapi import validate


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, validator=validate) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


@pytest.fixture
async def delivery(world: World, tmp_path: Path) -> AsyncIterator[Delivery]:
    folder = tmp_path / "delivery"
    folder.mkdir()
    async with delivering(world.hub, folder) as made:
        yield made


async def test_a_comment_deploys_through_somebodys_own_script(
    world: World, delivery: Delivery
) -> None:
    """Commanded, taken up, told, recorded; no workflow runs, and the address is shown."""
    assert world.bot is not None
    kit = await Kit.made(world, via="deployment")
    await kit.say("/deploy staging")
    await kit.until("`staging` runs `")

    [record] = await records_of(world.bot.store.documents)
    assert (record.state, record.environment) == (DeploymentState.SUCCEEDED, "staging")
    assert delivery.deployed == f"{record.commit} staging deploy "
    assert [stage.name for stage in record.stages] == ["promotion"]
    assert world.hub.workflow_runs(KIT, workflow="deploy.yml") == []


async def test_what_fails_there_is_brought_back_there(world: World, delivery: Delivery) -> None:
    """The bot asks for the commit before by another deployment, and the script obeys."""
    assert world.bot is not None
    kit = await Kit.made(world, via="deployment")
    await kit.say("/deploy staging")
    await kit.until("`staging` runs `")
    good = (await kit.deployments())[0]["sha"]
    delivery.refuse(await kit.push({"n": b"2"}))
    await kit.say("/deploy staging")
    await kit.until("is in place again")

    states = [each.state for each in await records_of(world.bot.store.documents)]
    done, back = DeploymentState.SUCCEEDED, DeploymentState.ROLLED_BACK
    assert states == [done, back, done]
    assert delivery.deployed.endswith(f"{good} staging rollback ")
