"""Of many trees that are nearly equal, each thing once: a path with its content."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.linting.finding import Finding, LintFile
from bot.problems import Severity

_UNUSABLE: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_LONGEST_NAME: Final = 200
_OURS_TO_MAKE: Final = frozenset({"", ".", "..", ".git", ".terraform"})

Trees = Mapping[str, Sequence[LintFile]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A path with its content, and the first tree that has it so."""

    tree: str
    path: str
    content: bytes

    def finding(
        self, rule: str, severity: Severity, message: str, *, line: int = 0, column: int = 0
    ) -> Finding:
        """A finding in this file; its message is made fit to show later."""
        return Finding(
            tree=self.tree,
            path=self.path,
            line=line,
            column=column,
            rule=rule,
            severity=severity,
            message=message,
        )


def distinct(trees: Trees) -> tuple[Seen, ...]:
    """Each path with each of its contents once, in the order of the trees and of the paths."""
    seen: dict[tuple[str, bytes], Seen] = {}
    for tree, files in trees.items():
        for file in sorted(files, key=lambda file: file.path):
            seen.setdefault((file.path, file.content), Seen(tree, file.path, file.content))
    return tuple(seen.values())


def in_order(findings: Iterable[Finding], trees: Trees) -> tuple[Finding, ...]:
    """By tree (as they were given), place and rule; each once, however many trees have it."""
    rank = {tree: number for number, tree in enumerate(trees)}

    def place(finding: Finding) -> tuple[int, str, int, int, str, str]:
        where = (rank[finding.tree], finding.path, finding.line, finding.column)
        return (*where, finding.rule, finding.message)

    return tuple(sorted(set(findings), key=place))


def is_usable(path: str) -> bool:
    """Whether a file may be written under this name of a stranger's below a folder of ours."""
    parts = path.split("/")
    if any(len(part) > _LONGEST_NAME or part.lower() in _OURS_TO_MAKE for part in parts):
        return False
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(parts) <= 20 and _UNUSABLE.search(path) is None
