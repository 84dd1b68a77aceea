"""Problems as the remarks that GitHub shows at lines of a file."""

from collections.abc import Sequence

from bot.github.port import Annotation
from bot.problems import Problem


def annotations_of(problems: Sequence[Problem]) -> tuple[Annotation, ...]:
    """One a problem; a column is told where it is more than the beginning of the line."""
    return tuple(
        Annotation(
            path=each.path,
            line=max(each.line, 1),
            column=each.column if each.column > 1 else 0,
            level="failure" if each.severity == "error" else "warning",
            title=each.rule,
            message=each.message,
        )
        for each in problems
    )
