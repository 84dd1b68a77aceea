"""Expressions for cookiecutter that came out of a render as they went in.

Braces alone say nothing: GitHub, Go, Helm, Vue, Handlebars and Jinja itself write
them too. Only what names ``cookiecutter`` was meant for us: text between ``raw``
tags or in a file that is copied, or braces that were mistyped.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.reading.found import Found
from bot.written import code

_LONGEST: Final = 300
_OPENED: Final = re.compile(
    rf"[{{%$]{{0,3}}\{{[%#{{-]{{0,4}}(?P<inside>[^{{}}]{{0,{_LONGEST}}}?)\bcookiecutter\s*[.\[]\s*['\"]?(?P<name>\w+)"
    r"|%\{[^{}\n]{0,300}?\bcookiecutter\.(?P<other>\w+)"
)


def leftovers(text: str) -> Iterator[Found]:
    """Each such expression, at the line where its braces open."""
    if "cookiecutter" not in text:
        return
    for found in _OPENED.finditer(text):
        name = found["name"] or found["other"]
        yield Found(
            line=text.count("\n", 0, found.start()) + 1,
            column=found.start() - text.rfind("\n", 0, found.start()),
            rule="leftover",
            message=f"An expression with {code(f'cookiecutter.{name}')} comes out unrendered: "
            "take it out of `raw` or of `_copy_without_render`, or mend its braces.",
        )
