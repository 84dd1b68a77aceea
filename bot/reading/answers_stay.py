"""Whether an answer stays the one value that it was pasted as, whatever stands in it.

The same template is rendered with a harmless answer and with an odd one of the same
shape (``twin`` and ``hostile``). Both must read alike: as many keys and values, each of
the same kind, none cut off. Where they do not, each place that the answer came to is
tried by itself, so that every line to mend is told.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.reading.found import Leaf, NotReadable

Harm = Literal["breaks", "cut", "kind"]
Read = Callable[[str], list[Leaf]]

_MOST_PLACES: Final = 25
_SHORTEST_TEXT: Final = 3
# Characters that nobody types: a backslash was read as an escape, or 😀 came as two halves.
_ESCAPED: Final = re.compile("[\x00-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Harmed:
    """``line`` of the hostile text, and what the answer does there."""

    line: int
    harm: Harm


def harmed(read: Read, twin: str, hostile: str, answers: Sequence[tuple[str, str]]) -> list[Harmed]:
    """The places where an answer does not stay what it is; none where the twin is unreadable.

    ``answers`` are the harmless and the odd text of each answer.
    """
    try:
        wanted = read(twin)
    except NotReadable:
        return []
    whole = _judged(read, wanted, hostile, answers)
    if whole is None:
        return []
    places = list(_places(twin, hostile))[:_MOST_PLACES]
    found = []
    for line, text in places:
        harm = _judged(read, wanted, text, answers)
        if harm is not None:
            found.append(Harmed(line, harm))
    if not found:  # only several together do harm
        found = [Harmed(line, whole) for line, _ in places[:1]]
    return found


def _places(twin: str, hostile: str) -> Iterator[tuple[int, str]]:
    """The twin's text with one differing place made hostile at a time, and that place's line."""
    lines, odd = twin.split("\n"), hostile.split("\n")
    for start, end, odd_start, odd_end in _differing(lines, odd):
        text = [*lines[:start], *odd[odd_start:odd_end], *lines[end:]]
        yield odd_start + 1, "\n".join(text)


def _differing(lines: list[str], odd: list[str]) -> Iterator[tuple[int, int, int, int]]:
    if len(lines) == len(odd):
        for at, (one, other) in enumerate(zip(lines, odd, strict=True)):
            if one != other:
                yield at, at + 1, at, at + 1
        return
    matcher = difflib.SequenceMatcher(None, lines, odd, autojunk=False)
    for tag, *place in matcher.get_opcodes():
        if tag != "equal":
            yield (place[0], place[1], place[2], place[3])


def differing_lines(twin: str, hostile: str) -> list[int]:
    """The lines of the hostile text that an answer reached."""
    places = _differing(twin.split("\n"), hostile.split("\n"))
    return [place[2] + 1 for place in places]


def _judged(
    read: Read, wanted: list[Leaf], text: str, answers: Sequence[tuple[str, str]]
) -> Harm | None:
    try:
        found = read(text)
    except NotReadable:
        return "breaks"
    if [leaf.path for leaf in found] != [leaf.path for leaf in wanted]:
        return "breaks"
    pairs = list(zip(wanted, found, strict=True))
    if any(_is_cut(one.text, other.text, answers) for one, other in pairs):
        return "cut"
    return "kind" if any(one.kind != other.kind for one, other in pairs) else None


def _is_cut(wanted: str, found: str, answers: Sequence[tuple[str, str]]) -> bool:
    """Whether the answer is there in the harmless value, and cut or read otherwise in the odd."""
    for twin, hostile in answers:
        if len(twin) < _SHORTEST_TEXT or twin not in wanted or hostile in found:
            continue
        if set(_ESCAPED.findall(found)) - set(_ESCAPED.findall(hostile + wanted)):
            return True
        comment = hostile.find(" #")
        if comment > 0 and found.endswith(hostile[:comment].rstrip()):
            return True
    return False
