"""What GitHub does with the files below ``.github``, where no linter says so.

Sources: GitHub docs, "Workflow syntax for GitHub Actions" (where workflows lie),
"Metadata syntax for GitHub Actions" (``runs.using``), "Finding and customizing actions"
(an action of the same repository); the GitHub changelog on the end of Node 16 and 20.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.linting.distinct import Seen, Trees
from bot.linting.finding import Finding
from bot.problems import Severity

NAME: Final = "github"
_WORKFLOW: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_MISPLACED: Final = re.compile(r"\.github/(?:workflows/.+/[^/]+|workflow/[^/]+)\.ya?ml")
_ACTION: Final = re.compile(r"(?:.+/)?action\.ya?ml")
_DEPENDABOT: Final = re.compile(r"\.github/dependabot\.ya?ml")
_NODE: Final = re.compile(rb"\busing['\"]?[ \t]*:[ \t]*['\"]?node(\d{1,3})\b")
_OWN_ACTION: Final = re.compile(rb"\buses['\"]?[ \t]*:[ \t]*['\"]?\./(\.github/actions/[\w./-]+)")
_DESCRIBES_AN_ACTION: Final = ("action.yml", "action.yaml", "Dockerfile")
_GONE_NODE: Final = 16
_GOING_NODE: Final = 20


def is_workflow(path: str) -> bool:
    """Whether GitHub reads the file as a workflow."""
    return _WORKFLOW.fullmatch(path) is not None


def is_action(path: str) -> bool:
    """Whether the file describes an action."""
    return _ACTION.fullmatch(path) is not None


def is_dependabot(path: str) -> bool:
    """Whether the file is Dependabot's configuration."""
    return _DEPENDABOT.fullmatch(path) is not None


def check_github_files(trees: Trees) -> Iterator[Finding]:
    """What is wrong by its place, its age or what is not beside it.

    Each once, in the first tree that has it so.
    """
    seen: set[tuple[str, bytes, str, int]] = set()
    for file, finding in _found(trees):
        key = (file.path, file.content, finding.rule, finding.line)
        if key not in seen:
            seen.add(key)
            yield finding


def _found(trees: Trees) -> Iterator[tuple[Seen, Finding]]:
    for tree, files in trees.items():
        paths = {file.path for file in files}
        for each in files:
            file = Seen(tree, each.path, each.content)
            yield from ((file, finding) for finding in _of_file(file, paths))


def _of_file(file: Seen, paths: set[str]) -> Iterator[Finding]:
    if _MISPLACED.fullmatch(file.path):
        yield file.finding(f"{NAME}-misplaced-workflow", "warning", _PLACE)
    if is_action(file.path):
        yield from _old_node(file)
    if is_workflow(file.path) or is_action(file.path):
        yield from _missing_actions(file, paths)


_PLACE: Final = (
    "GitHub reads workflows directly below .github/workflows only, so this one never runs; move "
    "it there."
)
_MISSING: Final = "The action that is used here is not in the project; add its action.yml."


def _old_node(file: Seen) -> Iterator[Finding]:
    for match in _NODE.finditer(file.content):
        version = int(match[1])
        if version > _GOING_NODE:
            continue
        severity: Severity = "error" if version <= _GONE_NODE else "warning"
        message = f"GitHub's runners are giving up Node {version}; write node24."
        yield file.finding(f"{NAME}-old-node", severity, message, line=_line(file, match))


def _missing_actions(file: Seen, paths: set[str]) -> Iterator[Finding]:
    for match in _OWN_ACTION.finditer(file.content):
        folder = match[1].decode("ascii", "replace").rstrip("/")
        if not any(f"{folder}/{name}" in paths for name in _DESCRIBES_AN_ACTION):
            rule = f"{NAME}-missing-action"
            yield file.finding(rule, "warning", _MISSING, line=_line(file, match))


def _line(file: Seen, match: "re.Match[bytes]") -> int:
    return file.content.count(b"\n", 0, match.start()) + 1
