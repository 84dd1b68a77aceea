"""What is wrong with a file that somebody wrote: one value, wherever the file is checked.

``template check --json`` prints it, a check run annotates lines with it, and the
issue about a broken ``organization.yml`` lists it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. ``message`` is a whole sentence for the author of the file.

    ``line`` and ``column`` count from 1; 0 says the problem has no one place.
    ``rule`` is stable: docs and tests name it.
    """

    path: str
    line: int = 0
    column: int = 0
    rule: str
    severity: Severity = "error"
    message: str

    def to_json(self) -> dict[str, str | int]:
        """The shape that ``paved-road template check --json`` promises."""
        return {
            "path": self.path,
            "line": self.line,
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
        }

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.severity}: {self.message} [{self.rule}]"


class ProblemsFound(Exception):
    """A file cannot be used; ``problems`` is never empty and holds all that was seen."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(str(each) for each in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each once: the same files give the same list."""
    return tuple(sorted(set(problems), key=lambda p: (p.path, p.line, p.column, p.rule, p.message)))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether anything worse than a warning is among them."""
    return any(each.severity == "error" for each in problems)
