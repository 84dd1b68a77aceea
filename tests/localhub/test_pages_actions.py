"""Workflow runs in the browser: the list, one run, its buttons and logs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.localhub.state.actions import WorkflowRun
from tests.localhub.pages_scene import Scene, scene

ACTIONS = "/acme/catalog/actions"
CI = b"""
name: CI
on:
  push: {branches: [main]}
  workflow_dispatch:
    inputs:
      env: {description: Where to, type: choice, options: [dev, prod], required: true}
      dry: {description: Change nothing, type: boolean, default: true}
      note: {description: "Why <b>now</b>?"}
jobs:
  build: {name: Build, runs-on: ubuntu-latest, steps: [{run: make}]}
  deploy: {needs: build, runs-on: ubuntu-latest, steps: [{run: make deploy}]}
"""


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


def add_workflow(acme: Scene, content: bytes = CI, *, message: str = "CI [skip ci]") -> None:
    files: dict[str, bytes | None] = {".github/workflows/ci.yml": content}
    acme.hub.commit_files(acme.hub.user("petra"), "acme/catalog", "main", files, message=message)


def begin(acme: Scene) -> WorkflowRun:
    add_workflow(acme)
    petra = acme.hub.user("petra")
    return acme.hub.dispatch_workflow(
        petra, "acme/catalog", "ci.yml", ref="main", inputs={"env": "dev"}
    )


async def test_a_repository_without_workflows_says_how_to_begin(acme: Scene) -> None:
    """With a link to write one for those who may."""
    async with acme.browser("petra") as browser:
        page = await browser.see(ACTIONS)
        assert "No workflow has run yet" in page
        assert "Write a workflow" in page
    async with acme.browser("wim") as browser:
        assert "Write a workflow" not in await browser.see(ACTIONS)


async def test_a_workflow_is_started_by_its_form(acme: Scene) -> None:
    """The inputs that it declares are asked for; the run's page shows them."""
    add_workflow(acme)
    async with acme.browser("petra") as browser:
        page = await browser.see(f"{ACTIONS}?workflow=ci.yml")
        for shown in ("Where to", "<option>prod</option>", "Why &lt;b&gt;now&lt;/b&gt;?"):
            assert shown in page, shown
        fields = {"workflow": "ci.yml", "ref": "main", "input-env": "prod", "input-note": "<i>"}
        page = await browser.send(f"{ACTIONS}?workflow=ci.yml", f"{ACTIONS}/dispatches", **fields)
        assert "&lt;i&gt;" in page
        assert "No runner is on duty." in page
    (run,) = acme.hub.workflow_runs("acme/catalog")
    assert run.inputs == {"env": "prod", "dry": "false", "note": "<i>"}


async def test_what_github_would_refuse_is_said_above_the_form(acme: Scene) -> None:
    """And what was typed is still there."""
    add_workflow(acme)
    async with acme.browser("petra") as browser:
        fields = {"workflow": "ci.yml", "ref": "main", "input-note": "kept"}
        page = await browser.send(f"{ACTIONS}?workflow=ci.yml", f"{ACTIONS}/dispatches", **fields)
        assert browser.status == 422
        assert "Required input &#39;env&#39; not provided" in page
        assert 'value="kept"' in page
        fields = {"workflow": "none.yml", "ref": "main"}
        await browser.send("/signin", f"{ACTIONS}/dispatches", **fields)
        assert browser.status == 404


async def test_a_run_is_concluded_by_hand_job_by_job(acme: Scene) -> None:
    """What needs a job waits for it; the last one ends the run."""
    run = begin(acme)
    address = f"{ACTIONS}/runs/{run.id}"
    async with acme.browser("petra") as browser:
        page = await browser.see(address)
        assert "Build" in page
        assert "deploy" not in page.partition('id="job-list"')[2].partition("</nav>")[0]
        (build,) = acme.hub.jobs_of(run)
        page = await browser.send(
            address, f"{address}/conclude", job=str(build.id), conclusion="success"
        )
        assert browser.address == f"{address}/job/{build.id}"
        assert "set to success by hand" in page
        page = await browser.send(address, f"{address}/conclude", conclusion="failure")
        assert "Failure" in page
        assert "Re-run failed jobs" in page
        text = await browser.see(f"{address}/job/{build.id}/raw")
        assert text.endswith("by hand.\n")
    assert (run.status, run.conclusion) == ("completed", "failure")


async def test_a_run_is_cancelled_and_run_again(acme: Scene) -> None:
    """Two buttons, each where it makes sense."""
    run = begin(acme)
    address = f"{ACTIONS}/runs/{run.id}"
    async with acme.browser("petra") as browser:
        page = await browser.send(address, address, wish="cancel")
        assert "Cancelled" in page
        page = await browser.send(address, address, wish="rerun")
        assert "attempt 2" in page
        await browser.send(address, address, wish="explode")
        assert browser.status == 422
    assert (run.attempt, run.status) == (2, "queued")


async def test_readers_watch_and_touch_nothing(acme: Scene) -> None:
    """No button, and hand-made requests are refused."""
    run = begin(acme)
    address = f"{ACTIONS}/runs/{run.id}"
    async with acme.browser("wim") as browser:
        page = await browser.see(address)
        assert "Somebody with the write role says how it ends." in page
        assert "Cancel run" not in page
        for action, fields in (
            (address, {"wish": "cancel"}),
            (f"{address}/conclude", {"conclusion": "success"}),
            (f"{ACTIONS}/dispatches", {"workflow": "ci.yml", "input-env": "dev"}),
        ):
            told = await browser.send("/signin", action, **fields)
            assert (browser.status, "Must have write rights" in told) == (403, True)
        page = await browser.see(f"{ACTIONS}?workflow=ci.yml")
        assert "needs the write role" in page
    assert run.status == "queued"


async def test_a_broken_workflow_says_why_it_cannot_run(acme: Scene) -> None:
    """In the list of its runs and on the run's page."""
    add_workflow(acme, b"on: push\njobs: {a: {}}", message="Broken")
    (run,) = acme.hub.workflow_runs("acme/catalog")
    async with acme.browser("petra") as browser:
        told = "The job `a` has no `runs-on`."
        assert told in await browser.see(f"{ACTIONS}/runs/{run.id}")
        assert told in await browser.see(f"{ACTIONS}?workflow=ci.yml")


async def test_hostile_output_is_text(acme: Scene) -> None:
    """Logs, names and summaries are strangers' words."""
    hostile = b"name: <script>a()</script>\non: workflow_dispatch\n"
    add_workflow(acme, hostile + b"jobs: {'<img src=x>': {runs-on: x, steps: []}}")
    petra = acme.hub.user("petra")
    run = acme.hub.dispatch_workflow(petra, "acme/catalog", "ci.yml", ref="main")
    (job,) = acme.hub.jobs_of(run)
    acme.hub.start_job(job)
    step = acme.hub.start_step(job, "<b>step</b>")
    acme.hub.log(job, "##[error]<script>b()</script>\n\x1b[31mred")
    acme.hub.finish_step(job, step, "success")
    job.summary = "<script>c()</script>\n\n**fine**"
    async with acme.browser("petra") as browser:
        page = await browser.see(f"{ACTIONS}/runs/{run.id}")
        listed = await browser.see(ACTIONS)
    assert "<strong>fine</strong>" in page
    for words in ("<script>a()", "<script>b()", "<script>c()", "<img src=x>", "<b>step</b>"):
        assert words not in page
        assert words not in listed


async def test_private_runs_are_not_there_for_strangers(acme: Scene) -> None:
    """Neither the run nor the log nor the stream of what happens."""
    run = begin(acme)
    job = acme.hub.jobs_of(run)[0]
    address = f"{ACTIONS}/runs/{run.id}"
    async with acme.browser("sam") as browser:
        for one in (address, f"{address}/job/{job.id}", f"{address}/job/{job.id}/raw", ACTIONS):
            await browser.see(one)
            assert browser.status == 404
        await browser.see(f"/acme/catalog/live?t=run:{run.id}")
        assert browser.status == 404


async def test_settings_show_variables_and_hide_secrets(acme: Scene) -> None:
    """To those who may write; the secret's value to nobody."""
    acme.hub.put_environment(acme.hub.user("dana"), "acme/catalog", "prod", {})
    acme.hub.set_variable("REGION", "eu-west-1", repository="acme/catalog", environment="prod")
    acme.hub.set_secret("KEY", "sesame", organization="acme")
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/about")
    assert ("eu-west-1" in page, "KEY" in page, "sesame" in page) == (True, True, False)
    async with acme.browser("wim") as browser:
        assert "eu-west-1" not in await browser.see("/acme/catalog/about")


async def test_jobs_of_another_run_are_not_shown(acme: Scene) -> None:
    """A job's address belongs to its run."""
    first, second = begin(acme), begin(acme)
    job = acme.hub.jobs_of(first)[0]
    async with acme.browser("petra") as browser:
        for rest in ("", "/raw"):
            await browser.see(f"{ACTIONS}/runs/{second.id}/job/{job.id}{rest}")
            assert browser.status == 404
