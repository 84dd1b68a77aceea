"""Runs commands of a project that uv builds, each with the Python that the project names.

All projects share the cache of whoever runs the tests, so a library is fetched once.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI, missing, tool

LIMIT_S = 280.0
_UNREACHED = re.compile(r"dns error|error sending request|Connection refused|timed out", re.I)


def copied(project: Path, to: Path) -> Path:
    """A copy to build in: the original stays as it was made."""
    return Path(shutil.copytree(project, to))


def environment() -> dict[str, str]:
    """The machine's own, with uv on the PATH and no other environment or Python in its way."""
    uv = tool("uv", install="pip install uv")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UV_PYTHON")}
    kept.pop("VIRTUAL_ENV", None)
    kept["PATH"] = f"{Path(uv).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}


def need_python(project: Path) -> None:
    """Skips the test where the Python that the project names is not installed.

    A machine cannot have every Python, so its absence is a skip in CI too; the one that runs
    the tests must be found.
    """
    code, _ = _ended("uv python find", project, {})
    version = (project / ".python-version").read_text().strip()
    if code != 0:
        reason = f"needs Python {version}: uv python install {version}"
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            missing(reason)
        pytest.skip(reason)


def run(command: str, project: Path, *, env: Mapping[str, str] | None = None) -> str:
    """What a command of the project said; it must end well.

    Skipped where uv cannot fetch what it has not fetched before.
    """
    code, said = _ended(command, project, env or {})
    if code != 0 and not IN_CI and _UNREACHED.search(said):
        pytest.skip("needs what uv fetches: run it once with a network")
    assert code == 0, said[-8_000:]
    return said


def _ended(command: str, project: Path, env: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env={**environment(), **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout
