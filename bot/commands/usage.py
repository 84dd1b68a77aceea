"""What may follow a verb, read from the very line that ``/help`` prints.

``/deploy ENV [REF]``: words in capitals stand for one word of a plain alphabet,
``TEXT`` and ``REASON`` for the rest of the line, words in small letters for
themselves, brackets for what may be left out: one of them, or several that belong
together. ``NAME=VALUE...`` stands for one or more words.
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
    """One place for words after the verb; ``optional`` says that they may end before it."""

    name: str
    kind: Kind
    optional: bool
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """A command's line, taken apart."""

    verb: str
    slots: tuple[Slot, ...] = ()


def read_usage(line: str) -> Usage:
    """Take a usage line apart. Raises ValueError for one that does not add up."""
    verb, _, rest = line.partition(" ")
    parts = re.findall(r"\[[^\[\]]*\]|[^ ]+", rest)
    if not re.fullmatch("/[a-z][a-z-]*", verb) or " ".join([verb, *parts]) != line:
        raise ValueError(f"no verb in {line!r}, or more than single spaces")
    if any(a.startswith("[") and not b.startswith("[") for a, b in pairwise(parts)):
        raise ValueError(f"what may be left out comes last: {line!r}")
    slots = tuple(slot for part in parts for slot in _slots(part))
    if any(slot.kind == "text" or slot.repeats for slot in slots[:-1]):
        raise ValueError(f"free text and repeated words take the rest of the line: {line!r}")
    return Usage(verb[1:], slots)


def fit(words: Sequence[str], usage: Usage) -> str:
    """Why these words are not what the usage asks for, in words for people, or nothing."""
    left = list(words)
    for slot in usage.slots:
        if not left:
            return "" if slot.optional else f"`{slot.name}` is missing"
        if slot.kind == "text":
            return _text_problem(" ".join(left))
        if slot.repeats:
            return next(filter(None, (_word_problem(word, slot) for word in left)), "")
        problem = _word_problem(left.pop(0), slot)
        if problem:
            return problem
    return "there are words too many" if left else ""


def _slots(part: str) -> list[Slot]:
    """What one part stands for; of several in brackets, the first lets the words end."""
    optional = part.startswith("[") and part.endswith("]")
    names = (part[1:-1] if optional else part).split(" ")
    return [_slot(name, optional=optional and not at) for at, name in enumerate(names)]


def _slot(name: str, *, optional: bool) -> Slot:
    if name in FREE_TEXT:
        return Slot(name, "text", optional)
    if re.fullmatch(r"[A-Z]+(=[A-Z]+)?(\.\.\.)?", name):
        return Slot(name, "word", optional, repeats=name.endswith("..."))
    if re.fullmatch("[a-z]+", name):
        return Slot(name, "literal", optional)
    raise ValueError(f"{name!r} is no part of a usage line")


def _word_problem(word: str, slot: Slot) -> str:
    if slot.kind == "literal":
        return "" if word == slot.name else f"only `{slot.name}` may stand there"
    if _WORD.fullmatch(word):
        return "" if "=" in word or "=" not in slot.name else f"`{slot.name}` has an equals sign"
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
