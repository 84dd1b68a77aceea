"""Runs commands of a project that uv builds, with the Python and the Java that it names."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI, java_home, python, tool

LIMIT_S = 400.0
_UNREACHED = re.compile(r"dns error|Connection refused|connect error|timed out", re.IGNORECASE)


def run(command: str, project: Path) -> str:
    """What a command of the project said; it must end well."""
    code, said = attempt(command, project)
    assert code == 0, said[-8_000:]
    return said


def attempt(command: str, project: Path) -> tuple[int, str]:
    """How a command ended and what it said.

    All projects share uv's cache: what they install alike is fetched and stored once. Skipped
    where uv cannot fetch what it has not fetched before.
    """
    uv = Path(tool("uv", install="pip install uv"))
    home = java_home(int((project / ".java-version").read_text()))
    outer = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env={
            **outer,
            "JAVA_HOME": str(home),
            "PATH": os.pathsep.join([str(home / "bin"), str(uv.parent), os.environ["PATH"]]),
            "UV_PYTHON": str(python((project / ".python-version").read_text().strip())),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it lives seconds
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode != 0 and not IN_CI and _UNREACHED.search(done.stdout):
        pytest.skip("needs what uv fetches: run it once with a network")
    return done.returncode, done.stdout
