"""Answers that a form allows and nobody had in mind: marks, words of YAML, the longest.

Each is made as far as the question's own pattern and bounds let it. Beside an odd
answer stands a harmless one of the same shape, so that what differs between two
renders comes from the marks and from nothing else.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.forms import Question
from bot.forms.kinds import Complaint, Missing, length_bounds, read_value
from bot.written import Pattern, example

Round = Literal["marks", "signs", "dashes", "words", "numbers", "lines", "longest", "shortest"]
# Of these a harmless twin is rendered too, and both must read alike. The marks of answers
# that are free text come in a round of their own.
COMPARED: Final[tuple[Round, ...]] = ("marks", "signs", "dashes", "words", "numbers", "lines")
ROUNDS: Final[tuple[Round, ...]] = (*COMPARED, "longest", "shortest")

# Lower case, so that a filter which lowers letters leaves them as they are.
_MARKS: Final = (
    "a", '"b"', "'c'", "d\\e", "#f", "g: h", "${1+1}", "{{2}}", "{%", "$(id)", "`id`", "<&>",
    "[i]", "{j}", "é😀", "%{k}", "*l", "@m", "|n", "!o", "p/q", "z",
)  # fmt: skip
_SINGLE_MARKS: Final = (
    '"', "'", ": ", " #", "\\", "${1+1}", "{{2}}", "$(id)", "`", "<", "&", "{", "[", "😀", "é", "%",
)  # fmt: skip
_DASHES: Final = ("--a b\\", "-- a\\", "--a", "- a", "-a", "a\\", "\\a")
_WORDS: Final[Mapping[Round, tuple[str, ...]]] = {
    "words": ("null", "yes", "none", "nan"),
    "numbers": ("1.0", "true", "0x10", "2020-01-01", "10", "off"),
}
_LINES: Final = "a\n\nb: c\n- d\n---\n  e\n# f\n\"g\"\n'h'\neof\n{{i}}\nz"
_MOST_DIGITS: Final = 18
_SEPARATORS: Final = " ,;/.-_"  # what texts are taken apart at, and what breaks nothing


@dataclass(frozen=True, slots=True)
class Odd:
    """``text`` as it stands in the issue, and ``twin`` beside it (None: nothing to compare)."""

    text: str
    twin: str | None


@dataclass(frozen=True, slots=True)
class TakenApart:
    """Whether the template takes texts apart, at separators or at the ends of lines.

    A twin then keeps what they are taken apart at, so that it comes to as many parts.
    """

    at_separators: bool = False
    at_lines: bool = False


def odd_answer(question: Question, round_: Round, apart: TakenApart) -> Odd | None:
    """The odd answer of that round, or None where the question allows none."""
    for text in _candidates(question, round_):
        said = _allowed(question, text)
        if said is None:
            continue
        if round_ not in COMPARED:
            return Odd(said, None)
        twin = _twin(question, said, round_, apart)
        if twin is not None and twin != said:
            return Odd(said, twin)
    return None


def _allowed(question: Question, text: str) -> str | None:
    """The text as the form takes it, or None where it does not."""
    value = read_value(question, text)
    if isinstance(value, Complaint | Missing):
        return None
    return value if isinstance(value, str) else text


def _candidates(question: Question, round_: Round) -> Iterator[str]:
    if question.kind in ("line", "text"):
        yield from _words(question, round_)
    elif question.kind == "slug":
        yield from _slugs(round_)
    elif question.kind == "integer":
        yield from _integers(question, round_)
    elif question.kind == "dict" and round_ == "marks":
        text = " ".join(_MARKS)
        yield json.dumps({text: text}, ensure_ascii=False)


def _slugs(round_: Round) -> Iterator[str]:
    found = {"words": "null", "numbers": "true", "longest": "a" * 50, "shortest": "abc"}
    if round_ in found:
        yield found[round_]


def _integers(question: Question, round_: Round) -> Iterator[str]:
    if round_ == "longest":
        yield str(question.max if question.max is not None else 10**_MOST_DIGITS - 1)
    if round_ == "shortest":
        yield str(question.min or 0)


def _words(question: Question, round_: Round) -> Iterator[str]:
    least, most = length_bounds(question)
    if round_ in ("marks", "signs"):
        yield from _marks(question, least, most)
    elif round_ == "dashes":
        yield from (each.ljust(least, "x") for each in _DASHES)
    elif round_ in _WORDS:
        yield from _WORDS[round_]
    elif round_ == "lines" and question.kind == "text":
        yield _LINES[:most].rstrip()
    elif round_ in ("longest", "shortest"):
        yield from _of_length(question, least, most, longest=round_ == "longest")


def _marks(question: Question, least: int, most: int) -> Iterator[str]:
    pattern = Pattern(question.pattern) if question.pattern else None
    fitting = [each for each in _MARKS if pattern is None or all(map(pattern.allows, each))]
    between = " " if pattern is None or pattern.allows(" ") else ""
    yield _cut(between.join(fitting), most).ljust(least, "x")
    if pattern is not None:
        yield from _around(pattern, between.join(fitting), least, most)
        for mark in _SINGLE_MARKS:
            if all(map(pattern.allows, mark)):
                yield from _around(pattern, mark, least, most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].strip()


def _around(pattern: Pattern, words: str, least: int, most: int) -> Iterator[str]:
    found = example(pattern, least=least, most=most, holding=words)
    if found is not None:
        yield found


def _of_length(question: Question, least: int, most: int, *, longest: bool) -> Iterator[str]:
    length = most if longest else least
    if question.pattern is None:
        yield "a" * length
        return
    found = example(Pattern(question.pattern), least=least, most=most, longest=longest)
    if found is not None:
        yield found


# --- the harmless twin ------------------------------------------------------------


def _twin(question: Question, said: str, round_: Round, apart: TakenApart) -> str | None:
    text = next(iter(json.loads(said))) if question.kind == "dict" else said
    kept = _SEPARATORS if apart.at_separators and round_ not in _WORDS else " "
    kept += "\n" if apart.at_lines else ""
    for letters in _harmless(text, kept, is_word=round_ in _WORDS):
        twin = json.dumps({letters: letters}) if question.kind == "dict" else letters
        taken = _allowed(question, twin)
        if taken is not None:
            return taken
    if question.pattern is None or apart.at_separators or apart.at_lines:
        return None
    return example(Pattern(question.pattern), least=len(text), most=len(text))


def _harmless(said: str, kept: str, *, is_word: bool) -> Sequence[str]:
    """Texts of the same length, with letters in the place of all that could do anything."""
    letters = "".join(
        c if c in kept or (c.isascii() and c.isalpha() and not is_word) else "x" for c in said
    )
    beginning = letters if letters[:1].isalpha() else "x" + letters[1:]
    return beginning, beginning.replace(" ", "x"), "x" * len(said)
