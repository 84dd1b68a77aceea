"""The workflows as a project gets them, and their programs to run alone."""

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.projects.deployment_files import workflow

CLOUDS = ("aws", "google", "azure")
NAMES = ("deploy.yml", "monitor.yml", "plan.yml")


@cache
def installed(name: str, cloud: str = "aws") -> dict[str, Any]:
    """The workflow's content."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(workflow("service", name, cloud))
    return found


def program(name: str) -> str:
    """A program that several jobs of deploy.yml run."""
    text: str = installed("deploy.yml")["env"][name]
    return text


def step(file: str, job: str, name: str) -> str:
    """What a step runs."""
    steps = installed(file)["jobs"][job]["steps"]
    (found,) = [each["run"] for each in steps if each["name"] == name]
    text: str = found
    return text


def run_program(
    name: str, *words: str, folder: Path, environment: Mapping[str, str]
) -> tuple[int, str, dict[str, str]]:
    """As ``run``, of a program that several jobs run."""
    script, given = 'bash -c "$PROGRAM" program "$@"', {"PROGRAM": program(name), **environment}
    return run(script, "step", *words, folder=folder, environment=given)


def run(
    script: str, *words: str, folder: Path, environment: Mapping[str, str]
) -> tuple[int, str, dict[str, str]]:
    """Its exit code, what it printed, and its outputs: as a step of a runner does it."""
    outputs, summary = folder / "outputs", folder / "summary"
    outputs.touch()
    given = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_REPOSITORY": "acme/money-kit",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_TOKEN": "a-token",
        "RUNNER_TEMP": str(folder),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script, *words],
        cwd=folder,
        env=given | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    lines = outputs.read_text().splitlines()
    return done.returncode, done.stdout, dict(line.split("=", 1) for line in lines)
