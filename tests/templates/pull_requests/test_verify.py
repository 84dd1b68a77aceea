"""The template's own commands run in the catalog's Actions, and their results come back."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.github.port import File, Forbidden, Job, NotFound
from bot.runs import RunState
from bot.templates.catalog_files import VERIFY_WORKFLOW, verify_workflow
from bot.templates.version_record import TemplateVersions
from tests.bot_in_memory import CATALOG, BotWorld, open_bot_world
from tests.templates.pull_requests.offers import GREETER, checks, comment, manifest, opened

COMMANDS = '["cat README.md", "test -s README.md"]'


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[BotWorld]:
    async with open_bot_world(tmp_path) as opened_world:
        yield opened_world


def offer(world: BotWorld, version: str = "1.1.0") -> File:
    return manifest(world, version=version, verify=COMMANDS)


def jobs(world: BotWorld, run_id: int) -> list[str]:
    """The projects that a workflow run was asked to verify."""
    return [each["project"] for each in json.loads(world.github.dispatched[run_id]["cases"])]


async def end(world: BotWorld, run_id: int, conclusion: str, **changed: str) -> None:
    """The workflow run completes, its jobs as well unless told otherwise; the webhook comes."""
    run = replace(world.github.workflow_runs[run_id], status="completed", conclusion=conclusion)
    world.github.workflow_runs[run_id] = run
    world.github.jobs[run_id] = [
        Job(
            id=number,
            name=name,
            status="completed",
            conclusion=changed.get(name.partition("/")[2].replace("-", "_"), conclusion),
            html_url=f"https://github.test/job/{number}",
        )
        for number, name in enumerate(jobs(world, run_id))
    ]
    await world.tell_verify_ended(run_id)
    await world.idle()


async def test_projects_are_handed_over_and_their_results_folded_in(world: BotWorld) -> None:
    number = await opened(world, offer(world))
    (run_id,) = world.github.workflow_runs
    (check,) = checks(world)
    assert (check.status, check.title) == ("in_progress", "Fine so far; its commands are running")
    assert "running" in comment(world, number)
    branch = world.github.branches[world.github.workflow_runs[run_id].branch]
    assert branch[VERIFY_WORKFLOW].content == verify_workflow()
    script = branch["commands/greeter.sh"].content.decode()
    assert script.index("cat README.md") < script.index("test -s README.md")
    tones = {branch[f"projects/{name}/src/tone.txt"].content for name in jobs(world, run_id)}
    assert len(tones) == len(jobs(world, run_id))  # every option of the choice once

    await end(world, run_id, "success")
    (check,) = checks(world)
    assert (check.status, check.conclusion) == ("completed", "success")
    assert f"passed in {len(tones)} projects" in comment(world, number)
    assert world.github.branches == {}  # nothing is left behind


async def test_nothing_of_the_branch_but_our_workflow_could_start_anything(
    world: BotWorld,
) -> None:
    """A rendered project's own workflows lie below its folder, where Actions does not look."""
    workflow = File(
        path="templates/greeter/{{cookiecutter.project_slug}}/.github/workflows/more.yml",
        content=b"name: More\non: push\npermissions: {}\njobs: {}\n",
    )
    await opened(world, offer(world), workflow)
    for files in world.github.branches.values():
        assert [path for path in files if path.startswith(".github/")] == [VERIFY_WORKFLOW]


async def test_a_command_that_fails_fails_the_check_and_names_the_project(
    world: BotWorld,
) -> None:
    number = await opened(world, offer(world))
    (run_id,) = world.github.workflow_runs
    failing = jobs(world, run_id)[-1].partition("/")[2]
    await end(world, run_id, "success", **{failing.replace("-", "_"): "failure"})
    (check,) = checks(world)
    assert check.conclusion == "failure"
    assert failing in check.title
    assert "https://github.test/job/" in check.text
    assert comment(world, number).startswith("A command of `greeter` failed\n")
    world.merge(number)
    await world.tell_push()
    await world.idle()
    offered = await TemplateVersions(world.bot.store.documents).offered("greeter")
    assert offered is not None
    assert offered.version == "1.0.0"


async def test_a_merge_before_the_commands_have_ended_is_offered_when_they_have(
    world: BotWorld,
) -> None:
    number = await opened(world, offer(world))
    (run_id,) = world.github.workflow_runs
    world.merge(number)
    await world.tell_push()
    await world.idle()
    versions = TemplateVersions(world.bot.store.documents)
    assert (await versions.offered("greeter")).version == "1.0.0"  # type: ignore[union-attr]  # it is there
    assert world.github.issues.get(CATALOG, {}) == {}  # it is being checked, nobody need hear
    for run in list(world.github.workflow_runs):
        await end(world, run, "success")
    assert (await versions.offered("greeter")).version == "1.1.0"  # type: ignore[union-attr]  # it is there
    assert run_id in world.github.workflow_runs


async def test_results_are_asked_for_where_the_event_is_lost(world: BotWorld) -> None:
    number = await opened(world, offer(world))
    (run_id,) = world.github.workflow_runs
    run = world.github.workflow_runs[run_id]
    world.github.workflow_runs[run_id] = replace(run, status="completed", conclusion="success")
    world.github.jobs[run_id] = [
        Job(id=1, name=name, status="completed", conclusion="success", html_url="")
        for name in jobs(world, run_id)
    ]
    (waiting,) = await world.bot.runs.of_subject(f"{CATALOG}#{number}")
    assert waiting.state is RunState.WAITING
    assert waiting.wake_at_s > waiting.created_at_s
    await world.bot.start.enqueue(waiting)  # as the sweep does once the time has come
    await world.idle()
    assert checks(world)[0].conclusion == "success"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(Forbidden("actions"), "does not let the App start workflows", id="forbidden"),
        pytest.param(NotFound("workflow"), "is not on the default branch yet", id="no-workflow"),
    ],
)
async def test_commands_that_could_not_be_started_are_told_and_keep_nobody_out(
    world: BotWorld, error: Exception, says: str
) -> None:
    def refuse(call: str) -> None:
        if call == "actions.dispatch":
            raise error

    world.github.before = refuse
    number = await opened(world, offer(world))
    (check,) = checks(world)
    assert check.conclusion == "success"
    assert says in check.summary
    assert "not run" in comment(world, number)
    assert "verify" in [action.identifier for action in check.actions]
    world.github.before = lambda _call: None
    await world.press(GREETER, "verify", by="petra")
    await world.idle()
    (run_id,) = world.github.workflow_runs
    await end(world, run_id, "success")
    assert "passed in" in comment(world, number)


async def test_a_workflow_that_comes_to_no_result_is_told(world: BotWorld) -> None:
    await opened(world, offer(world))
    (run_id,) = world.github.workflow_runs
    await end(world, run_id, "cancelled")
    (check,) = checks(world)
    assert check.conclusion == "success"
    assert "came to no result: GitHub says `cancelled`" in check.summary


async def test_a_strangers_commands_run_once_a_member_has_approved(world: BotWorld) -> None:
    number = await opened(world, offer(world), by="sam")
    assert world.github.workflow_runs == {}
    assert "wait for a member's approval" in comment(world, number)
    await world.press(GREETER, "verify", by="sam")  # GitHub would not even show it to them
    await world.idle()
    assert world.github.workflow_runs == {}
    await world.review(number, by="petra")
    await world.idle()
    (run_id,) = world.github.workflow_runs
    await end(world, run_id, "success")
    assert checks(world)[-1].conclusion == "success"


async def test_a_second_check_of_the_same_head_adopts_the_run_that_is_under_way(
    world: BotWorld,
) -> None:
    number = await opened(world, offer(world), by="tom")
    assert len(world.github.workflow_runs) == 1
    await world.review(number, by="petra")
    await world.idle()
    (run_id,) = world.github.workflow_runs
    await end(world, run_id, "success")
    assert checks(world)[-1].conclusion == "success"
