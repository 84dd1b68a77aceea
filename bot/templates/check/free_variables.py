"""Which variables carry free text: answers that may hold what ends a literal somewhere."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.templates.variables import Variable
from bot.written import Pattern

_DANGEROUS: Final = "\"'`\\$<>{};|&"
_DANGEROUS_BESIDE_SPACE: Final = ":#"  # ": " and " #" mean something in YAML


def free_variables(variables: Sequence[Variable]) -> Mapping[str, str]:
    """The variables that carry free text, each under its own name."""
    return {each.name: each.name for each in variables if is_free(each)}


def computed_defaults(variables: Sequence[Variable]) -> list[tuple[str, str]]:
    """Names and texts of what cookiecutter computes, in the file's order."""
    return [
        (each.name, each.default)
        for each in variables
        if isinstance(each.default, str) and "{{" in each.default
    ]


def is_free(variable: Variable) -> bool:
    """Whether an answer may hold a character that ends a literal somewhere."""
    if variable.name == "description":
        return True
    if not variable.asked or variable.kind not in ("line", "text", "dict"):
        return False
    if variable.pattern is None:
        return True
    pattern = Pattern(variable.pattern)
    beside = _DANGEROUS_BESIDE_SPACE if pattern.allows(" ") else ""
    breaks = "\n" if variable.kind == "text" else ""  # a line holds none, whatever its pattern
    return any(pattern.allows(character) for character in _DANGEROUS + beside + breaks)
