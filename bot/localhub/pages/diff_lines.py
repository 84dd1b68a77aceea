"""A patch as numbered lines, ready to be shown as a table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_KINDS: dict[str, Literal["added", "removed", "same"]] = {"+": "added", "-": "removed", " ": "same"}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. ``old`` and ``new`` are its numbers, None on the side where it is not."""

    kind: Literal["hunk", "added", "removed", "same", "note"]
    text: str
    old: int | None = None
    new: int | None = None


def diff_lines(patch: str) -> Iterator[DiffLine]:
    """The lines of a unified diff without its file names; ``text`` is without the sign."""
    old = new = 0
    for line in patch.split("\n") if patch else ():
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            yield DiffLine("hunk", line)
            continue
        kind = _KINDS.get(line[:1])
        if kind is None:
            yield DiffLine("note", line.removeprefix("\\ "))
            continue
        yield DiffLine(
            kind,
            line[1:],
            old=None if kind == "added" else old,
            new=None if kind == "removed" else new,
        )
        old += kind != "added"
        new += kind != "removed"
