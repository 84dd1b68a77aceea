"""Marks in a rendered file: which line of which template file each piece of it came from.

A mark is two characters of the planes that Unicode leaves to private use, one for
the file and one for the line. What puts them there is ``marking``; this is pure.
"""

import re
from typing import Final

_FIRST_FILE: Final = 0x100000
_FIRST_LINE: Final = 0xF0000
_MOST: Final = 0xFFFD  # characters of one private plane
_MARK: Final = re.compile("[\U00100000-\U0010fffd][\U000f0000-\U000ffffd]")


def mark(file: int, line: int) -> str:
    """The two characters; beyond 65,000 files or lines the last number stands for the rest."""
    return chr(_FIRST_FILE + min(file, _MOST)) + chr(_FIRST_LINE + min(line, _MOST))


def marked(text: str, file: int, first_line: int) -> str:
    """``text`` with a mark at the beginning of each of its lines."""
    lines = text.split("\n")
    return "\n".join(mark(file, first_line + i) + line for i, line in enumerate(lines))


def pieces(line: str) -> list[tuple[tuple[int, int] | None, str]]:
    """A marked line taken apart: file and line of each piece, and its text.

    The first piece has neither where the line begins inside the text of an expression.
    """
    found: list[tuple[tuple[int, int] | None, str]] = []
    origin, at = None, 0
    for each in _MARK.finditer(line):
        if each.start() > at or origin is not None:
            found.append((origin, line[at : each.start()]))
        origin = (ord(each[0][0]) - _FIRST_FILE, ord(each[0][1]) - _FIRST_LINE)
        at = each.end()
    return [*found, (origin, line[at:])]
