"""Deployments as GitHub documents them: refused, merged first, retired, deleted, told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.localhub.client import Client, asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import receiving

KIT = "/repos/acme/kit"
WORKFLOW = b"""
name: Deploy
run-name: Deploy to ${{ inputs.environment }} (${{ inputs.run }})
on:
  workflow_dispatch: {inputs: {environment: {default: dev}, run: {default: ''}}}
jobs:
  canary:
    runs-on: ubuntu-latest
    environment: {name: "${{ inputs.environment }}"}
    steps: [{run: make}]
"""


@pytest.fixture
def kit(scene: Scene) -> Scene:
    """A repository with two branches, one behind the other."""
    hub = scene.hub
    hub.add_repository("acme/kit", {"a.txt": b"a\n", ".github/workflows/deploy.yml": WORKFLOW})
    old = hub.git(hub.repository("acme/kit")).branch("main") or ""
    hub.create_ref(scene.owner, "acme/kit", "refs/heads/topic", old)
    hub.commit_files(scene.owner, "acme/kit", "main", {"b.txt": b"b\n"}, message="Add b")
    return scene


@pytest.fixture
async def bot(kit: Scene) -> AsyncIterator[Client]:
    """The App, asking over HTTP."""
    async with asking(kit.hub, kit.token()) as client:
        yield client


async def deployed(bot: Client, **given: Any) -> Any:
    """A deployment of main that succeeded."""
    new = {"ref": "main", "environment": "dev", "required_contexts": [], "auto_merge": False}
    made = await bot.ok(f"POST {KIT}/deployments", new | given)
    await bot.ok(f"POST {KIT}/deployments/{made['id']}/statuses", {"state": "success"})
    return made


async def states(bot: Client, made: Any) -> list[str]:
    """What its statuses say, newest first."""
    return [one["state"] for one in await bot.ok(f"GET {KIT}/deployments/{made['id']}/statuses")]


async def test_what_was_given_comes_back(bot: Client, kit: Scene) -> None:
    """The payload stays the object it was; a commit, a branch and a tag are all refs."""
    payload = {"run": "r1", "action": "deploy", "deep": {"list": [1, None]}}
    sha = kit.hub.git(kit.hub.repository("acme/kit")).branch("main")
    made = await deployed(bot, ref=sha, payload=payload, task="deploy:canary", description="d")

    again = await bot.ok(f"GET {KIT}/deployments/{made['id']}")

    assert (again["payload"], again["sha"], again["task"]) == (payload, sha, "deploy:canary")
    assert again["original_environment"] == "dev"
    text = await deployed(bot, payload='{"a": 1}')
    assert text["payload"] == '{"a": 1}'
    for query, found in (("task=deploy:canary", 1), (f"sha={sha}", 2), ("ref=main", 1)):
        assert len(await bot.ok(f"GET {KIT}/deployments?{query}")) == found, query


async def test_a_context_that_is_not_green_refuses(bot: Client, kit: Scene) -> None:
    """All contexts of the commit are required, unless it is said which."""
    sha = kit.hub.git(kit.hub.repository("acme/kit")).branch("main")
    await bot.ok(f"POST {KIT}/statuses/{sha}", {"state": "failure", "context": "ci"})
    await bot.ok(f"POST {KIT}/statuses/{sha}", {"state": "success", "context": "lint"})

    for more, status in (
        ({}, 409),
        ({"required_contexts": ["ci"]}, 409),
        ({"required_contexts": ["never"]}, 409),
        ({"required_contexts": ["lint"]}, 201),
        ({"required_contexts": []}, 201),
    ):
        assert (await bot(f"POST {KIT}/deployments", {"ref": "main"} | more)).status == status, more
    assert (await bot(f"POST {KIT}/deployments", {"ref": "gone"})).status == 422


async def test_a_branch_that_is_behind_is_merged_instead_of_deployed(bot: Client) -> None:
    """`auto_merge` is GitHub's default: 202 and no deployment; the next request makes it."""
    first = await bot(f"POST {KIT}/deployments", {"ref": "topic"})
    assert (first.status, first.json) == (
        202,
        {"message": "Auto-merged main into topic on deployment."},
    )
    assert await bot.ok(f"GET {KIT}/deployments") == []
    assert (await bot(f"POST {KIT}/deployments", {"ref": "topic"})).status == 201


async def test_a_branch_that_conflicts_is_refused(bot: Client, kit: Scene) -> None:
    """Nobody merges it for people."""
    for branch, text in (("topic", b"mine\n"), ("main", b"theirs\n")):
        kit.hub.commit_files(kit.owner, "acme/kit", branch, {"a.txt": text}, message="Edit a")

    refused = await bot(f"POST {KIT}/deployments", {"ref": "topic"})

    assert (refused.status, refused.json["message"]) == (409, "Conflict merging main into topic")


async def test_success_retires_earlier_successes_of_the_environment(bot: Client) -> None:
    """Not those that failed, nor production, nor transient ones, nor when asked not to."""
    old = await deployed(bot)
    failed = await bot.ok(f"POST {KIT}/deployments", {"ref": "main", "environment": "dev"})
    await bot.ok(f"POST {KIT}/deployments/{failed['id']}/statuses", {"state": "failure"})
    elsewhere = await deployed(bot, environment="staging")
    fleeting = await deployed(bot, transient_environment=True)
    first = await deployed(bot, environment="production")
    await deployed(bot, environment="production")

    assert await states(bot, old) == ["inactive", "success"]
    assert await states(bot, failed) == ["failure"]
    for untouched in (elsewhere, fleeting, first):
        assert await states(bot, untouched) == ["success"]

    kept = await deployed(bot, environment="staging", transient_environment=False)
    one_more = await bot.ok(f"POST {KIT}/deployments", {"ref": "main", "environment": "staging"})
    quiet = {"state": "success", "auto_inactive": False}
    await bot.ok(f"POST {KIT}/deployments/{one_more['id']}/statuses", quiet)
    assert await states(bot, kept) == ["success"]


async def test_a_status_may_move_the_deployment(bot: Client) -> None:
    """`original_environment` says where it was meant to go."""
    made = await deployed(bot)
    moved = {"state": "success", "environment": "eu", "environment_url": "https://e.test"}
    said = await bot.ok(f"POST {KIT}/deployments/{made['id']}/statuses", moved)
    again = await bot.ok(f"GET {KIT}/deployments/{made['id']}")
    assert (said["environment"], said["environment_url"]) == ("eu", "https://e.test")
    assert (again["environment"], again["original_environment"]) == ("eu", "dev")
    assert [one["id"] for one in await bot.ok(f"GET {KIT}/deployments?environment=eu")] == [
        made["id"]
    ]


async def test_only_what_is_inactive_or_alone_is_deleted(bot: Client) -> None:
    """A deployment that may still be out there stays."""
    first = await deployed(bot)
    second = await deployed(bot)
    assert (await bot(f"DELETE {KIT}/deployments/{second['id']}")).status == 422
    assert (await bot(f"DELETE {KIT}/deployments/{first['id']}")).status == 204
    assert (await bot(f"DELETE {KIT}/deployments/{second['id']}")).status == 204


async def test_apps_hear_of_deployments_and_of_every_status_but_inactive(kit: Scene) -> None:
    """Made by no workflow, they say so."""
    async with receiving() as outside, asking(kit.hub, kit.token()) as bot:
        kit.app.webhook_url, kit.app.webhook_secret = outside.url, "s"
        await deployed(bot, payload={"run": "r1"})
        again = await deployed(bot)
        await bot.ok(f"POST {KIT}/deployments/{again['id']}/statuses", {"state": "inactive"})
        await kit.hub.idle()

        wanted = ["deployment.created", "deployment_status.created"]
        assert sorted(outside.events) == sorted(wanted * 2)
        told = next(one for one in outside.received if one.event == "deployment.created").payload
        assert told["deployment"]["payload"] == {"run": "r1"}
        assert (told["workflow"], told["workflow_run"]) == (None, None)


async def test_a_job_that_names_an_environment_makes_a_deployment_of_githubs_own(
    kit: Scene,
) -> None:
    """The one that a bot must not take for its own; its webhook names the run."""
    hub = kit.hub
    async with receiving() as outside, asking(hub, kit.token()) as bot:
        kit.app.webhook_url, kit.app.webhook_secret = outside.url, "s"
        given = {"environment": "staging", "run": "r7"}
        run = hub.dispatch_workflow(kit.owner, "acme/kit", "deploy.yml", ref="main", inputs=given)
        hub.conclude_run("acme/kit", run.id, "failure")
        await hub.idle()

        [made] = await bot.ok(f"GET {KIT}/deployments?environment=staging")
        assert run.title == "Deploy to staging (r7)"
        assert made["creator"]["login"] == "github-actions[bot]"
        assert await states(bot, made) == ["failure", "in_progress"]
        told = outside.of("deployment.created").payload
        assert told["workflow_run"]["id"] == run.id
        assert told["workflow"]["path"] == ".github/workflows/deploy.yml"
