"""JSON with the place of every key: duplicates and comments are refused by line.

Python's parser keeps the last of two equal keys and knows no line numbers, so a
small tokenizer walks the text beside it. It keeps its own stack and cannot be
driven into recursion.
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from bot.problems import Problem, ProblemsFound
from bot.written.plain_text import code
from bot.written.source import Path, Place, Source, Value

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\]:,])'
    r"|(?P<comment>//|/\*|#)|(?P<word>[^\s\"{}\[\]:,]+))",
    re.DOTALL,
)
_DEEPEST = 20


def read_json(text: str, *, path: str, limit_bytes: int) -> Source:
    """The file's value and the place of every key and item in it.

    Raises ProblemsFound for anything that is not JSON, for comments, for a key
    that stands twice, for NaN and Infinity, for more than 20 levels and for more
    than ``limit_bytes`` bytes.
    """
    if len(text.encode("utf-8", "replace")) > limit_bytes:
        message = f"The file is larger than {limit_bytes // 1000} kB."
        raise ProblemsFound([_problem(path, Place(1, 1), "too-large", message)])
    walk = _Walk(path, text)
    walk.run()
    value = _parse(text, path)
    if walk.problems:
        raise ProblemsFound(walk.problems)
    return Source(path, value, walk.values, walk.keys)


def _parse(text: str, path: str) -> Value:
    try:
        value: Value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno)
        message = f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]}."
        raise ProblemsFound([_problem(path, place, "json", message)]) from error
    except ValueError as error:  # NaN, or a number of thousands of digits
        message = "The file holds a number that JSON does not allow."
        raise ProblemsFound([_problem(path, Place(1, 1), "json", message)]) from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _problem(path: str, place: Place, rule: str, message: str) -> Problem:
    return Problem(path=path, line=place.line, column=place.column, rule=rule, message=message)


@dataclass(slots=True)
class _Level:
    """One open object or list while walking."""

    is_object: bool
    path: Path
    items: int = 0
    key: str | None = None


class _Walk:
    """Walks the tokens and notes places. What is not JSON is left to Python to say."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._levels: list[_Level] = []
        self._line, self._line_start, self._seen_to = 1, 0, 0
        self.problems: list[Problem] = []
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def run(self) -> None:
        """Walk to the end. Raises ProblemsFound at a comment and when nested too deeply."""
        at = 0
        while (token := _TOKEN.match(self._text, at)) is not None:
            at = token.end()
            place = self._place(token.start(token.lastgroup or 0))
            if token["comment"]:
                message = "JSON has no comments; remove it."
                raise ProblemsFound([_problem(self._path, place, "comment", message)])
            if token["mark"]:
                self._mark(token["mark"], place)
            elif token["string"]:
                self._string(token["string"], place)
            else:
                self._note_value(place)

    def _place(self, offset: int) -> Place:
        """Offsets only grow, so lines are counted once."""
        breaks = self._text.count("\n", self._seen_to, offset)
        if breaks:
            self._line += breaks
            self._line_start = self._text.rfind("\n", 0, offset) + 1
        self._seen_to = offset
        return Place(self._line, offset - self._line_start + 1)

    def _mark(self, mark: str, place: Place) -> None:
        if mark in "{[":
            path = self._note_value(place)
            if len(self._levels) >= _DEEPEST:
                message = "The file is nested too deeply."
                raise ProblemsFound([_problem(self._path, place, "too-deep", message)])
            self._levels.append(_Level(mark == "{", path))
        elif mark in "}]" and self._levels:
            self._levels.pop()
        elif mark == "," and self._levels:
            self._levels[-1].items += 1
            self._levels[-1].key = None

    def _string(self, raw: str, place: Place) -> None:
        level = self._levels[-1] if self._levels else None
        if level is None or not level.is_object or level.key is not None:
            self._note_value(place)
            return
        try:
            level.key = str(json.loads(raw, strict=False))
        except ValueError:  # a broken escape: Python's parser says so with its place
            level.key = raw
        path = (*level.path, level.key)
        if path in self.keys:
            message = f"The key {code(level.key)} stands here twice."
            self.problems.append(_problem(self._path, place, "duplicate-key", message))
        self.keys[path] = place

    def _note_value(self, place: Place) -> Path:
        path: Path = ()
        if self._levels:
            level = self._levels[-1]
            step: str | int = (level.key or "") if level.is_object else level.items
            path = (*level.path, step)
        self.values[path] = place
        return path
