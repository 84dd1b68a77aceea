"""Linters for tests, with every tool that there is."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from bot.linting import Isolation, PlainProcess, Tools, detect_isolation, find_tools
from bot.linting.isolation import Order
from tests.catalog.needed_tools import missing, tool


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The tools of this machine."""
    return find_tools()


@pytest.fixture(scope="session")
def with_actionlint(tools: Tools) -> Tools:
    """The same; without actionlint a skip (a failure in CI)."""
    need_actionlint()
    return tools


@pytest.fixture(scope="session")
def terraform() -> Tools:
    """What is here, where Terraform and a mirror of the AWS provider are among it."""
    tools = find_tools()
    if tools.terraform is None or not tools.mirrors:
        pytest.skip("needs terraform with a provider mirror (TF_PLUGIN_MIRROR_DIR)")
    return tools


@pytest.fixture(scope="session")
def sandbox() -> Isolation:
    """Bubblewrap, or a loud skip; in CI its absence is a failure."""
    found = detect_isolation()
    if found.name != "bubblewrap":
        missing(f"needs bubblewrap: apt-get install bubblewrap ({found.note})")
    return found


@pytest.fixture(params=["bubblewrap", "process"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """Each way to keep a linter apart."""
    if request.param == "process":
        return PlainProcess("for tests")
    found: Isolation = request.getfixturevalue("sandbox")
    return found


def need_actionlint() -> None:
    """Skip the test where it is not installed."""
    tool("actionlint", install="go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")


class Counting:
    """An isolation that remembers which programs were started in it."""

    def __init__(self, inner: Isolation) -> None:
        self._inner, self.name, self.note = inner, inner.name, inner.note
        self.started: list[str] = []

    def command(self, order: Order) -> tuple[Sequence[str], Mapping[str, str]]:
        self.started.append(order.program.name)
        return self._inner.command(order)


@pytest.fixture
def counting(sandbox: Isolation) -> Counting:
    """Bubblewrap, and a count of what runs in it."""
    return Counting(sandbox)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where linters' folders are made; it must be empty when the test is over.

    Its name is so long that no socket can be made below it.
    """
    folder = tmp_path / f"scratch{'-' * 100}"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    left = sorted(path.name for path in folder.iterdir())
    shutil.rmtree(folder)
    assert left == []
