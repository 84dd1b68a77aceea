"""What the catalog as a whole asks of a changed template, beside what its content must be."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from bot.problems import Problem
from bot.templates.check.rules import breaks
from bot.templates.manifest import PATH as MANIFEST
from bot.written import code

_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-(.+))?")

# major, minor, patch; a pre-release counts less than its release, and its parts are compared
# by number where they are numbers. Source: Semantic Versioning 2.0.0, clause 11.
Order = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]


def order_of(version: str) -> Order:
    """A semantic version as something that compares; raises ValueError for any other text."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(version)
    major, minor, patch, before = match.groups()
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in (before.split(".") if before else ())
    )
    return int(major), int(minor), int(patch), 0 if before else 1, parts


def version_problem(version: str, *, line: int, taken: Collection[str]) -> Iterator[Problem]:
    """One problem where the content changed and ``version`` is not above all that were merged.

    ``taken`` holds the versions of this template that were merged with other content.
    """
    try:
        highest = max(map(order_of, taken), default=None)
        if highest is None or order_of(version) > highest:
            return
    except ValueError:  # told with the manifest
        return
    newest = max(taken, key=order_of)
    major, minor, patch, *_ = order_of(newest)
    yield breaks(
        "version-not-raised",
        MANIFEST,
        f"The content changed, and {code(newest)} was merged already with other content: "
        f"raise `version`, for example to {code(f'{major}.{minor}.{patch + 1}')} for a correction "
        f"or {code(f'{major}.{minor + 1}.0')} for something new.",
        line=line,
    )


def id_problem(template: str, *, line: int, others: Iterable[str]) -> Iterator[Problem]:
    """One problem where another template's id reads the same without its hyphens."""
    for other in sorted(others):
        if other != template and _plain(other) == _plain(template):
            yield breaks(
                "id-taken",
                MANIFEST,
                f"The id reads like that of the template {code(other)}; choose one that "
                "nobody mistakes for it.",
                line=line,
            )
            return


def _plain(template: str) -> str:
    return template.replace("-", "").lower()


def line_of(text: str, key: str) -> int:
    """The line of a top-level key in a YAML text that may be broken elsewhere; 1 without one."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"{re.escape(key)}\s*:", line):
            return number
    return 1


def said_by(text: str) -> Mapping[str, str]:
    """Name, owner and version of a manifest as far as they can be read, also from a broken one."""
    found = {}
    for key in ("name", "owner", "version"):
        match = re.search(rf"^{key}\s*:\s*(['\"]?)(.{{1,100}}?)\1\s*(?:#.*)?$", text, re.MULTILINE)
        if match:
            found[key] = match[2]
    return found
