"""The kinds of fields: text as it stands in an issue → a value, or what is wrong with it.

The sentences name no part of the answer: it is a stranger's text, and the person
who wrote it has it before their eyes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.forms.form import Question
from bot.problems import ProblemsFound
from bot.templates import Option
from bot.written import Pattern, Value, code, forbidden_character, normal, one_of, read_json

SLUG: Final = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
MOST_LINE_CHARACTERS: Final = 200
MOST_TEXT_CHARACTERS: Final = 2_000
_SLUG_CHARACTERS: Final = (3, 50)
_NO_RESPONSE: Final = "_No response_"
_BOX: Final = re.compile(r"- \[([ xX])\] (.*)")
_FENCE: Final = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why an answer is refused; ``fix`` may be empty where ``allowed`` says enough."""

    problem: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing was answered."""


def is_empty(question: Question, raw: str) -> bool:
    """Whether GitHub wrote this where nothing was answered.

    Somebody who types exactly ``_No response_`` has said the same. An optional
    list offers *None*, which may reach the body; no option can be called so.
    Source: the bodies that GitHub writes for forms, "Syntax for issue forms".
    """
    said = raw.strip()
    if question.kind == "dict":
        said = _unfenced(said).strip()
    return said in ("", _NO_RESPONSE) or (question.kind == "choice" and said == "None")


def read_value(question: Question, raw: str) -> Value | Complaint | Missing:
    """The answer's value, what is wrong with it, or that there is none.

    ``raw`` is what stands under the question's heading, with LF line ends.
    """
    boxes = question.kind in ("bool", "multi")
    if not boxes and is_empty(question, raw):
        return Missing()
    return _READERS[question.kind](question, raw)


def allowed(question: Question) -> str:
    """What the question allows, as a sentence in Markdown."""
    sentence = _ALLOWED[question.kind](question)
    return f"{sentence[:1].upper()}{sentence[1:]}."


# --- slug, line, text ------------------------------------------------------------


def length_bounds(question: Question) -> tuple[int, int]:
    """Fewest and most characters of a slug, line or text."""
    if question.kind == "slug":
        return _SLUG_CHARACTERS
    most = MOST_LINE_CHARACTERS if question.kind == "line" else MOST_TEXT_CHARACTERS
    return max(question.min or 1, 1), min(question.max or most, most)


def _read_words(question: Question, raw: str) -> Value | Complaint:
    value = normal(raw)
    if question.kind != "text" and "\n" in value:
        return Complaint("It has more than one line.", "A heading may be missing below it.")
    wrong = forbidden_character(value, lines=question.kind == "text")
    if wrong:
        return Complaint(f"It holds {wrong}.", "Type it again instead of pasting it.")
    least, most = length_bounds(question)
    if not least <= len(value) <= most:
        return Complaint(f"It has {len(value)} characters.")
    pattern = SLUG if question.kind == "slug" else question.pattern
    if pattern is not None and not Pattern(pattern).covers(value):
        return Complaint("It is not of the form that is asked for.", _suggestion(question, value))
    return value


def _suggestion(question: Question, value: str) -> str:
    """The nearest slug, which holds nothing but a-z, 0-9 and hyphens."""
    if question.kind != "slug":
        return ""
    slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-0123456789")
    fits = _SLUG_CHARACTERS[0] <= len(slug) <= _SLUG_CHARACTERS[1]
    return f"For example {code(slug)}." if fits and Pattern(SLUG).covers(slug) else ""


def _allowed_words(question: Question) -> str:
    least, most = length_bounds(question)
    if question.kind == "slug":
        return (
            f"{least} to {most} lower-case letters (a-z), digits and single hyphens, "
            "starting with a letter"
        )
    shape = "one line" if question.kind == "line" else "text"
    says = question.pattern_says or (f"of the form {code(question.pattern or '')}")
    return f"{shape} of {least} to {most} characters" + (f", {says}" if question.pattern else "")


# --- choice, multi, bool ---------------------------------------------------------


def option_value(question: Question, option: Option) -> str | int:
    """What an answer holds when that option was chosen."""
    return int(option.value) if question.is_number else option.value


def _read_choice(question: Question, raw: str) -> Value | Complaint:
    said = raw.strip()
    for option in question.options:
        if option.label == said:
            return option_value(question, option)
    return Complaint("It is not one of the options.")


def _read_boxes(question: Question, raw: str) -> Value | Complaint:
    ticked: dict[str, bool] = {}
    if raw.strip() not in ("", _NO_RESPONSE):
        for line in raw.strip().split("\n"):
            box = _BOX.fullmatch(line.strip())
            if box is None or box[2] not in question.boxes or box[2] in ticked:
                return _boxes_changed()
            ticked[box[2]] = box[1] != " "
        if len(ticked) != len(question.boxes):
            return _boxes_changed()
    if question.kind == "bool":
        return any(ticked.values())
    chosen = {option.value: ticked.get(option.label, False) for option in question.options}
    return (
        [value for value, is_ticked in chosen.items() if is_ticked] if question.is_list else chosen
    )


def _boxes_changed() -> Complaint:
    return Complaint(
        "Its boxes are not those of the form.",
        "Put the lines back as they are allowed here; `[x]` ticks one.",
    )


def _allowed_boxes(question: Question) -> str:
    lines = ", ".join(code(f"- [ ] {box}") for box in question.boxes)
    return f"each of these lines once, ticked or not: {lines}"


# --- integer, dict ---------------------------------------------------------------


def _read_integer(question: Question, raw: str) -> Value | Complaint:
    said = raw.strip()
    if not re.fullmatch(r"[0-9]{1,18}", said):
        return Complaint("It is not a whole number in digits.")
    number = int(said)
    too_small = question.min is not None and number < question.min
    too_large = question.max is not None and number > question.max
    if too_small or too_large:
        return Complaint("It is too small." if too_small else "It is too large.")
    return number


def _allowed_integer(question: Question) -> str:
    low, high = question.min or 0, question.max
    return f"a whole number from {low} to {high}" if high else f"a whole number from {low} on"


def _unfenced(raw: str) -> str:
    """What stands inside the fence that ``render: json`` puts around an answer."""
    fence = _FENCE.match(raw)
    lines = raw.split("\n")
    if fence is None or len(lines) < 2 or lines[-1].strip() != fence[0]:
        return raw
    return "\n".join(lines[1:-1])


def _read_dict(_question: Question, raw: str) -> Value | Complaint:
    text = _unfenced(raw.strip()).strip()
    try:
        value = read_json(text, path="answer", limit_bytes=4 * MOST_TEXT_CHARACTERS).value
    except ProblemsFound as error:
        return Complaint(f"It is not JSON; look at line {error.problems[0].line} of the answer.")
    if not isinstance(value, dict) or len(text) > MOST_TEXT_CHARACTERS:
        return Complaint("It is not one JSON object of the size that is allowed.")
    if wrong := _forbidden_inside(value):
        return Complaint(f"It holds {wrong}.")
    return value


def _forbidden_inside(value: Value) -> str:
    """The first forbidden character in any text of a JSON value, named."""
    if isinstance(value, str):
        return forbidden_character(value, lines=True)
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, list):
        inside = value
    return next((wrong for each in inside if (wrong := _forbidden_inside(each))), "")


_READERS: Final[Mapping[str, Callable[[Question, str], Value | Complaint]]] = {
    "slug": _read_words,
    "line": _read_words,
    "text": _read_words,
    "choice": _read_choice,
    "multi": _read_boxes,
    "bool": _read_boxes,
    "integer": _read_integer,
    "dict": _read_dict,
}
_ALLOWED: Final[Mapping[str, Callable[[Question], str]]] = {
    "slug": _allowed_words,
    "line": _allowed_words,
    "text": _allowed_words,
    "choice": lambda question: one_of(option.label for option in question.options),
    "multi": _allowed_boxes,
    "bool": _allowed_boxes,
    "integer": _allowed_integer,
    "dict": lambda _: f"a JSON object of at most {MOST_TEXT_CHARACTERS} characters",
}
