"""``${{ … }}`` in names and groups, as far as it only looks values up.

Source: GitHub docs, "Contexts" and "Evaluate expressions in workflows".
"""

import re
from collections.abc import Mapping

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_TEXT = re.compile(r"'([^']*)'")
_FALSY = {"", "false", "0"}


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its expressions replaced, or None where one needs more than a look-up.

    ``values`` are by dotted name in small letters: ``inputs.environment``, ``github.ref``.
    An expression is a name, a text in quotes, or several of them with ``||`` between.
    """
    parts: list[str] = []
    end = 0
    for found in _EXPRESSION.finditer(text):
        value = _value(found[1], values)
        if value is None:
            return None
        parts += [text[end : found.start()], value]
        end = found.end()
    rest = text[end:]
    return None if "${{" in rest else "".join([*parts, rest])


def _value(expression: str, values: Mapping[str, str]) -> str | None:
    """The first of the alternatives that is not falsy, as GitHub's ``||`` takes it."""
    found = ""
    for alternative in expression.split("||"):
        one = _one(alternative.strip(), values)
        if one is None:
            return None
        found = one
        if found.lower() not in _FALSY:
            break
    return found


def _one(word: str, values: Mapping[str, str]) -> str | None:
    if quoted := _TEXT.fullmatch(word):
        return quoted[1]
    if not _NAME.fullmatch(word):
        return None
    name = word.lower()
    root = name.partition(".")[0]
    if name in values:
        return values[name]
    return "" if root == "inputs" or name.startswith("github.event.inputs.") else None
