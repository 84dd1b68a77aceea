"""The body of a filed issue → what stands under each heading of its form.

GitHub writes ``### Heading``, a blank line and the answer for every question, in
the form's order, and nothing tells a heading of the form from one that somebody
typed into a text. So the known headings are looked for in their order. Where
there is exactly one way to find them all, that is what the form wrote; where
there are two, nobody can say which one a reviewer had before their eyes, and the
body is refused.
Source: GitHub docs, "Syntax for issue forms"; there, ids do not reach the body.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.forms.form import MOST_BODY_CHARACTERS
from bot.forms.problem import FieldProblem
from bot.written import code

_WHOLE = "The whole form"
_FIX_ORDER = "Put the headings back in the form's order, or file a new issue with the form."


@dataclass(frozen=True, slots=True)
class Sections:
    """Text under each heading that was found; ``problems`` make the text worthless."""

    texts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[FieldProblem, ...] = ()


def split_body(labels: Sequence[str], body: str) -> Sections:
    """The text under each of the form's headings, outer blank lines removed.

    A heading that is missing is missing in ``texts``. Line ends become LF.
    """
    if len(body) > MOST_BODY_CHARACTERS:
        return _refused(_WHOLE, f"It is longer than {MOST_BODY_CHARACTERS:,} characters.")
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    places = _places(labels, lines)
    present = [label for label in labels if places[label]]
    if not present:
        return _refused(_WHOLE, "None of the form's headings is there.")
    first = _in_order(present, places)
    last = _in_order_from_behind(present, places)
    if first is None or last is None:
        return Sections(problems=tuple(_out_of_order(present, places)))
    doubled = [label for label in present if first[label] != last[label]]
    if doubled:
        return Sections(problems=tuple(map(_doubled, doubled)))
    return _cut(present, first, lines)


def headings_found(labels: Sequence[str], body: str) -> int:
    """How many of the form's headings stand in the body."""
    if len(body) > MOST_BODY_CHARACTERS:
        return 0
    places = _places(labels, body.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return sum(bool(places[label]) for label in labels)


def _refused(label: str, problem: str) -> Sections:
    return Sections(problems=(FieldProblem(field_label=label, problem=problem, fix=_FIX_ORDER),))


def _places(labels: Sequence[str], lines: Sequence[str]) -> Mapping[str, list[int]]:
    """Every line that reads like one of the headings."""
    places: dict[str, list[int]] = {label: [] for label in labels}
    for number, line in enumerate(lines):
        if line.startswith("### "):
            found = places.get(line[4:].strip())
            if found is not None:
                found.append(number)
    return places


def _in_order(labels: Sequence[str], places: Mapping[str, list[int]]) -> dict[str, int] | None:
    """The earliest line for each heading such that all follow each other, or None."""
    chosen: dict[str, int] = {}
    at = -1
    for label in labels:
        index = bisect_right(places[label], at)
        if index == len(places[label]):
            return None
        chosen[label] = at = places[label][index]
    return chosen


def _in_order_from_behind(
    labels: Sequence[str], places: Mapping[str, list[int]]
) -> dict[str, int] | None:
    """The latest line for each heading such that all follow each other, or None."""
    chosen: dict[str, int] = {}
    at = max(max(lines) for lines in places.values() if lines) + 1
    for label in reversed(labels):
        index = bisect_left(places[label], at)
        if index == 0:
            return None
        chosen[label] = at = places[label][index - 1]
    return chosen


def _doubled(label: str) -> FieldProblem:
    return FieldProblem(
        field_label=label,
        problem=f"The heading {code(f'### {label}')} stands there twice, "
        "so it cannot be told which answer is meant.",
        fix="Remove the one that the form did not write.",
    )


def _out_of_order(labels: Sequence[str], places: Mapping[str, list[int]]) -> list[FieldProblem]:
    """The first heading that has no place after the ones before it."""
    at = -1
    for label in labels:
        following = [place for place in places[label] if place > at]
        if not following:
            problem = f"The heading {code(f'### {label}')} is not where the form has it."
            return [FieldProblem(field_label=label, problem=problem, fix=_FIX_ORDER)]
        at = following[0]
    return []


def _cut(labels: Sequence[str], at: Mapping[str, int], lines: Sequence[str]) -> Sections:
    if any(line.strip() for line in lines[: at[labels[0]]]):
        return _refused(_WHOLE, f"There is text above the heading {code(f'### {labels[0]}')}.")
    ends = [*(at[label] for label in labels[1:]), len(lines)]
    texts = {
        label: _without_outer_blank_lines(lines[at[label] + 1 : end])
        for label, end in zip(labels, ends, strict=True)
    }
    return Sections(texts=texts)


def _without_outer_blank_lines(lines: Sequence[str]) -> str:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""
