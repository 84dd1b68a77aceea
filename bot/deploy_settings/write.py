"""Changes put into the text of a settings file, which otherwise stays as somebody wrote it.

Values are replaced in place; keys that are missing follow the last one, with its
indentation and line ends.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.deploy_settings.change import Change
from bot.deploy_settings.read import OVERRIDES, parse_settings
from bot.deploy_settings.schema import SCHEMA_KEY, SCHEMA_REFERENCE
from bot.problems import ProblemsFound
from bot.written import Source
from bot.written.source import Path

_INDENT: Final = "  "
_DECODER: Final = json.JSONDecoder()


def new_file(settings: Mapping[str, Any]) -> bytes:
    """A file that says these settings and where their schema lies."""
    return _dump({SCHEMA_KEY: SCHEMA_REFERENCE, **settings})


def apply_changes(content: bytes, changes: Sequence[Change]) -> bytes:
    """The file with the changes; the same bytes where it says all that already.

    Raises ProblemsFound for a file that is no JSON object.
    """
    for change in changes:
        content = _apply(content, change)
    return content


def _apply(content: bytes, change: Change) -> bytes:
    source = parse_settings(content)
    value: Any = source.value
    path = _path(change)
    wanted = _with(value, path, change.value)
    if wanted == value:
        return content
    edited = _edit(content.decode(), source, path, change.value).encode()
    return edited if _says(edited, wanted) else _dump(wanted)


def _path(change: Change) -> Path:
    return (OVERRIDES, change.environment, change.name) if change.environment else (change.name,)


def _with(value: Any, path: Path, new: Any) -> Any:
    """The value with ``new`` at the path; what stands in the way of a map is replaced."""
    if not path:
        return new
    known = value if isinstance(value, dict) else {}
    return {**known, path[0]: _with(known.get(path[0]), path[1:], new)}


def _says(content: bytes, wanted: Any) -> bool:
    try:
        found: Any = parse_settings(content).value
    except ProblemsFound:
        return False
    return bool(found == wanted)


def _dump(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _edit(text: str, source: Source, path: Path, new: Any) -> str:
    """The text with the value at the path, in the nearest map around it that is there."""
    if path in source.values:
        start, end = _span(text, source, path)
        return text[:start] + json.dumps(new) + text[end:]
    around = path[:-1]
    if around in source.values and text[_span(text, source, around)[0]] == "{":
        return _insert(text, source, path, new)
    return _edit(text, source, around, {path[-1]: new})


def _span(text: str, source: Source, path: Path) -> tuple[int, int]:
    """Where the value begins and where it ends."""
    place = source.values[path]
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    start += place.column - 1
    return start, _DECODER.raw_decode(text, start)[1]


def _insert(text: str, source: Source, path: Path, new: Any) -> str:
    """A new key behind the last one of its map, or the first of an empty one."""
    opening, end = _span(text, source, path[:-1])
    inside = text[opening + 1 : end - 1]
    line_end = "\r\n" if "\r\n" in text else "\n"
    if not inside.strip():
        outer = line_end + _INDENT * (len(path) - 1)
        entry = _entry(path, new, outer + _INDENT, _INDENT)
        return f"{text[: opening + 1]}{outer}{_INDENT}{entry}{outer}{text[end - 1 :]}"
    before = inside[: len(inside) - len(inside.lstrip())]
    last = opening + 1 + len(inside.rstrip())
    if "\n" not in before:  # all on one line
        return f"{text[:last]}, {_entry(path, new, '', '')}{text[last:]}"
    indent = before.rpartition("\n")[2]
    unit = indent[: len(indent) // len(path)] or _INDENT
    entry = _entry(path, new, line_end + indent, unit)
    return f"{text[:last]},{line_end}{indent}{entry}{text[last:]}"


def _entry(path: Path, new: Any, line: str, unit: str) -> str:
    """The key and its value; ``line`` is a line break with the key's own indentation."""
    value = json.dumps(new, indent=unit or None)
    return f"{json.dumps(path[-1])}: {value.replace(chr(10), line)}"
