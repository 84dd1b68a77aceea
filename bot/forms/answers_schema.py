"""A form → the JSON Schema of its answers, and a validator that keeps to linear time.

Answers come from an issue, but also from a stored record or a command line; the
schema is the one description that holds for all of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bot.forms.answers import Answers
from bot.forms.form import Form, Group, Question
from bot.forms.kinds import SLUG, allowed, length_bounds, option_value
from bot.forms.problem import FieldProblem
from bot.written import Pattern

_ANCHORS: Final = ("^(?:", ")$")


def answers_schema(form: Form) -> dict[str, Any]:
    """JSON Schema (2020-12) of ``Answers.to_json()`` for this form."""
    standard = _properties(form, "standard")
    properties = {"template": {"const": form.template}, **standard}
    for key, group in (("variables", "variable"), ("settings", "setting")):
        properties[key] = _group(form, "variable" if group == "variable" else "setting")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def check_answers(form: Form, answers: Answers) -> tuple[FieldProblem, ...]:
    """What of the answers the form does not allow, by the schema; empty where all is."""
    errors = _Validator(answers_schema(form)).iter_errors(answers.to_json())
    problems = dict.fromkeys(_problem(form, error) for error in errors)
    return tuple(problems)


def _group(form: Form, group: Group) -> dict[str, Any]:
    required = [each.name for each in form.questions if each.group == group and each.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": _properties(form, group),
    }


def _properties(form: Form, group: Group) -> dict[str, Any]:
    return {each.name: _value(each) for each in form.questions if each.group == group}


def _value(question: Question) -> dict[str, Any]:
    schema = {"title": question.label, **_of_kind(question)}
    if question.kind in ("line", "text", "slug") and not question.required:
        return {"anyOf": [{"const": ""}, schema]}
    return schema


def _of_kind(question: Question) -> dict[str, Any]:
    if question.kind == "choice":
        return {"enum": [option_value(question, each) for each in question.options]}
    if question.kind in ("bool", "dict"):
        return {"type": "boolean" if question.kind == "bool" else "object"}
    if question.kind == "integer":
        return _bounds(question)
    return _switches(question) if question.kind == "multi" else _words(question)


def _switches(question: Question) -> dict[str, Any]:
    if question.is_list:
        values = [option.value for option in question.options]
        return {"type": "array", "uniqueItems": True, "items": {"enum": values}}
    switches = {option.value: {"type": "boolean"} for option in question.options}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(switches),
        "properties": switches,
    }


def _bounds(question: Question) -> dict[str, Any]:
    bounds: dict[str, Any] = {"type": "integer", "minimum": question.min or 0}
    return bounds if question.max is None else {**bounds, "maximum": question.max}


def _words(question: Question) -> dict[str, Any]:
    least, most = length_bounds(question)
    schema: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most}
    pattern = SLUG if question.kind == "slug" else question.pattern
    if pattern is not None:
        schema["pattern"] = pattern.removeprefix("^").join(_ANCHORS)
    return schema


def _pattern(
    _validator: Any,  # jsonschema's own signature
    pattern: str,
    instance: object,
    _schema: Mapping[str, Any],
) -> Iterator[ValidationError]:
    """The keyword ``pattern`` without Python's backtracking ``re``."""
    inner = pattern.removeprefix(_ANCHORS[0]).removesuffix(_ANCHORS[1])
    if isinstance(instance, str) and not Pattern(inner).covers(instance):
        yield ValidationError("does not match its pattern")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # its stubs leave it bare


def _problem(form: Form, error: ValidationError) -> FieldProblem:
    path = [str(step) for step in error.absolute_path]
    group: Group = "standard"
    if path[:1] == ["variables"] or path[:1] == ["settings"]:
        group = "variable" if path[0] == "variables" else "setting"
        path = path[1:]
    question = form.question(group, path[0]) if path else None
    if question is None:
        named = {"standard": "The whole form", "variable": "The answers", "setting": "The settings"}
        problem = "The answers are not those that the form asks for."
        return FieldProblem(field_label=named[group], problem=problem)
    problem = "The answer is not what the form allows."
    return FieldProblem(field_label=question.label, problem=problem, allowed=allowed(question))
