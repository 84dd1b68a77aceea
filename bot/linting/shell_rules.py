"""Which of shellcheck's rules an author hears of, and how bad they are.

Its errors and warnings are ours. Of its hints only those count that are about a value
which the shell takes apart; the rest is style. What must not be silenced by a comment
is an error about quoting: a list that is split again loses arguments with spaces in
silence, which no script means.
"""

from typing import Final

from bot.problems import Severity

# Not followed files (none are given), and variables that only the environment sets.
LEFT_ALONE: Final = frozenset({1090, 1091, 2154})
NEVER_SILENT: Final = frozenset({2068, 2145})
_HINTS: Final = frozenset({2059, 2086, 2231, 2295})  # values as formats, patterns and words


def judged(code: int, level: str) -> Severity | None:
    """How bad a finding of shellcheck's ``error``, ``warning``, ``info`` or ``style`` is."""
    if code in LEFT_ALONE:
        return None
    if level == "error":
        return "error"
    return "warning" if level == "warning" or code in _HINTS else None
