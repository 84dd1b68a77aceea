"""Whether one value is what its row allows, and how to say what is allowed."""

import re

from bot.deploy_settings.table import Setting, Value
from bot.written import code, one_of


def fits(row: Setting, value: object) -> bool:
    """Whether the row allows the value. JSON's ``true`` is no number, and neither is 1.0."""
    if isinstance(value, bool) or not isinstance(value, int if row.is_number else str):
        return False
    if row.options:
        return value in row.options
    if isinstance(value, str):
        return len(value) <= row.longest and re.fullmatch(row.pattern, value) is not None
    return row.least <= value <= row.most


def allowed(row: Setting) -> str:
    """What the row allows, as the end of a sentence: "one of 250 and 500 (…)"."""
    if row.options:
        return f"{one_of([str(each) for each in row.options])}{_unit(row)}"
    if row.pattern:
        return f"{row.pattern_says} (at most {row.longest} characters)"
    return f"a whole number from {row.least} to {row.most}{_unit(row)}"


def must_be(row: Setting) -> str:
    """The whole sentence about a value that does not fit."""
    return f"{code(row.name)} must be {allowed(row)}."


def value_of(row: Setting, text: str) -> Value | None:
    """The value that a word of a command spells; None where the row does not allow it."""
    value: Value = text
    if row.is_number:
        if not re.fullmatch("[0-9]{1,9}", text):
            return None
        value = int(text)
    return value if fits(row, value) else None


def _unit(row: Setting) -> str:
    return f" ({row.unit})" if row.unit else ""
