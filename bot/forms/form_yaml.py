"""A form as the file that GitHub reads.

Text is always quoted, so that ``true``, ``1.3`` or ``: `` stay text for every YAML
reader, and the bytes depend on nothing but the form: the same form is the same
file, and no commit is made without a change.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from bot.forms.form import Form, Question

_Node = str | int | bool | Sequence["_Node"] | Mapping[str, "_Node"]


def form_yaml(form: Form) -> str:
    """The form's file for ``.github/ISSUE_TEMPLATE``."""
    node: dict[str, _Node] = {
        "name": form.name,
        "description": form.description,
        "title": form.title,
        "labels": [form.label],
        "body": [
            {"type": "markdown", "attributes": {"value": form.intro}},
            *(_element(question) for question in form.questions),
        ],
    }
    made_from = f"templates/{form.template} {form.version}"
    head = f"# Made from {made_from}: change the template, not this file.\n"
    return head + "\n".join(_lines(node)) + "\n"


def _element(question: Question) -> dict[str, _Node]:
    attributes: dict[str, _Node] = {"label": question.label}
    if question.help:
        attributes["description"] = question.help
    kind = _fill_attributes(question, attributes)
    element: dict[str, _Node] = {"type": kind, "id": question.id, "attributes": attributes}
    if question.required and kind != "checkboxes":
        element["validations"] = {"required": True}
    return element


def _fill_attributes(question: Question, attributes: dict[str, _Node]) -> str:
    """Add what the question's kind needs; returns the element's type."""
    if question.boxes:
        attributes["options"] = [{"label": box} for box in question.boxes]
        return "checkboxes"
    if question.kind == "choice" and not question.is_typed:
        attributes["options"] = [option.label for option in question.options]
        values = [option.value for option in question.options]
        if question.default in values:
            attributes["default"] = values.index(question.default)
        return "dropdown"
    if question.default:
        attributes["value"] = question.default
    if question.kind == "dict":
        attributes["render"] = "json"
    return "textarea" if question.kind in ("text", "dict") else "input"


def _lines(node: Mapping[str, _Node]) -> Iterator[str]:
    """A map's lines, without indentation of its own."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield f"{key}:"
            yield from (f"  {line}" for line in _lines(value))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield f"{key}:"
            for item in value:
                yield from _item(item)
        else:
            yield f"{key}: {_scalar(value)}"


def _item(item: _Node) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"  - {_scalar(item)}"
        return
    for i, line in enumerate(_lines(item)):
        yield f"  {'- ' if i == 0 else '  '}{line}"


def _scalar(value: _Node) -> str:
    """JSON's notation, which is YAML's too for text that holds nothing invisible."""
    return json.dumps(value, ensure_ascii=False)
