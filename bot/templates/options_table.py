"""``docs/template-yml.md``: every option of ``template.yml``, generated from its schema.

``python -m bot.templates.options_table`` prints it; a test holds the file against it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.templates.manifest import schema
from bot.written import code

_HEAD = """\
# Every option of `template.yml`

Generated from the schema that the check uses (`make docs`); change
`bot/templates/template.schema.json`, not this page. Editors that know JSON Schema can use that
file as well. Unknown keys are an error, with line and column.

| Option | Needed | What it may be | What it does |
| --- | --- | --- | --- |
"""
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "array": "list",
    "object": "map",
}


def options_page() -> str:
    """The page as it should read."""
    return _HEAD + "".join(f"{row}\n" for row in _rows("", schema(), schema()))


def _rows(prefix: str, part: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[str]:
    required = set(part.get("required", ()))
    for name, written in part.get("properties", {}).items():
        option = _resolved(written, whole)
        path = f"{prefix}{name}"
        needed = "yes" if name in required else ""
        yield f"| `{path}` | {needed} | {_cell(_may_be(option, whole))} | {_cell(_does(option))} |"
        yield from _rows(f"{path}.", option, whole)
        inner = option.get("additionalProperties")
        if isinstance(inner, Mapping):
            yield from _rows(f"{path}.<name>.", _resolved(inner, whole), whole)


def _resolved(option: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """The option with what it refers to, its own words first."""
    reference = option.get("$ref", "")
    if not reference:
        return option
    return {**whole["$defs"][reference.rpartition("/")[2]], **option}


def _does(option: Mapping[str, Any]) -> str:
    return str(option.get("description", ""))


def _may_be(option: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    if "enum" in option:
        return "one of " + ", ".join(code(str(each)) for each in option["enum"])
    if isinstance(option.get("type"), list):
        return " or ".join(_TYPES[each] for each in option["type"])
    kind = str(option.get("type", ""))
    if kind == "array":
        return f"list, each {_may_be(_resolved(option['items'], whole), whole)}{_bounds(option)}"
    told = str(option.get("patternErrorMessage", "")).removeprefix("must be ")
    return f"{told or _TYPES.get(kind, kind)}{_bounds(option)}"


def _bounds(option: Mapping[str, Any]) -> str:
    sentences = {
        "minimum": "at least {:,}",
        "maximum": "at most {:,}",
        "maxLength": "at most {:,} characters",
        "maxItems": "at most {:,} entries",
    }
    said = [words.format(option[key]) for key, words in sentences.items() if key in option]
    return f" ({', '.join(said)})" if said else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    print(options_page(), end="")
