"""JSON, and JSON with comments where programs read it so; with the lines of mistakes."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from bot.reading.found import Found, Leaf, NotReadable
from bot.written import code

_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}\[\],]|[^\s"{}\[\],/]+|[/"]', re.DOTALL
)
# What Python's parser finds missing stands behind what the author wrote last.
_MISSED: Final = ("Expecting ',' delimiter", "Expecting ':' delimiter")
# The parser's words → words for people.
_WORDS: Final = {
    "Expecting ',' delimiter": "a comma is missing behind this",
    "Expecting ':' delimiter": "a `:` is missing behind this key",
    "Expecting property name enclosed in double quotes": "a key in double quotes must stand here",
    "Expecting value": "a value is missing here",
    "Extra data": "more stands behind the end of the value",
    "Invalid control character at": "a text ends with its line; write a line break as `\\n`",
    "Unterminated string starting at": "a quote is not closed",
}


class _Object(list[tuple[str, Any]]):
    """An object as its pairs: a key may stand twice."""


def look_at_json(text: str, *, comments: bool) -> list[Found]:
    """Everything that is wrong with the text as JSON, with comments or without."""
    try:
        _read(text, comments=comments)
    except NotReadable as error:
        return [error.found]
    return list(_doubled(text))


def leaves_of_json(text: str, *, comments: bool) -> list[Leaf]:
    """Keys and values in order. Raises NotReadable."""
    try:
        return list(_leaves(_read(text, comments=comments), ()))
    except RecursionError:
        raise NotReadable(_found(text, 0, "it is nested too deeply")) from None


def _read(text: str, *, comments: bool) -> Any:
    plain = _without_comments(text) if comments else text
    try:
        return json.loads(plain, object_pairs_hook=_Object, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise NotReadable(_syntax(plain, error)) from None
    except RecursionError:
        raise NotReadable(_found(text, 0, "it is nested too deeply")) from None
    except ValueError as error:
        at = text.find(str(error)) if isinstance(error, _NotANumber) else 0
        raise NotReadable(_found(text, max(at, 0), "JSON does not allow such a number")) from None


class _NotANumber(ValueError):
    """NaN or Infinity."""


def _refuse(name: str) -> NoReturn:
    raise _NotANumber(name)


def _syntax(text: str, error: json.JSONDecodeError) -> Found:
    said = _WORDS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
    before = text[: error.pos].rstrip()
    if error.msg in _MISSED and before:
        return _found(text, len(before) - 1, said)
    if before.endswith(",") and text[error.pos : error.pos + 1] in ("}", "]"):
        return _found(text, len(before) - 1, "a comma stands before the closing bracket")
    if text[error.pos : error.pos + 2] in ("//", "/*") or text[error.pos : error.pos + 1] == "#":
        return _found(text, error.pos, "JSON has no comments")
    return _found(text, error.pos, said)


def _found(text: str, at: int, message: str, rule: str = "json") -> Found:
    line_start = text.rfind("\n", 0, at) + 1
    return Found(
        line=text.count("\n", 0, at) + 1, column=at - line_start + 1, rule=rule, message=message
    )


def _without_comments(text: str) -> str:
    """Spaces in the place of comments and of commas before a closing bracket."""
    parts = list(text)
    comma: int | None = None
    for token in _TOKEN.finditer(text):
        if token[0].startswith(("//", "/*")):
            blank = re.sub(r"[^\n]", " ", token[0])
            parts[token.start() : token.end()] = blank
        elif token[0] == ",":
            comma = token.start()
        else:
            if token[0] in "}]" and comma is not None:
                parts[comma] = " "
            comma = None
    return "".join(parts)


def _doubled(text: str) -> Iterator[Found]:
    """Keys that stand twice in an object of text that is known to be JSON."""
    open_: list[set[str] | None] = []
    key: re.Match[str] | None = None
    expects_key = False
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said.startswith(("//", "/*")):
            continue
        if said in ("{", "["):
            open_.append(set() if said == "{" else None)
        elif said in ("}", "]") and open_:
            open_.pop()
        elif said.startswith('"') and expects_key and open_ and open_[-1] is not None:
            key = token
            name = str(json.loads(key[0], strict=False))
            if name in open_[-1]:
                message = f"The key {code(name)} stands here twice."
                yield _found(text, key.start(), message, "duplicate-key")
            open_[-1].add(name)
        expects_key = said in ("{", ",")


def _leaves(value: Any, path: tuple[int, ...]) -> Iterator[Leaf]:
    if isinstance(value, _Object):
        yield Leaf(path, f"object of {len(value)}", "")
        for number, (key, inner) in enumerate(value):
            yield Leaf((*path, number, 0), "str", key)
            yield from _leaves(inner, (*path, number, 1))
    elif isinstance(value, list):
        yield Leaf(path, f"list of {len(value)}", "")
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield Leaf(path, type(value).__name__, str(value))
