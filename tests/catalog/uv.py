"""Runs commands of a project that uv builds, with the Python and the Java that it names.

All projects share the cache of whoever runs the tests, so a library is fetched once.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI, java_home, python, tool

LIMIT_S = 400.0
_UNREACHED = re.compile(
    r"dns error|error sending request|Connection refused|connect error|timed out", re.IGNORECASE
)


def copied(project: Path, to: Path) -> Path:
    """A copy to build in: the original stays as it was made."""
    return Path(shutil.copytree(project, to))


def environment(project: Path | None = None) -> dict[str, str]:
    """The machine's own, with uv and with what the project names of Python and Java.

    Skips the test where that Python or Java is not installed.
    """
    uv = Path(tool("uv", install="pip install uv"))
    # What steers this run of the tests is not theirs.
    ours = ("UV_PYTHON", "VIRTUAL_ENV", "PYTEST_")
    outer = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = os.pathsep.join([str(uv.parent), outer["PATH"]])
    plain = {**outer, "PATH": path, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
    if project is None:
        return plain
    version = (project / ".python-version").read_text().strip()
    return {**plain, "UV_PYTHON": str(python(version)), **_java(project, path)}


def _java(project: Path, path: str) -> dict[str, str]:
    named = project / ".java-version"
    if not named.exists():
        return {}
    home = java_home(int(named.read_text()))
    return {
        "JAVA_HOME": str(home),
        "PATH": os.pathsep.join([str(home / "bin"), path]),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it lives seconds
    }


def run(command: str, project: Path, *, env: Mapping[str, str] | None = None) -> str:
    """What a command of the project said; it must end well."""
    code, said = attempt(command, project, env=env)
    assert code == 0, said[-8_000:]
    return said


def attempt(
    command: str, project: Path, *, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """How a command ended and what it said.

    Skipped where uv cannot fetch what it has not fetched before.
    """
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env={**environment(project), **(env or {})},
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
