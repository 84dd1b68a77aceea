"""Reads one file of ``.github/ISSUE_TEMPLATE`` and refuses what GitHub refuses.

Source: GitHub docs, "Syntax for issue forms", "Syntax for GitHub's form schema",
"Common validation errors when creating issue forms". Values are read as YAML 1.1
with its yes and no, because that is where GitHub's "must not include booleans"
comes from.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.localhub.pages.issue_forms.definition import BrokenForm, Element, IssueForm, Option

Check = Callable[[object], str | None]  # what the value must be, None where it is that
LARGEST_FORM_BYTES = 512 * 1024
SHORTEST_NAME = 4  # GitHub does not show a form whose name has three characters or fewer


class FormProblem(Exception):
    """The file is not even a mapping; ``problem`` is a sentence for its author."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_form(file_name: str, content: bytes) -> IssueForm | BrokenForm:
    """The form, or everything that keeps GitHub from showing it."""
    try:
        given = read_mapping(content)
    except FormProblem as problem:
        return BrokenForm(file_name=file_name, problems=(problem.problem,))
    problems = tuple(_problems(given))
    if problems:
        return BrokenForm(file_name=file_name, problems=problems)
    return _form(file_name, given)


def read_mapping(content: bytes) -> dict[str, Any]:
    """A YAML file whose top is a mapping. Raises FormProblem."""
    if len(content) > LARGEST_FORM_BYTES:
        raise FormProblem("The file is too large.")
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    try:
        read = reader.load(io.BytesIO(content))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise FormProblem(f"YAML cannot be read: {where}{problem.problem}") from problem
    except (YAMLError, ValueError, RecursionError) as problem:
        raise FormProblem("YAML cannot be read.") from problem
    if not isinstance(read, dict):
        raise FormProblem("Top level must be a mapping of keys to values.")
    return read


# What a value must be.


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "must be a non-empty string"


def _any_text(value: object) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _yes_or_no(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _number(value: object) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None if whole else "must be a whole number"


def _anything(value: object) -> str | None:  # noqa: ARG001 -- a check of its own follows elsewhere
    return None


def _texts(value: object) -> str | None:
    if isinstance(value, str) and value:
        return None
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        return "must be a string or a list of strings"
    return None if value and len(set(value)) == len(value) else "must hold each entry once"


def _named_texts(value: object) -> str | None:
    fine = isinstance(value, list) and all(isinstance(v, str) for v in value)
    return None if fine else "must be a list of strings"


TOP: Mapping[str, Check] = {
    "name": _text,
    "description": _text,
    "body": _anything,
    "title": _text,
    "labels": _texts,
    "assignees": _texts,
    "projects": _named_texts,
    "type": _text,
}
_ASKED: Mapping[str, Check] = {"label": _text, "description": _any_text}
_TYPED: Mapping[str, Check] = {**_ASKED, "placeholder": _any_text, "value": _text}
ATTRIBUTES: Mapping[str, Mapping[str, Check]] = {
    "markdown": {"value": _text},
    "input": _TYPED,
    "textarea": {**_TYPED, "render": _text},
    "dropdown": {**_ASKED, "multiple": _yes_or_no, "options": _anything, "default": _number},
    "checkboxes": {**_ASKED, "options": _anything},
    "upload": _ASKED,
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "markdown": ("value",),
    "dropdown": ("label", "options"),
    "checkboxes": ("label", "options"),
}
VALIDATIONS: Mapping[str, Mapping[str, Check]] = {
    "markdown": {},
    "checkboxes": {},
    "upload": {"required": _yes_or_no, "accept": _any_text},
}
ID = re.compile(r"[A-Za-z0-9_-]+")


def _fields(given: Mapping[Any, Any], known: Mapping[str, Check], where: str = "") -> Iterator[str]:
    """What is wrong with a mapping whose keys are ``known``."""
    for key, value in given.items():
        if key not in known:
            yield f"{where}`{key}` is not a permitted key."
        elif wrong := known[key](value):
            yield f"{where}`{key}` {wrong}."


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    yield from _fields(given, TOP)
    for key in ("name", "description", "body"):
        if key not in given:
            yield f"Required top level key `{key}` is missing."
    if isinstance(given.get("name"), str) and 0 < len(given["name"]) < SHORTEST_NAME:
        yield "`name` must have more than three characters."
    body = given.get("body")
    if "body" in given and (not isinstance(body, list) or not body):
        yield "`body` must be a list with at least one element."
    elif isinstance(body, list):
        for index, element in enumerate(body):
            yield from _element_problems(element, f"body[{index}]: ")
        yield from _across(body)


def _element_problems(element: object, where: str) -> Iterator[str]:
    if not isinstance(element, dict):
        yield f"{where}must be a mapping."
        return
    kind = element.get("type")
    if kind is None:
        yield f"{where}required key `type` is missing."
        return
    if not isinstance(kind, str) or kind not in ATTRIBUTES:
        yield f"{where}`{kind}` is not a valid input type."
        return
    known = {"type": _anything, "attributes": _anything}
    if kind != "markdown":
        known |= {"id": _text}
        known |= {"validations": _anything} if kind != "checkboxes" else {}
    yield from _fields(element, known, where)
    if isinstance(element.get("id"), str) and not ID.fullmatch(element["id"]):
        yield f"{where}`id` can only contain letters, digits, `-` and `_`."
    yield from _inner_problems(element, kind, where)


def _inner_problems(element: Mapping[Any, Any], kind: str, where: str) -> Iterator[str]:
    attributes = element.get("attributes")
    if not isinstance(attributes, dict):
        yield f"{where}required key `attributes` is missing."
        return
    yield from _fields(attributes, ATTRIBUTES[kind], where)
    for key in NEEDED.get(kind, ("label",)):
        if key not in attributes:
            yield f"{where}required attribute key `{key}` is missing."
    if "options" in attributes and "options" in ATTRIBUTES[kind]:
        yield from _option_problems(attributes, kind, where)
    if kind in {"input", "textarea"} and "password" in str(attributes.get("label", "")).lower():
        yield f"{where}label contains a forbidden word."
    validations = element.get("validations", {})
    if not isinstance(validations, dict):
        yield f"{where}`validations` must be a mapping."
    else:
        yield from _fields(validations, VALIDATIONS.get(kind, {"required": _yes_or_no}), where)


def _option_problems(attributes: Mapping[Any, Any], kind: str, where: str) -> Iterator[str]:
    options = attributes["options"]
    if not isinstance(options, list) or not options:
        yield f"{where}`options` must be a list with at least one entry."
        return
    if kind == "checkboxes":
        for index, option in enumerate(options):
            inner = f"{where}options[{index}]: "
            if not isinstance(option, dict):
                yield f"{inner}must be a mapping."
                continue
            yield from _fields(option, {"label": _text, "required": _yes_or_no}, inner)
            if "label" not in option:
                yield f"{inner}required key `label` is missing."
        return
    if any(isinstance(option, bool) for option in options):
        yield f"{where}`options` must not include booleans. Wrap words such as yes in quotes."
    elif not all(isinstance(option, str) and option for option in options):
        yield f"{where}`options` must be strings."
    elif len(set(options)) != len(options):
        yield f"{where}`options` must be unique."
    elif any(option.lower() == "none" for option in options):
        yield f"{where}`options` must not include the reserved word None."
    elif not _in_range(attributes.get("default"), len(options)):
        yield f"{where}`default` must be the index of an option."


def _in_range(index: object, length: int) -> bool:
    return index is None or _number(index) is not None or 0 <= int(str(index)) < length


def _across(body: list[Any]) -> Iterator[str]:
    """What only shows when the elements stand side by side."""
    asked = [e for e in body if isinstance(e, dict) and e.get("type") != "markdown"]
    if not asked:
        yield "`body` must contain at least one element that is not Markdown."
    seen: set[str] = set()
    for key, label in ((_key(e), _label(e)) for e in asked):
        if key and key in seen:
            yield f"`body` must have unique ids and labels that differ: `{label or key}` is not."
        seen.add(key)


def _label(element: Mapping[str, Any]) -> str:
    attributes = element.get("attributes")
    return str(attributes.get("label", "")) if isinstance(attributes, dict) else ""


def _key(element: Mapping[str, Any]) -> str:
    """The id, or the label in the form that addresses take."""
    if isinstance(element.get("id"), str):
        return str(element["id"])
    return re.sub(r"[^a-z0-9]+", "-", _label(element).lower()).strip("-") or _label(element)


# The checked mapping as values.


def _form(file_name: str, given: Mapping[str, Any]) -> IssueForm:
    return IssueForm(
        file_name=file_name,
        name=given["name"],
        description=given["description"],
        title=given.get("title", ""),
        labels=_listed(given.get("labels", [])),
        assignees=_listed(given.get("assignees", [])),
        elements=tuple(_element(e, n) for n, e in enumerate(given["body"])),
    )


def _listed(value: str | list[str]) -> tuple[str, ...]:
    """A list, or names between commas."""
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def _element(element: Mapping[str, Any], number: int) -> Element:
    attributes, validations = element["attributes"], element.get("validations", {})
    markdown = element["type"] == "markdown"
    return Element(
        kind=element["type"],
        key=f"markdown-{number}" if markdown else _key(element),
        label=attributes.get("label", ""),
        description=attributes.get("description", ""),
        placeholder=attributes.get("placeholder", ""),
        value=attributes.get("value", ""),
        render=attributes.get("render", ""),
        multiple=attributes.get("multiple", False),
        options=tuple(_option(o) for o in attributes.get("options", [])),
        default=attributes.get("default"),
        required=validations.get("required", False),
        accept=validations.get("accept", ""),
    )


def _option(option: str | Mapping[str, Any]) -> Option:
    if isinstance(option, str):
        return Option(label=option)
    return Option(label=option["label"], required=option.get("required", False))
