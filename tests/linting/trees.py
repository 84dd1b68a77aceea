"""Trees for tests: files by path, and a folder as the bot would render it."""

from collections.abc import Mapping
from pathlib import Path

from bot.linting import LintFile

_GOOD = """\
name: Check
on: push
concurrency: {group: check, cancel-in-progress: false}
permissions: {}
env: {CI: "true"}
jobs:
  check:
    name: Check
    timeout-minutes: 5
    permissions: {contents: read} # to read the code
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {persist-credentials: false}
      - run: make
"""


def tree(files: Mapping[str, str | bytes]) -> list[LintFile]:
    """The files of a tree from texts by path."""
    return [
        LintFile(path, content.encode() if isinstance(content, str) else content)
        for path, content in files.items()
    ]


def tree_of(folder: Path) -> list[LintFile]:
    """The files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [LintFile(str(path.relative_to(folder)), path.read_bytes()) for path in files]


def workflow(*changes: tuple[int, str]) -> str:
    """A workflow with which nothing is wrong, but for these lines by their numbers."""
    lines = _GOOD.splitlines()
    for number, line in changes:
        lines[number - 1] = line
    return "\n".join(lines) + "\n"
