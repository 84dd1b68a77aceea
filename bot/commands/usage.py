"""What may follow a verb, read from the very line that ``/help`` prints.

``/deploy ENV [REF]``: words in capitals stand for one word of a plain alphabet,
``TEXT`` and ``REASON`` for the rest of the line, words in small letters for
themselves, brackets for what may be left out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

FREE_TEXT = frozenset({"TEXT", "REASON"})
LONGEST_WORD = 200
LONGEST_TEXT = 2_000

_WORD = re.compile(rf"[A-Za-z0-9._/@:=+-]{{1,{LONGEST_WORD}}}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

Kind: TypeAlias = Literal["literal", "word", "text"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for words after the verb."""

    name: str
    kind: Kind
    optional: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """A command's line, taken apart."""

    verb: str
    slots: tuple[Slot, ...] = ()


def read_usage(line: str) -> Usage:
    """Take a usage line apart. Raises ValueError for one that does not add up."""
    verb, *parts = line.split(" ")
    slots = tuple(_slot(part) for part in parts)
    if not re.fullmatch("/[a-z][a-z-]*", verb):
        raise ValueError(f"no verb in {line!r}")
    if any(slot.kind == "text" for slot in slots[:-1]):
        raise ValueError(f"free text takes the rest of the line: {line!r}")
    if any(a.optional and not b.optional for a, b in pairwise(slots)):
        raise ValueError(f"what may be left out comes last: {line!r}")
    return Usage(verb[1:], slots)


def fit(words: Sequence[str], usage: Usage) -> str:
    """Why these words are not what the usage asks for, in words for people, or nothing."""
    left = list(words)
    for slot in usage.slots:
        if not left:
            return "" if slot.optional else f"`{slot.name}` is missing"
        if slot.kind == "text":
            return _text_problem(" ".join(left))
        problem = _word_problem(left.pop(0), slot)
        if problem:
            return problem
    return "there are words too many" if left else ""


def _slot(part: str) -> Slot:
    optional = part.startswith("[") and part.endswith("]")
    name = part[1:-1] if optional else part
    if name in FREE_TEXT:
        return Slot(name, "text", optional)
    if re.fullmatch("[A-Z]+", name):
        return Slot(name, "word", optional)
    if re.fullmatch("[a-z]+", name):
        return Slot(name, "literal", optional)
    raise ValueError(f"{part!r} is no part of a usage line")


def _word_problem(word: str, slot: Slot) -> str:
    if slot.kind == "literal":
        return "" if word == slot.name else f"only `{slot.name}` may stand there"
    if _WORD.fullmatch(word):
        return ""
    return (
        f"`{slot.name}` is one word of at most {LONGEST_WORD} Latin letters, digits "
        "and `. _ / @ : = + -`"
    )


def _text_problem(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"the text may have {LONGEST_TEXT} characters"
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        return "the text holds characters that cannot be seen"
    return ""
