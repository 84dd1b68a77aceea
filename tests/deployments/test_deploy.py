"""A deployment from its command to its outcome, by Actions and by others; GitHub is in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deployments import DeploymentState, StageState
from bot.errors import RetryLater
from tests.deployments.world import GOOD, KIT, THREAD, DeployWorld, open_deploy_world

BAD_HEALTH = "health: Three probes in a row got <b>503</b> @acme/all"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[DeployWorld]:
    async with open_deploy_world(tmp_path) as world:
        yield world


async def test_a_deployment_by_actions(world: DeployWorld) -> None:
    """One GitHub deployment, one workflow run, one comment, a check run a stage."""
    deployment = await world.deploy("/deploy staging")

    assert (deployment.commit, deployment.ref, deployment.by) == (world.heads[0], "main", "dana")
    (made,) = world.github.deployments.values()
    assert (made.commit, made.environment, made.run) == (world.heads[0], "staging", deployment.id)
    (inputs,) = world.github.dispatched.values()
    assert inputs == {
        "run": deployment.id,
        "deployment": str(deployment.github_id),
        "environment": "staging",
        "commit": world.heads[0],
        "action": "deploy",
    }
    assert (await world.timeline(deployment)).startswith("Deploying `")
    assert (await world.environment()).run == deployment.id

    done = await world.succeeds(deployment)

    assert [(each.name, each.state) for each in done.stages] == [
        (name, StageState.SUCCEEDED) for name in ("build", "canary", "health", "promotion")
    ]
    assert done.image == "ghcr.io/acme/money-kit:1"
    text = await world.timeline(done)
    assert text.startswith(f"`staging` runs `{done.commit[:7]}`")
    assert "`/promote` brings it to `production`" in text
    assert sorted(each.name for each in world.github.checks.values()) == [
        "Paved Road: staging build",
        "Paved Road: staging canary",
        "Paved Road: staging promotion",
    ]
    assert (await world.environment()).run == ""
    project = await world.bot.projects.of_repository(KIT)
    assert project is not None
    assert project.last_deployment is not None
    assert project.last_deployment["state"] == "succeeded"
    assert project.image == "ghcr.io/acme/money-kit:1"
    assert len(world.github.texts(KIT, THREAD)) == 1


async def test_a_failed_health_check_that_the_workflow_rolled_back(world: DeployWorld) -> None:
    deployment = await world.deploy()
    for words in (*GOOD[:2], BAD_HEALTH, "rollback: The version before"):
        await world.status(deployment, "in_progress", words)
    await world.status(deployment, "failure", "rollback: It is back")
    await world.run_ends(
        deployment, "failure", jobs={"Rollback": "success", "Promotion": "skipped"}
    )

    done = await world.now(deployment)
    assert done.state is DeploymentState.ROLLED_BACK
    states = {each.name: each.state for each in done.stages}
    assert states["health"] is StageState.FAILED
    assert states["rollback"] is StageState.SUCCEEDED
    text = await world.timeline(done)
    assert "failed in `staging` and was rolled back" in text
    assert "`Three probes in a row got <b>503</b> @acme/all`" in text
    assert len(await world.all()) == 1  # the bot started no second rollback
    conclusions = {each.name: each.conclusion for each in world.github.checks.values()}
    assert conclusions["Paved Road: staging canary"] == "failure"
    assert conclusions["Paved Road: staging rollback"] == "success"


async def test_another_delivery_answers_with_statuses_alone(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        deployment = await world.deploy()
        assert world.github.dispatched == {}
        done = await world.succeeds(deployment)
        assert done.state is DeploymentState.SUCCEEDED


async def test_its_failure_is_rolled_back_by_the_bot_at_once(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        first = await world.succeeds(await world.deploy())
        world.push(via="deployment")
        second = await world.deploy()
        await world.status(second, "in_progress", "canary: up")
        await world.status(second, "failure", BAD_HEALTH)

        (rollback,) = [e for e in await world.all() if e.id not in (first.id, second.id)]
        assert rollback.commit == first.commit
        assert rollback.action.value == "rollback"
        made = [each for each in world.github.deployments.values() if each.run == rollback.id]
        assert [each.action for each in made] == ["rollback"]
        assert (await world.environment()).run == rollback.id
        assert f"`{first.commit[:7]}` is being brought back" in await world.timeline(second)

        await world.status(rollback, "success")
        await world.wake()

        assert (await world.now(second)).state is DeploymentState.ROLLED_BACK
        assert (await world.now(rollback)).state is DeploymentState.SUCCEEDED
        assert f"`{first.commit[:7]}` is in place again" in await world.timeline(second)
        assert (await world.environment()).run == ""
        assert len(world.github.texts(KIT, THREAD)) == 2  # each command has one comment


async def test_a_rollback_that_fails_is_not_rolled_back_again(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        await world.succeeds(await world.deploy())
        world.push(via="deployment")
        second = await world.deploy()
        await world.status(second, "failure", BAD_HEALTH)
        rollback = (await world.all())[-1]
        await world.status(rollback, "error", "No credentials")
        await world.wake()

        assert len(await world.all()) == 3
        assert (await world.now(second)).state is DeploymentState.FAILED
        assert "failed too" in await world.timeline(second)
        assert (await world.environment()).run == ""
        answer = await world.say("/status")
        assert "not known; before it was" in answer


async def test_a_first_deployment_that_fails_has_nothing_to_go_back_to(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        only = await world.deploy()
        await world.status(only, "failure", BAD_HEALTH)
        assert [each.state for each in await world.all()] == [DeploymentState.FAILED]
        assert (await world.environment()).run == ""


async def test_lost_events_are_made_up_for_by_asking(world: DeployWorld) -> None:
    deployment = await world.deploy()
    for words in (*GOOD, "promotion: Everything"):
        await world.status(deployment, "in_progress", words, tell=False)
    await world.status(deployment, "success", tell=False)
    await world.run_ends(deployment, tell=False)
    assert (await world.now(deployment)).state is DeploymentState.RUNNING

    await world.wake(after_s=25)

    assert (await world.now(deployment)).state is DeploymentState.SUCCEEDED


async def test_a_lost_failure_is_rolled_back_within_30_seconds(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        await world.succeeds(await world.deploy())
        world.push(via="deployment")
        second = await world.deploy()
        await world.status(second, "failure", BAD_HEALTH, tell=False)
        await world.wake(after_s=22)
        assert len(await world.all()) == 3


async def test_doubled_late_and_foreign_events_change_nothing(world: DeployWorld) -> None:
    deployment = await world.deploy()
    done = await world.succeeds(deployment)
    text, checks = await world.timeline(done), dict(world.github.checks)
    late = await world.status(done, "failure", BAD_HEALTH, tell=False)
    ended = await world.run_ends(done, "failure", tell=False)
    for _ in range(2):
        await world.deliver("deployment_status", KIT, late)
        await world.deliver("workflow_run", KIT, ended)
    await world.idle()
    assert await world.now(done) == done
    assert await world.timeline(done) == text
    assert world.github.checks == checks


async def test_a_status_of_another_deployment_that_names_our_run_is_not_believed(
    tmp_path: Path,
) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        deployment = await world.deploy()
        told = dict(await world.status(deployment, "success", tell=False))
        world.github.statuses.clear()
        told["deployment"] = {**told["deployment"], "id": 4711}
        await world.deliver("deployment_status", KIT, told)
        await world.idle()
        await world.wake(after_s=25)
        assert (await world.now(deployment)).state is DeploymentState.RUNNING


@pytest.mark.parametrize(
    ("conclusion", "jobs", "state", "words"),
    [
        pytest.param("cancelled", {}, "unknown", "was cancelled", id="by-hand"),
        pytest.param("timed_out", {}, "unknown", "came to no end", id="too-long"),
        pytest.param("success", {"Promotion": "skipped"}, "unknown", "do not agree", id="green"),
        pytest.param("startup_failure", {}, "failed", "could not start", id="broken-file"),
        pytest.param("failure", {"Rollback": "skipped"}, "failed", "failed", id="before-canary"),
        pytest.param("failure", {"Rollback": "failure"}, "unknown", "failed too", id="stuck"),
    ],
)
async def test_no_deployment_is_believed_that_did_not_happen(
    world: DeployWorld, conclusion: str, jobs: dict[str, str], state: str, words: str
) -> None:
    deployment = await world.deploy()
    await world.status(deployment, "in_progress", GOOD[0])
    await world.run_ends(deployment, conclusion, jobs=jobs)
    done = await world.now(deployment)
    assert done.state.value == state
    assert words in await world.timeline(done)
    assert "(https://github.test/acme/money-kit/actions/runs/" in await world.timeline(done)
    assert (await world.environment()).run == ""
    assert f"`{done.commit[:7]}` since" not in await world.say("/status")


async def test_terraform_that_fails_half_way_is_told_and_not_obeyed(world: DeployWorld) -> None:
    deployment = await world.deploy()
    words = "canary: Error: acquiring the state lock ![x](http://e) "
    words += "1 to add, 0 to change, 0 to destroy"
    await world.status(deployment, "in_progress", words)
    await world.status(deployment, "failure", words)
    await world.run_ends(deployment, "failure", jobs={"Rollback": "skipped"})
    done = await world.now(deployment)
    assert done.plan == "1 to add, 0 to change, 0 to destroy"
    assert "`Error: acquiring the state lock ![x](http://e) 1 to add" in await world.timeline(done)


async def test_a_start_that_github_accepted_and_never_ran(world: DeployWorld) -> None:
    deployment = await world.deploy()
    for _ in range(31):
        await world.wake(after_s=20)
    done = await world.now(deployment)
    assert done.state is DeploymentState.UNKNOWN
    assert "nothing has run for 10 minutes" in await world.timeline(done)


async def test_silence_of_an_hour_is_unknown(tmp_path: Path) -> None:
    async with open_deploy_world(tmp_path, via="deployment") as world:
        deployment = await world.deploy()
        await world.status(deployment, "in_progress", "canary: up")
        await world.wake(after_s=3400)
        assert (await world.now(deployment)).state is DeploymentState.RUNNING
        await world.wake(after_s=300)
        assert (await world.now(deployment)).state is DeploymentState.UNKNOWN


async def test_a_deleted_workflow_run_is_unknown(world: DeployWorld) -> None:
    deployment = await world.deploy()
    del world.github.workflow_runs[world.workflow_run(deployment)]
    await world.wake(after_s=25)
    assert "was deleted before its end" in await world.timeline(deployment)


async def test_a_workflow_that_somebody_removed(world: DeployWorld) -> None:
    world.github.missing_workflows.add("deploy.yml")
    deployment = await world.deploy()
    done = await world.now(deployment)
    assert done.state is DeploymentState.FAILED
    text = await world.timeline(done)
    assert "GitHub finds no workflow `.github/workflows/deploy.yml`" in text
    assert [each.state for each in world.github.statuses[done.github_id]] == ["error"]
    assert (await world.environment()).run == ""


async def test_an_older_github_that_tells_no_id_of_the_run(world: DeployWorld) -> None:
    world.github.run_ids_told = False
    deployment = await world.deploy()
    await world.status(deployment, "in_progress", "promotion: Everything")
    await world.status(deployment, "success")
    await world.run_ends(deployment, tell=False)
    await world.wake(after_s=25)
    assert (await world.now(deployment)).state is DeploymentState.SUCCEEDED


@pytest.mark.parametrize("call", ["deployments.create", "actions.dispatch"])
@pytest.mark.parametrize("effect", [True, False], ids=["after-the-effect", "before-the-effect"])
async def test_a_lost_answer_makes_nothing_twice(
    world: DeployWorld, call: str, effect: bool
) -> None:
    """GitHub did it and the answer was lost, or did not; the attempt is repeated."""
    lost = [call]

    def lose(made: str) -> None:
        if made in lost:
            lost.remove(made)
            raise RetryLater(made)

    if effect:
        world.github.after = lose
    else:
        world.github.before = lose
    deployment = await world.deploy()
    await world.wake(after_s=31)
    assert lost == []
    assert len(world.github.deployments) == 1
    assert len(world.github.dispatched) == 1
    assert (await world.succeeds(deployment)).state is DeploymentState.SUCCEEDED


async def test_the_same_comment_delivered_twice_deploys_once(world: DeployWorld) -> None:
    await world.say("/deploy staging", id_=77)
    await world.say("/deploy staging", id_=77)
    assert len(await world.all()) == 1
    assert len(world.github.dispatched) == 1
