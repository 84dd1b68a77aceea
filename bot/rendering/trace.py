"""Rendered lines → lines of the template, read from the marks of a second render."""

import bisect
import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .inside.marks import pieces
from .template import Rendered, Template

_MOST_LINES: Final = 20_000  # compared line by line where the marked text came out differently


@dataclass(frozen=True, slots=True)
class Origin:
    """A line of a file of the template: ``path`` relative to its folder, ``line`` from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a rendered file came from, line by line.

    ``lines`` holds, for each rendered line, its pieces in order: the column at which
    a piece begins (from 1) and where it came from.
    """

    lines: tuple[tuple[tuple[int, Origin], ...], ...]

    def origin(self, line: int, column: int = 0) -> Origin:
        """Where that rendered line came from, or that column of it; 0: the line as a whole.

        A line that does not exist is taken for the nearest one.
        """
        found = self.lines[min(max(line, 1), len(self.lines)) - 1]
        if column < 1:
            return found[0][1]
        at = bisect.bisect_right([start for start, _ in found], column) - 1
        return found[max(at, 0)][1]


def traces(
    template: Template, rendered: Rendered, marked: Rendered, paths: Collection[str]
) -> Mapping[str, Trace]:
    """The trace of each of ``paths`` that ``marked`` holds: the same render, with marks."""
    names = sorted(file.path for file in template.files)
    own = {file.path: file.content for file in template.files}
    plain = {file.path: file.content for file in rendered.files}
    found = {}
    for file in marked.files:
        source = rendered.sources.get(file.path)
        if file.path in paths and source is not None and file.path in plain:
            if plain[file.path] == own[source]:
                found[file.path] = _identity(source, own[source])
            else:
                found[file.path] = trace_of(plain[file.path], file.content, source, names)
    return found


def _identity(source: str, content: bytes) -> Trace:
    """A file that was copied has the lines that it had."""
    count = content.count(b"\n") + 1
    return Trace(tuple(((1, Origin(source, line)),) for line in range(1, count + 1)))


def trace_of(plain: bytes, marked: bytes, source: str, names: Sequence[str]) -> Trace:
    """The trace of a file that was rendered as ``plain`` and, with marks, as ``marked``.

    Args:
        source: the template's file that it was made of.
        names: the template's files in order of path, by whose place marks name them.
    """
    lines, texts = [], []
    last = Origin(source, 1)
    for line in _lines(marked):
        taken = list(_origins(pieces(line), names, last))
        lines.append(_by_column(taken))
        texts.append("".join(text for text, _ in taken))
        last = taken[-1][1]
    wanted = _lines(plain)
    if texts != wanted:  # an expression looked at text that bears marks
        lines = [lines[at] for at in _alike(texts, wanted)]
    return Trace(tuple(lines))


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")


def _origins(
    taken: Sequence[tuple[tuple[int, int] | None, str]], names: Sequence[str], last: Origin
) -> Iterator[tuple[str, Origin]]:
    """Text and origin of each piece; one without a mark belongs to what stands before it."""
    for place, text in taken:
        if place is not None:
            file, line = place
            last = Origin(names[file] if file < len(names) else last.path, line)
        yield text, last


def _by_column(taken: Sequence[tuple[str, Origin]]) -> tuple[tuple[int, Origin], ...]:
    """The pieces that hold text; of a line that says nothing, the first of all.

    Leading white space may be left over from the line above, so the first piece is
    the first with anything to read.
    """
    found: list[tuple[int, Origin]] = []
    column = 1
    for text, origin in taken:
        if text.strip() or (text and found):
            found.append((1 if not found else column, origin))
        column += len(text)
    return tuple(found) or ((1, taken[0][1]),)


def _alike(texts: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """For each line of ``wanted`` the index of the line of ``texts`` that it is, or is nearest."""
    if max(len(texts), len(wanted)) > _MOST_LINES:
        return [min(i, len(texts) - 1) for i in range(len(wanted))]
    found: list[int] = []
    matcher = difflib.SequenceMatcher(None, texts, wanted, autojunk=len(texts) > 2_000)
    for _, start, end, wanted_start, wanted_end in matcher.get_opcodes():
        last = min(max(end - 1, start), len(texts) - 1)
        found += [min(start + i, last) for i in range(wanted_end - wanted_start)]
    return found
