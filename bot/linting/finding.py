"""What goes into the linters and what comes out: plain values."""

from dataclasses import dataclass

from bot.problems import Severity


@dataclass(frozen=True, slots=True)
class LintFile:
    """A regular file of a tree; ``path`` is relative to the tree's root."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a linter found, in the first tree whose file has that content.

    ``line`` and ``column`` count from 1; 0 says that there is no one place. ``rule`` is the
    linter's name and its own code for it, such as ``shellcheck-SC2086``. ``message`` is a whole
    sentence that holds no secret and nothing that could be taken for Markdown.
    """

    tree: str
    path: str
    line: int = 0
    column: int = 0
    rule: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A linter that could not be run, and a sentence that says why."""

    linter: str
    reason: str


@dataclass(frozen=True, slots=True)
class Linted:
    """All findings in order of tree, path and line, each once."""

    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
