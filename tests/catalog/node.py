"""Runs commands of a project that Node builds, each with the Node that the project names."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI, node_bin

LIMIT_S = 280.0
_UNREACHED = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH")


def copied(project: Path, to: Path) -> Path:
    """A copy to build in: the original stays as it was made."""
    return Path(shutil.copytree(project, to))


def run(command: str, project: Path) -> str:
    """What a command of the project said; it must end well.

    Skipped where npm cannot fetch what it has not fetched before.
    """
    node = node_bin(int((project / ".node-version").read_text()))
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env={**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode != 0 and not IN_CI and _UNREACHED.search(done.stdout):
        pytest.skip("needs what npm fetches: run it once with a network")
    assert done.returncode == 0, done.stdout[-8_000:]
    return done.stdout
