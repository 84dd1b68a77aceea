"""Foreign tools that tests need: found, or the test is skipped and says how to install them."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from platform import machine

import pytest

_CI = Path(__file__).parents[2] / ".ci"
_PYENV = Path.home() / ".pyenv" / "versions"
_NODE = f"node-{sys.platform}-{'arm64' if machine() in ('aarch64', 'arm64') else 'x64'}"
IN_CI = os.environ.get("CI") == "true"


def missing(reason: str) -> None:
    """Skip the test; in CI, where everything can be installed, fail it."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def tool(name: str, *, install: str) -> str:
    """The path of a program, in this Python's environment or on the PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        missing(f"needs {name}: {install}")
    return str(found)


def java_home(least: int) -> Path:
    """The home of a JDK of version ``least`` or newer, the oldest there is.

    A JDK newer than 17 is not packaged for every system, so its absence is a skip in CI too.
    """
    fitting = sorted(each for each in _jdks() if each[0] >= least)
    if not fitting:
        reason = f"needs a JDK {least} or newer: install one and set JAVA_HOME"
        if least > 17:
            pytest.skip(reason)
        missing(reason)
    return fitting[0][1]


def python(version: str) -> Path:
    """A Python of that version, as 3.12.

    No system has them all, so another than this one's own is skipped in CI too.
    """
    name = f"python{version}"
    places: list[str | Path] = [
        *os.environ["PATH"].split(os.pathsep),
        *_PYENV.glob(f"{version}.*/bin"),
    ]
    for place in places:
        found = Path(place) / name
        if found.is_file() and "shims" not in found.parts:  # pyenv's names, not its Pythons
            return found.resolve()
    pytest.skip(f"needs Python {version}: install it, or put it on the PATH")


def node_bin(major: int) -> Path:
    """The folder that holds ``node`` of that version and an ``npm``, to go first on a PATH.

    Both come from the npm registry, which has every Node; where they lie, ``.ci/run`` says too.
    """
    prefix = _CI / "node" / str(major)
    found = prefix / "node_modules" / ".bin"
    if not (found / "node").exists() or not (found / "npm").exists():
        missing(f"needs Node {major}: npm install --prefix {prefix} {_NODE}@{major} npm@11")
    return found


def _jdks() -> Iterator[tuple[int, Path]]:
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parents[1])
    homes += Path("/usr/lib/jvm").glob("*")
    homes += Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home")
    for home in homes:
        release = home / "release"
        if release.is_file() and (home / "bin" / "javac").is_file():
            version = re.search(r'JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"))
            if version:
                yield int(version[1]), home
