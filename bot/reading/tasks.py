"""What the reading process is asked, and how each question is answered. No state between them."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

import msgspec

from bot.reading.answers_stay import Harmed, Read, differing_lines, harmed
from bot.reading.cost_tags import cost_tags
from bot.reading.formats import Format, format_of, is_another_template
from bot.reading.found import Found
from bot.reading.free_text import carried_on, free_text
from bot.reading.json_text import leaves_of_json, look_at_json
from bot.reading.leftovers import leftovers
from bot.reading.toml_text import leaves_of_toml, look_at_toml
from bot.reading.yaml_text import leaves_of_yaml, look_at_yaml

_SYNTAX = frozenset({"yaml", "json", "toml"})


class Look(msgspec.Struct, frozen=True, tag=True):
    """What is wrong with a rendered file by itself?"""

    path: str
    content: bytes


class Stay(msgspec.Struct, frozen=True, tag=True):
    """Where do answers not stay what they are? ``answers``: harmless and odd text of each."""

    path: str
    twin: bytes
    hostile: bytes
    answers: list[tuple[str, str]]


class Reached(msgspec.Struct, frozen=True, tag=True):
    """Which lines of the hostile text differ?"""

    twin: bytes
    hostile: bytes


class FreeText(msgspec.Struct, frozen=True, tag=True):
    """Where does free text reach this file of the template?"""

    path: str
    content: bytes
    free: dict[str, str]
    computed: list[tuple[str, str]]


class CostTags(msgspec.Struct, frozen=True, tag=True):
    """Which Terraform files of a project, by path, make something without cost tags?"""

    files: dict[str, bytes]


Task = Look | Stay | Reached | FreeText | CostTags


class Seen(msgspec.Struct, frozen=True):
    """One answer: a place in the file that was asked about, or in ``path``."""

    line: int
    column: int = 1
    rule: str = ""
    message: str = ""
    path: str = ""


def answer(task: Task) -> list[Seen]:
    """Everything that the question finds, in the order of the text."""
    match task:
        case Look():
            return _seen(_look(task))
        case Stay():
            return [Seen(line=each.line, rule=each.harm) for each in _stay(task)]
        case Reached():
            lines = differing_lines(_text(task.twin), _text(task.hostile))
            return [Seen(line=line) for line in lines]
        case FreeText():
            free = _carried(tuple(task.free.items()), tuple(task.computed))
            return _seen(free_text(task.path, _text(task.content), free))
        case CostTags():
            texts = {path: _text(content) for path, content in task.files.items()}
            return [
                Seen(each.line, each.column, each.rule, each.message, path)
                for path, each in cost_tags(texts)
            ]


def _seen(found: Iterable[Found]) -> list[Seen]:
    return [Seen(each.line, each.column, each.rule, each.message) for each in found]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


def _look(task: Look) -> list[Found]:
    text = _text(task.content)
    found = list(leftovers(text))
    wrong = _LOOKS[format_](text) if (format_ := format_of(task.path)) else []
    if any(each.rule in _SYNTAX for each in wrong) and is_another_template(text):
        return found
    return found + wrong


def _stay(task: Stay) -> list[Harmed]:
    format_ = format_of(task.path)
    if format_ is None:
        return []
    return harmed(_LEAVES[format_], _text(task.twin), _text(task.hostile), task.answers)


@lru_cache(maxsize=4)
def _carried(
    free: tuple[tuple[str, str], ...], computed: tuple[tuple[str, str], ...]
) -> Mapping[str, str]:
    return carried_on(dict(free), computed)


_LOOKS: Mapping[Format, Callable[[str], list[Found]]] = {
    "yaml": look_at_yaml,
    "json": partial(look_at_json, comments=False),
    "jsonc": partial(look_at_json, comments=True),
    "toml": look_at_toml,
}
_LEAVES: Mapping[Format, Read] = {
    "yaml": leaves_of_yaml,
    "json": partial(leaves_of_json, comments=False),
    "jsonc": partial(leaves_of_json, comments=True),
    "toml": leaves_of_toml,
}
