"""What can be chosen in a form, as factors with a few values each: the usual value first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.forms import Form, Question, text_of
from bot.forms.form import Group
from bot.forms.sample import example_of
from bot.templates.definition import TemplateDefinition

Key = tuple[Group, str]


@dataclass(frozen=True, slots=True)
class Value:
    """``text`` as it stands in an issue (a box's is empty or ``x``), ``said`` for people."""

    text: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A question, or one box of several; ``slug`` is its part of an id."""

    key: Key
    label: str
    slug: str
    values: tuple[Value, ...]
    box: str | None = None
    is_choice: bool = True  # not only whether an answer is given


def factors(form: Form, definition: TemplateDefinition) -> tuple[Factor, ...]:
    """Every choice and box that reaches the template, and every answer that may be left empty."""
    found: list[Factor] = []
    for question in form.questions:
        is_seen = question.name == "visibility" and definition.variable("visibility") is not None
        if question.group == "variable" or is_seen:
            found += _of(question)
    return tuple(factor for factor in found if len(factor.values) > 1)


def _of(question: Question) -> list[Factor]:
    if question.kind == "multi":
        return [_box(question, option.value, option.label) for option in question.options]
    values = _given(question)
    if question.kind == "bool":
        is_usual = question.default == "true"
        values = [_tick(is_usual), _tick(not is_usual)]
    return [
        Factor(
            key=(question.group, question.name),
            label=question.label,
            slug=question.name.replace("_", "-"),
            values=tuple(values),
            is_choice=question.kind in ("choice", "bool"),
        )
    ]


def _tick(ticked: bool) -> Value:
    return Value("x" if ticked else "", "ticked" if ticked else "not ticked")


def _box(question: Question, option: str, label: str) -> Factor:
    is_usual = option in json.loads(question.default or "[]")
    return Factor(
        key=(question.group, question.name),
        label=f"{question.label}, {label}",
        slug=f"{question.name.replace('_', '-')}-{option}",
        values=(_tick(is_usual), _tick(not is_usual)),
        box=option,
    )


def _given(question: Question) -> list[Value]:
    """The options of a choice; of anything else what is shown or an example; and nothing."""
    if question.kind == "choice":
        options = [option.value for option in question.options]
        usual = question.default or options[0]
        ordered = sorted(options, key=lambda each: each != usual)
        values = [Value(text_of(question, each), each) for each in ordered]
    else:
        shown = question.default or example_of(question) or ""
        values = [Value(shown, "filled in")] if shown else []
    if not question.required:
        values.append(Value("", "left empty"))
    is_usually_empty = not question.default and not question.required
    return values[::-1] if is_usually_empty and question.kind != "choice" else values


def texts_of(form: Form, chosen: Sequence[tuple[Factor, Value]]) -> Mapping[Key, str]:
    """What these values are together, as texts of the form's questions."""
    texts: dict[Key, str] = {}
    ticked: dict[Key, list[str]] = {}
    for factor, value in chosen:
        if factor.box is None:
            texts[factor.key] = value.text
        else:
            boxes = ticked.setdefault(factor.key, [])
            boxes += [factor.box] if value.text else []
    for question in form.questions:
        key: Key = (question.group, question.name)
        if key in ticked:
            texts[key] = text_of(question, json.dumps(ticked[key]))
        elif question.kind == "bool" and key in texts:
            texts[key] = text_of(question, "true" if texts[key] else "false")
    return texts
