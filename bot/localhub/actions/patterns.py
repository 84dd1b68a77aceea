"""The patterns of ``branches``, ``tags`` and ``paths`` in a workflow file.

Source: GitHub docs, "Workflow syntax for GitHub Actions", filter pattern cheat sheet.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_PIECE = re.compile(r"\*\*/|\*\*|\*|\\.|\[[^\]]*\]|.", re.DOTALL)
_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as an expression; None for one that means nothing."""
    pieces = []
    for piece in _PIECE.findall(pattern):
        if piece in _MEANINGS:
            pieces.append(_MEANINGS[piece])
        elif len(piece) > 2 and piece.startswith("["):
            pieces.append("[" + piece[1:-1].replace("\\", "\\\\").replace("[", r"\[") + "]")
        else:
            pieces.append(re.escape(piece[-1]))
    try:
        return re.compile("".join(pieces), re.DOTALL)
    except re.error:
        return None


def matches(pattern: str, name: str) -> bool:
    """Whether one pattern (without ``!``) fits the whole name."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(name) is not None


def chosen(patterns: Sequence[str], name: str) -> bool:
    """Whether the patterns choose the name; the last that fits counts, ``!`` takes away."""
    picked = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), name):
            picked = not pattern.startswith("!")
    return picked


def any_chosen(patterns: Sequence[str], names: Iterable[str]) -> bool:
    """Whether the patterns choose at least one of the names."""
    return any(chosen(patterns, name) for name in names)


def all_match(patterns: Sequence[str], names: Iterable[str]) -> bool:
    """Whether every name fits one of the patterns: then ``paths-ignore`` leaves nothing."""
    return all(any(matches(pattern, name) for pattern in patterns) for name in names)
