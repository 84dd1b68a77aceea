"""TOML by Python's own reader, with the lines of mistakes."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from bot.reading.found import Found, Leaf, NotReadable

# What is wrong only at its end: there the place to mend is where it began.
_UNFINISHED: Final = re.compile(r"Unclosed|Unterminated")
_KEY: Final = re.compile(r"""\s*[\w."'-]+\s*=""")
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def look_at_toml(text: str) -> list[Found]:
    """What is wrong with the text as TOML; the reader stops at the first thing."""
    try:
        _read(text)
    except NotReadable as error:
        return [error.found]
    return []


def leaves_of_toml(text: str) -> list[Leaf]:
    """Keys and values in order. Raises NotReadable."""
    return list(_leaves(_read(text), ()))


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotReadable(_syntax(text, str(error))) from None
    except RecursionError:
        raise NotReadable(Found(line=1, rule="toml", message="it is nested too deeply")) from None
    except ValueError:  # a number of thousands of digits, a day that no month has
        raise NotReadable(Found(line=1, rule="toml", message="a value is out of range")) from None


def _syntax(text: str, said: str) -> Found:
    place = _PLACE.search(said)
    what = _PLACE.sub("", said)
    what = what[:1].lower() + what[1:]
    if place is None or place[1] is None:
        last = text.rstrip("\n").count("\n") + 1
        line = _began(text, last) if _UNFINISHED.match(said) else last
        return Found(line=line, rule="toml", message=what)
    line, column = int(place[1]), int(place[2])
    if _UNFINISHED.match(said):
        line, column = _began(text, line - 1), 1
    return Found(line=line, column=column, rule="toml", message=what)


def _began(text: str, line: int) -> int:
    """The line at or above ``line`` on which the last ``key =`` stands."""
    lines = text.split("\n")[:line]
    found = [number for number, each in enumerate(lines, start=1) if _KEY.match(each)]
    return found[-1] if found else line


def _leaves(value: Any, path: tuple[int, ...]) -> Iterator[Leaf]:
    if isinstance(value, dict):
        yield Leaf(path, f"table of {len(value)}", "")
        for number, (key, inner) in enumerate(value.items()):
            yield Leaf((*path, number, 0), "str", key)
            yield from _leaves(inner, (*path, number, 1))
    elif isinstance(value, list):
        yield Leaf(path, f"array of {len(value)}", "")
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield Leaf(path, type(value).__name__, str(value))
