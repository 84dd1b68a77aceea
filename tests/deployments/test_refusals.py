"""Bad input and policies: what is refused, what is told, and that nothing was deployed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deployments import DeploymentState
from bot.github.port import File, Role
from tests.deployments.world import KIT, DeployWorld, open_deploy_world

APPROVAL = """\
  deployments:
    approvals: [{environment: staging, by: platform}]
"""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[DeployWorld]:
    async with open_deploy_world(tmp_path) as world:
        yield world


async def nothing_began(world: DeployWorld) -> bool:
    return not (await world.all() or world.github.deployments or world.github.dispatched)


# Typed → what the answer holds. One bot answers them all: none changes anything.
CANNOT_BE_DONE = (
    ("/deploy", "Comment `/deploy dev`, `/deploy staging` or"),
    ("/deploy stagin", "Did you mean `/deploy staging`?"),
    ("/deploy Production", "Did you mean `/deploy production`?"),
    ("/deply staging", "Did you mean `/deploy staging`?"),
    ("/deploy staging nowhere", "no branch, tag or commit `nowhere`"),
    ("/deploy staging abc", "no branch, tag or commit `abc`"),
    ("/deploy staging 0123456", "no branch, tag or commit `0123456`"),
    ("/deploy staging pull/7/head", "no branch, tag or commit"),
    ("/deploy staging refs/pull/7/head", "no branch, tag or commit"),
    ("/deploy staging mallory:main", "no branch, tag or commit"),
    ("/deploy staging ../../x", "no branch, tag or commit"),
    ("/deploy staging a b", "words too many"),
    ("/rollback staging", "Nothing is known that ran in `staging`"),
    ("/promote", "There is nothing to promote"),
    ("/lock staging", "`REASON` is missing"),
    ("/retry", "works in an issue in the catalog"),
)


async def test_what_cannot_be_done_is_told(world: DeployWorld) -> None:
    world.github.refs["heads/pull/7/head"] = world.heads[0]
    world.github.refs["heads/refs/pull/7/head"] = world.heads[0]
    for line, words in CANNOT_BE_DONE:
        by = "petra" if line == "/promote" else "dana"
        assert words in await world.say(line, by=by), line
    assert await nothing_began(world)


async def test_a_commit_of_a_fork_is_refused_whoever_names_it(world: DeployWorld) -> None:
    """GitHub finds it in this repository as well, on no branch of it."""
    fork = world.github.put("mallory/money-kit", [File(path="x", content=b"x")])
    world.github.strange.add(fork)
    answer = await world.say(f"/deploy staging {fork[:12]}", by="petra")
    assert "GitHub keeps the commits of forks here too" in answer
    assert await nothing_began(world)


async def test_a_branch_may_go_to_staging_and_not_to_production(world: DeployWorld) -> None:
    commit = world.github.put("acme/elsewhere", [File(path="x", content=b"x")])
    world.github.refs["heads/feature/x"] = commit
    world.github.strange.add(commit)
    deployment = await world.deploy("/deploy staging feature/x")
    assert (deployment.commit, deployment.ref) == (commit, "feature/x")
    await world.succeeds(deployment)
    answer = await world.say("/deploy production feature/x", by="petra")
    assert "`feature/x` is not on the branch `main`" in answer


async def test_the_commit_is_pinned_when_it_is_commanded(world: DeployWorld) -> None:
    """The branch moves while an approval is waited for."""
    await world.policy(APPROVAL)
    deployment = await world.deploy()
    world.push()
    await world.say("/approve", by="petra")
    (made,) = world.github.deployments.values()
    assert made.commit == deployment.commit == world.heads[0]


async def test_a_second_person_of_the_team_approves(world: DeployWorld) -> None:
    await world.policy(APPROVAL)
    world.github.teams["platform"] = {"petra", "dana"}
    deployment = await world.deploy()
    assert deployment.state is DeploymentState.WAITS_FOR_APPROVAL
    assert "1 member of `platform`, other than @dana" in await world.timeline(deployment)
    assert "Nobody approves a deployment of their own" in await world.say("/approve")
    assert "needs membership in `platform`" in await world.say("/approve", by="tom")
    elsewhere = await world.say("/approve", by="petra", thread=6)
    assert "One waits where it was asked for: https://github.test/acme/money-kit/issues/5" in (
        elsewhere
    )
    assert world.github.deployments == {}
    assert "It goes on now." in await world.say("/approve", by="petra")
    assert len(world.github.dispatched) == 1
    done = await world.succeeds(deployment)
    assert done.approved_by == ("petra",)
    assert "| Approved by | @petra |" in await world.timeline(done)


async def test_nobody_approves_in_time(world: DeployWorld) -> None:
    await world.policy(APPROVAL)
    deployment = await world.deploy()
    await world.wake(after_s=72 * 3600 + 60)
    done = await world.now(deployment)
    assert done.state is DeploymentState.CANCELLED
    assert "Nobody approved it in time" in await world.timeline(done)
    assert (await world.environment()).run == ""
    assert world.github.deployments == {}


async def test_a_rollback_takes_the_place_of_what_waits(world: DeployWorld) -> None:
    """And needs no approval: it must not wait."""
    await world.succeeds(await world.deploy())
    world.push()
    await world.succeeds(await world.deploy())
    await world.policy(APPROVAL)
    world.push()
    waiting = await world.deploy()
    rollback = await world.deploy("/rollback staging")
    assert rollback.commit == world.heads[0]
    assert (await world.now(waiting)).state is DeploymentState.CANCELLED
    await world.succeeds(rollback)
    assert len(world.github.deployments) == 3


async def test_a_lock_that_came_while_it_waited_holds_it_back(world: DeployWorld) -> None:
    await world.policy(APPROVAL)
    deployment = await world.deploy()
    await world.say("/lock staging load test", by="tom")
    await world.say("/approve", by="petra")
    done = await world.now(deployment)
    assert done.state is DeploymentState.FAILED
    assert "`staging` is locked by `tom`" in await world.timeline(done)
    assert world.github.deployments == {}


async def test_a_lock_ends_by_itself(world: DeployWorld) -> None:
    await world.policy("  deployments: {lock_hours: 2}\n")
    await world.say("/lock staging load `test` @acme/all", by="tom")
    refused = await world.say("/deploy staging")
    assert "is locked by `tom` for" in refused
    assert "``load `test` @acme/all``" in refused
    await world.wake(after_s=2 * 3600)
    await world.deploy()


async def test_who_may_is_narrowed_by_environment_and_team(world: DeployWorld) -> None:
    await world.policy("""\
  commands:
    deploy: {environments: [dev, staging], teams: [payments]}
    promote: {environments: [staging]}
""")
    answer = await world.say("/deploy production", by="petra")
    assert "membership in `payments`" in answer
    world.github.teams["payments"].add("petra")
    answer = await world.say("/deploy production", by="petra")
    assert "`/deploy` is allowed for `dev` and `staging` in this organisation" in answer
    await world.succeeds(await world.deploy())
    answer = await world.say("/promote", by="petra")
    assert (
        "`/promote` is allowed for `staging` in this organisation, not for `production`" in answer
    )


async def test_another_ladder(world: DeployWorld) -> None:
    await world.policy("  deployments: {environments: [dev, production]}\n")
    assert "There is no environment `staging`" in await world.say("/deploy staging")
    refused = await world.say("/deploy production", by="petra")
    assert "has not been deployed to `dev` with success" in refused
    await world.succeeds(await world.deploy("/deploy dev"))
    await world.deploy("/promote", by="petra")


async def test_settings_that_cannot_be_read(world: DeployWorld) -> None:
    for content in (b'{"via": "jenkins"}', b"{", b"[]", b"\xff", b'{"via": []}'):
        world.github.put(KIT, [File(path="deploy/settings.json", content=content)])
        assert "`deploy/settings.json` of " in await world.say("/deploy staging"), content
    assert await nothing_began(world)


async def test_a_project_without_settings_is_deployed_by_actions(world: DeployWorld) -> None:
    world.github.put(KIT, [File(path="x", content=b"x")])
    await world.deploy()
    assert len(world.github.dispatched) == 1


async def test_a_plan_whose_workflow_is_gone(world: DeployWorld) -> None:
    world.github.missing_workflows.add("plan.yml")
    assert "no workflow `.github/workflows/plan.yml`" in await world.say("/plan staging")


async def test_a_rollback_to_a_commit_that_ran_and_to_one_that_did_not(world: DeployWorld) -> None:
    for _ in range(3):
        await world.succeeds(await world.deploy())
        world.push()
    refused = await world.say(f"/rollback staging {world.heads[-1][:10]}")
    assert f"`/rollback staging {world.heads[2][:12]}`" in refused
    rollback = await world.deploy(f"/rollback staging {world.heads[0][:7]}")
    assert rollback.commit == world.heads[0]


@pytest.mark.parametrize(
    "edge", ["> /deploy staging", "```\n/deploy staging\n```", "`/deploy dev`"]
)
async def test_what_is_quoted_commands_nothing(world: DeployWorld, edge: str) -> None:
    assert await world.say(edge) == ""
    assert await nothing_began(world)


async def test_a_stranger_is_told_nothing(world: DeployWorld) -> None:
    world.github.roles[KIT, "sam"] = Role.NONE
    assert await world.say("/deploy staging", by="sam") == ""
    assert world.github.reactions == {}
    assert await nothing_began(world)
