"""Workflow runs: started as on GitHub, concluded by hand, told to Apps, kept on disk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.localhub import LocalHub
from bot.localhub.refusal import Refused
from bot.localhub.state.actions import WorkflowRun
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import Receiver, receiving

KIT = "acme/kit"
RUNS = f"/repos/{KIT}/actions/runs"
CI = b"""
name: CI
run-name: ${{ inputs.env && 'x' }}
on:
  push: {branches: [main], paths-ignore: ['*.md']}
  pull_request:
  workflow_dispatch: {inputs: {env: {type: choice, options: [dev, prod], default: dev}}}
permissions: {contents: read}
jobs:
  build: {runs-on: ubuntu-latest, strategy: {matrix: {v: [1, 2]}}, steps: [{run: make}]}
  deploy: {needs: build, runs-on: ubuntu-latest, steps: [{run: make deploy}]}
  mop: {needs: deploy, if: always(), runs-on: ubuntu-latest, steps: [{run: make clean}]}
"""


@pytest.fixture
def kit(scene: Scene) -> Scene:
    """A repository with a workflow, made in silence: nothing runs yet."""
    scene.hub.add_repository(KIT, {".github/workflows/ci.yml": CI, "README.md": b"# Kit\n"})
    scene.hub.set_role(KIT, "dana", "write")
    assert scene.hub.workflow_runs(KIT) == []
    return scene


@pytest.fixture
async def receiver(kit: Scene) -> AsyncIterator[Receiver]:
    """Where the App of the scene gets its webhooks."""
    async with receiving() as made:
        kit.app.webhook_url, kit.app.webhook_secret = made.url, "s"
        yield made


def push(scene: Scene, files: dict[str, bytes | None], branch: str = "main", **more: Any) -> str:
    start = scene.hub.git(scene.hub.repository(KIT)).branch("main")
    message = more.pop("message", "Change")
    return scene.hub.commit_files(
        more.pop("by", scene.developer), KIT, branch, files, message=message, start=start
    )


def states(scene: Scene, run: WorkflowRun) -> dict[str, str]:
    return {job.name: job.conclusion or job.status for job in scene.hub.jobs_of(run)}


# What starts a run.


@pytest.mark.parametrize(
    ("files", "branch", "message", "started"),
    [
        pytest.param({"a.kt": b"a"}, "main", "Change", 1, id="branch-and-path"),
        pytest.param({"a.md": b"a"}, "main", "Change", 0, id="ignored-path"),
        pytest.param({"a.kt": b"a"}, "topic", "Change", 0, id="other-branch"),
        pytest.param({"a.kt": b"a"}, "main", "Change [skip ci]", 0, id="skipped"),
        pytest.param({".github/workflows/ci.yml": None}, "main", "Gone", 0, id="file-deleted"),
    ],
)
def test_a_push_starts_what_its_own_commit_asks_for(
    kit: Scene, files: dict[str, bytes | None], branch: str, message: str, started: int
) -> None:
    """Filters are read in the pushed commit."""
    sha = push(kit, files, branch, message=message)
    runs = kit.hub.workflow_runs(KIT)
    assert len(runs) == started
    assert all((run.event, run.head_sha, run.title) == ("push", sha, "Change") for run in runs)


def test_a_pull_request_runs_its_own_workflow_in_the_base(kit: Scene) -> None:
    """Opened and pushed to, from a branch and from a fork; the fork itself runs nothing."""
    hub = kit.hub
    push(kit, {"a.kt": b"a"}, "topic")
    made = hub.create_pull_request(kit.developer, KIT, title="Topic", head="topic", base="main")
    push(kit, {"b.kt": b"b"}, "topic")
    hub.update_repository(kit.owner, KIT, {"allow_forking": True})
    hub.set_role(KIT, "sam", "read")
    hub.fork(kit.stranger, KIT)
    hub.commit_files(kit.stranger, "sam/kit", "main", {"c.kt": b"c"}, message="From a fork")
    hub.create_pull_request(kit.stranger, KIT, title="Fork", head="sam:main", base="main")
    runs = hub.workflow_runs(KIT)
    assert [(run.title, run.ref) for run in runs] == [
        ("Fork", "refs/pull/2/merge"),
        ("Topic", "refs/pull/1/merge"),
        ("Topic", "refs/pull/1/merge"),
    ]
    assert hub.workflow_runs("sam/kit") == []
    assert made.pull is not None
    assert runs[1].head_sha == made.pull.head_sha


async def test_a_broken_workflow_file_is_a_failed_run(kit: Scene) -> None:
    """GitHub starts one to say so; its suite is over, too."""
    sha = push(kit, {".github/workflows/bad.yml": b"on: push\njobs: {a: {}}"})
    run = next(one for one in kit.hub.workflow_runs(KIT) if one.path.endswith("bad.yml"))
    assert (run.conclusion, run.problem) == (
        "startup_failure",
        "The job `a` has no `runs-on`.",
    )
    async with asking(kit.hub, kit.token()) as bot:
        told = await bot.ok(f"GET /repos/{KIT}/commits/{sha}/check-suites")
        suite = next(one for one in told["check_suites"] if one["id"] == run.suite_id)
    assert (suite["status"], suite["latest_check_runs_count"]) == ("completed", 0)


def test_what_a_workflow_does_with_its_token_starts_nothing_but_dispatches(kit: Scene) -> None:
    """So that workflows do not start each other for ever."""
    hub = kit.hub
    hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    actions = hub.actions_app()
    token = hub.mint_token(hub.install(actions, "acme"))
    bot = hub.app_actor(actions, token)
    push(kit, {"x.kt": b"x"}, by=bot)
    assert len(hub.workflow_runs(KIT)) == 1
    hub.dispatch_workflow(bot, KIT, "ci.yml", ref="main")
    assert len(hub.workflow_runs(KIT)) == 2


# Dispatch.


@pytest.mark.parametrize(
    ("workflow", "body", "status", "told"),
    [
        ("none.yml", {"ref": "main"}, 404, "Not Found"),
        ("ci.yml", {"ref": "nowhere"}, 422, "No ref found for: nowhere"),
        ("ci.yml", {"ref": "main", "inputs": {"x": "1"}}, 422, 'Unexpected inputs provided: ["x"]'),
        ("ci.yml", {"ref": "main", "inputs": {"env": "moon"}}, 422, "not in the list"),
        ("quiet.yml", {"ref": "main"}, 422, "Workflow does not have 'workflow_dispatch' trigger"),
    ],
)
async def test_a_dispatch_that_github_refuses_is_refused(
    kit: Scene, workflow: str, body: dict[str, Any], status: int, told: str
) -> None:
    """In its words."""
    quiet = b"on: pull_request\njobs: {a: {runs-on: x, steps: []}}"
    push(kit, {".github/workflows/quiet.yml": quiet}, message="Quiet [skip ci]")
    async with asking(kit.hub, kit.token()) as bot:
        reply = await bot(f"POST /repos/{KIT}/actions/workflows/{workflow}/dispatches", body)
    assert (reply.status, told in reply.json["message"]) == (status, True)
    assert kit.hub.workflow_runs(KIT) == []


async def test_a_dispatch_says_which_run_it_started_when_asked(kit: Scene) -> None:
    """By the new API version always, by the old one with return_run_details."""
    line = f"POST /repos/{KIT}/actions/workflows/ci.yml/dispatches"
    new = {"X-GitHub-Api-Version": "2026-03-10"}
    async with asking(kit.hub, kit.token(actions="write")) as bot:
        assert (await bot(line, {"ref": "main"})).status == 204
        told = await bot.ok(line, {"ref": "main", "return_run_details": True})
        by_version = await bot(line, {"ref": "main", "inputs": {"env": "prod"}}, headers=new)
        run = await bot.ok(f"GET {RUNS}/{told['workflow_run_id']}")
    assert run["url"] == told["run_url"]
    newest = kit.hub.workflow_run(KIT, by_version.json["workflow_run_id"])
    assert (by_version.status, newest.inputs) == (200, {"env": "prod"})
    async with asking(kit.hub, kit.token(actions="read")) as poor:
        assert (await poor(line, {"ref": "main"})).status == 403


async def test_an_event_of_ones_own_starts_what_waits_for_it(kit: Scene) -> None:
    """On the default branch; too large a payload is refused."""
    nightly = b"on: {repository_dispatch: {types: [nightly]}}\njobs: {a: {runs-on: x, steps: []}}"
    push(kit, {".github/workflows/n.yml": nightly}, message="Nightly [skip ci]")
    many = {f"k{n}": n for n in range(11)}
    async with asking(kit.hub, kit.token(contents="write")) as bot:
        line = f"POST /repos/{KIT}/dispatches"
        assert (await bot(line, {"event_type": "other"})).status == 204
        assert kit.hub.workflow_runs(KIT) == []
        assert (await bot(line, {"event_type": "nightly"})).status == 204
        for bad in (
            {"event_type": ""},
            {"event_type": "x" * 101},
            {"event_type": "x", "client_payload": many},
            {"event_type": "x", "client_payload": {"a": "x" * 65_536}},
        ):
            assert (await bot(line, bad)).status == 422
    assert [run.event for run in kit.hub.workflow_runs(KIT)] == ["repository_dispatch"]


# From queued to completed.


async def test_jobs_open_when_what_they_need_is_done(kit: Scene, receiver: Receiver) -> None:
    """Webhooks tell each step; the check runs are on the commit."""
    hub = kit.hub
    sha = push(kit, {"a.kt": b"a"})
    (run,) = hub.workflow_runs(KIT)
    assert states(kit, run) == {"build (1)": "queued", "build (2)": "queued"}
    first, second = hub.jobs_of(run)
    hub.conclude_job(KIT, first.id)
    assert run.status == "in_progress"
    hub.conclude_job(KIT, second.id)
    assert states(kit, run)["deploy"] == "queued"
    hub.conclude_run(KIT, run.id)
    assert (run.status, run.conclusion) == ("completed", "success")
    await hub.idle()
    told = [one for one in receiver.events if one.startswith("workflow_run")]
    assert told == ["workflow_run.requested", "workflow_run.in_progress", "workflow_run.completed"]
    assert receiver.events.count("workflow_job.queued") == 4
    assert receiver.events.count("workflow_job.completed") == 4
    assert receiver.events.count("check_suite.completed") == 1
    payload = receiver.of("workflow_run.completed").payload
    assert payload["workflow_run"]["conclusion"] == "success"
    assert payload["workflow"]["path"] == ".github/workflows/ci.yml"
    async with asking(hub, kit.token()) as bot:
        checks = await bot.ok(f"GET /repos/{KIT}/commits/{sha}/check-runs")
        jobs = await bot.ok(f"GET {RUNS}/{run.id}/jobs")
    assert {one["app"]["slug"] for one in checks["check_runs"]} == {"github-actions"}
    assert {one["id"] for one in checks["check_runs"]} == {one["id"] for one in jobs["jobs"]}


def test_what_needs_a_failed_job_is_skipped_unless_it_says_always(kit: Scene) -> None:
    """The run fails."""
    run = kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    kit.hub.conclude_run(KIT, run.id, jobs={"build (2)": "failure"})
    assert states(kit, run) == {
        "build (1)": "success",
        "build (2)": "failure",
        "deploy": "skipped",
        "mop": "success",
    }
    assert run.conclusion == "failure"


def test_a_run_is_cancelled_once(kit: Scene) -> None:
    """What was open is cancelled with it."""
    run = kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    kit.hub.cancel_run(kit.developer, KIT, run.id)
    assert (run.conclusion, set(states(kit, run).values())) == ("cancelled", {"cancelled"})
    with pytest.raises(Refused, match="that is completed"):
        kit.hub.cancel_run(kit.developer, KIT, run.id)
    with pytest.raises(Refused, match="over already"):
        kit.hub.conclude_run(KIT, run.id)


def test_only_what_failed_runs_again(kit: Scene) -> None:
    """The good jobs of the first attempt stay; all can run again as well."""
    hub = kit.hub
    run = hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    with pytest.raises(Refused, match="already running"):
        hub.rerun(kit.developer, KIT, run.id)
    hub.conclude_run(KIT, run.id, jobs={"deploy": "failure"})
    hub.rerun(kit.owner, KIT, run.id, failed_only=True)
    assert (run.attempt, states(kit, run)["build (1)"], states(kit, run)["deploy"]) == (
        2,
        "success",
        "queued",
    )
    hub.conclude_run(KIT, run.id)
    assert run.conclusion == "success"
    assert hub.world.users[run.triggering_actor_id].login == "olga"
    hub.rerun(kit.developer, KIT, run.id)
    assert states(kit, run) == {"build (1)": "queued", "build (2)": "queued"}
    assert len(hub.jobs_of(run, attempt=1)) == 4


@pytest.mark.parametrize(
    ("conclusion", "jobs", "told"),
    [("fine", {}, "no conclusion"), ("success", {"nope": "success"}, "no such jobs")],
)
def test_a_test_that_names_what_is_not_there_is_told(
    kit: Scene, conclusion: str, jobs: dict[str, str], told: str
) -> None:
    """Typing mistakes are no conclusions."""
    run = kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    with pytest.raises(ValueError, match=told):
        kit.hub.conclude_run(KIT, run.id, conclusion, jobs=jobs)


# Asking for them.


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event=push", 1),
        ("event=schedule", 0),
        ("branch=topic", 1),
        ("status=success", 1),
        ("status=queued", 1),
        ("actor=olga", 0),
        ("actor=dana", 2),
        ("created=>=2020-01-01", 2),
        ("created=<2020-01-01", 0),
        ("created=2020-01-01..2030-01-01T00:00:00Z", 2),
        ("created=*..2020-01-01", 0),
    ],
)
async def test_runs_are_found_by_what_is_known_of_them(kit: Scene, query: str, found: int) -> None:
    """Each filter of the description."""
    push(kit, {"a.kt": b"a"})
    kit.hub.conclude_run(KIT, kit.hub.workflow_runs(KIT)[0].id)
    push(kit, {"b.kt": b"b"}, "topic")
    kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="topic")
    async with asking(kit.hub, kit.token(actions="read")) as bot:
        told = await bot.ok(f"GET {RUNS}?{query}")
        assert (await bot(f"GET {RUNS}?created=yesterday")).status == 400
    assert (told["total_count"], len(told["workflow_runs"])) == (found, found)


async def test_logs_are_behind_addresses_that_close_after_a_minute(kit: Scene) -> None:
    """Whoever has the address may read; a forged or old one opens nothing."""
    run = kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    kit.hub.conclude_run(KIT, run.id)
    job = kit.hub.jobs_of(run)[0]
    async with asking(kit.hub, kit.token(actions="read")) as bot:
        line = f"GET /repos/{KIT}/actions/jobs/{job.id}/logs"
        leads = (await bot(line)).headers["Location"]
        text = await bot(line, redirects=True)
    assert b"Nobody ran this job; it was set to success by hand." in text.raw
    path = leads.removeprefix(kit.hub.url).partition("?")[0]
    old = kit.hub.signed.sign(path, now_s=kit.hub.now_s() - 120)
    async with asking(kit.hub, None) as anybody:
        anybody._root = kit.hub.url
        assert (await anybody(f"GET {leads.removeprefix(kit.hub.url)}")).status == 200
        assert (await anybody(f"GET {old}")).status == 403
        assert (await anybody(f"GET {leads.removeprefix(kit.hub.url)[:-1]}x")).status == 403
        assert (await anybody(f"GET {path}")).status == 403


async def test_everything_of_a_run_is_there_after_a_restart(tmp_path: Path) -> None:
    """A run half way, its jobs and logs, variables and secrets; it goes on."""
    async with LocalHub.start(tmp_path) as hub:
        hub.add_repository(KIT, {".github/workflows/ci.yml": CI})
        hub.add_member("acme", "olga", role="admin")
        run = hub.dispatch_workflow(hub.user("olga"), KIT, "ci.yml", ref="main")
        job = hub.jobs_of(run)[0]
        hub.conclude_job(KIT, job.id)
        hub.set_variable("region", "eu", organization="acme")
        hub.set_variable("REGION", "us", repository=KIT)
        hub.set_secret("TOKEN", "s3cret", repository=KIT)
    async with LocalHub.start(tmp_path) as hub:
        again = hub.workflow_run(KIT, run.id)
        assert [one.conclusion for one in hub.jobs_of(again)] == ["success", None]
        assert "by hand" in hub.job_logs.read(job.id)
        assert hub.settings_for(again, secret=False) == {"REGION": "us"}
        assert hub.settings_for(again, secret=True) == {"TOKEN": "s3cret"}
        hub.conclude_run(KIT, run.id)
        await asyncio.sleep(0)
    async with LocalHub.start(tmp_path) as hub:
        assert hub.workflow_run(KIT, run.id).conclusion == "success"


async def test_an_app_reads_variables_with_the_permission_alone(scene: Scene) -> None:
    """Public repositories are no exception."""
    scene.hub.add_repository("acme/open", {"a": b"a"}, private=False)
    scene.hub.set_variable("A", "b", repository="acme/open")
    line = "GET /repos/acme/open/actions/variables"
    async with asking(scene.hub, scene.token(contents="write")) as poor:
        assert (await poor(line)).status == 403
    async with asking(scene.hub, scene.token(actions_variables="read")) as rich:
        assert (await rich.ok(line))["total_count"] == 1
    async with asking(scene.hub, None) as nobody:
        assert (await nobody(line)).status == 401


async def test_variables_have_githubs_names_and_limits(kit: Scene) -> None:
    """People need the admin role to set them; names are letters, digits and underscores."""
    place = f"/repos/{KIT}/actions/variables"
    async with asking(kit.hub, kit.owner.token) as owner:
        for name in ("1st", "a-b", "GITHUB_X", ""):
            assert (await owner(f"POST {place}", {"name": name, "value": "x"})).status == 422
        assert (await owner(f"POST {place}", {"name": "A", "value": "x" * 49_153})).status == 422
        assert (await owner(f"POST {place}", {"name": "A", "value": "x"})).status == 201
        assert (await owner(f"PATCH {place}/a", {"name": "B"})).status == 204
        assert (await owner(f"GET {place}/A")).status == 404
        assert (await owner.ok(f"GET {place}/B"))["value"] == "x"
        environment = f"/repos/{KIT}/environments/dev/variables"
        assert (await owner(f"GET {environment}")).status == 404
    async with asking(kit.hub, kit.developer.token) as dana:
        assert (await dana(f"POST {place}", {"name": "C", "value": "x"})).status == 403
        assert (await dana("GET /orgs/acme/actions/variables")).status == 403


def test_a_run_reads_the_variables_of_its_environment(kit: Scene) -> None:
    """The environment that the inputs name counts most."""
    deploy = (
        b"on: {workflow_dispatch: {inputs: {env: {}}}}\njobs: {d: {runs-on: x, environment: "
        b"'${{ inputs.env }}', steps: []}}"
    )
    hub = kit.hub
    push(kit, {".github/workflows/d.yml": deploy}, message="Deploy [skip ci]")
    hub.put_environment(kit.owner, KIT, "prod", {})
    hub.set_variable("ROLE", "anywhere", repository=KIT)
    hub.set_variable("ROLE", "prod-role", repository=KIT, environment="prod")
    for env, role in (("prod", "prod-role"), ("dev", "anywhere")):
        run = hub.dispatch_workflow(kit.developer, KIT, "d.yml", ref="main", inputs={"env": env})
        assert hub.settings_for(run, secret=False) == {"ROLE": role}


def test_deleting_a_repository_deletes_its_runs(kit: Scene) -> None:
    """And what they printed."""
    run = kit.hub.dispatch_workflow(kit.developer, KIT, "ci.yml", ref="main")
    kit.hub.conclude_run(KIT, run.id)
    kit.hub.set_variable("A", "b", repository=KIT)
    kit.hub.delete_repository(kit.owner, KIT)
    world = kit.hub.world
    assert not [*world.workflow_runs, *world.jobs, *world.workflows, *world.settings]
    assert list((kit.hub.folder / "job-logs").iterdir()) == []
