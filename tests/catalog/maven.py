"""Runs commands of a project the way its team would, on a copy of its files."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI, java_home, tool

LIMIT_S = 280.0
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a build of seconds: a third less work
_UNREACHED = re.compile(
    r"UnknownHost|Unknown host|Network is unreachable|Connect(ion)? (timed out|refused)"
)


def copied(project: Path, to: Path) -> Path:
    """A copy to build in: the original stays as it was made."""
    return Path(shutil.copytree(project, to))


def environment(java: int) -> dict[str, str]:
    """The machine's own with a JDK that fits, and no compile daemon that would outlive the test."""
    home = java_home(java)
    return {
        **os.environ,
        "JAVA_HOME": str(home),
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "MAVEN_OPTS": f"-Dkotlin.compiler.daemon=false {_SHORT_LIVED}",
    }


def by_installed_maven(command: str) -> str:
    """A project's command with this machine's Maven, which knows where it may fetch from.

    What the wrapper itself does is shown in ``test_maven_wrapper``.
    """
    return command.replace("./mvnw ", "mvn ")


def run(command: str, project: Path, *, java: int, env: Mapping[str, str] | None = None) -> str:
    """What a command of the project said; it must end well."""
    code, said = attempt(command, project, java=java, env=env)
    assert code == 0, said[-8_000:]
    return said


def attempt(
    command: str, project: Path, *, java: int, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """How a command ended and what it said.

    Skipped without Maven, and where Maven cannot fetch what it has not fetched before.
    """
    tool("mvn", install="apt-get install maven")
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env=environment(java) | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode != 0 and not IN_CI and _UNREACHED.search(done.stdout):
        pytest.skip("needs what Maven fetches: run it once with a network")
    return done.returncode, done.stdout
