"""Answers that a template can be tried with before anybody asked for anything."""

import json
from collections.abc import Mapping

from bot.forms.answers import Answers
from bot.forms.form import Form, Group, Question
from bot.forms.kinds import length_bounds
from bot.forms.parse import answers_from
from bot.written import Pattern, example

SAMPLE_NAME = "example-project"
SAMPLE_DESCRIPTION = "An example project"


def sample_answers(form: Form, given: Mapping[tuple[Group, str], str] | None = None) -> Answers:
    """What the form shows by itself, completed with examples, and with ``given`` in place.

    Raises bot.forms.problem.FormInvalid where ``given`` is not allowed, or where a
    required answer has neither a default nor an example.
    """
    texts: dict[tuple[Group, str], str] = {}
    for question in form.questions:
        shown = _shown(question)
        if shown is not None:
            texts[question.group, question.name] = shown
    return answers_from(form, {**texts, **(given or {})})


def text_of(question: Question, value: str) -> str:
    """A value as somebody types it on a command line → as it stands in an issue.

    Options are given by value, one box by ``true`` or ``false``, several by the
    value of the one to tick or a JSON list of them.
    """
    if question.kind == "choice":
        labels = {option.value: option.label for option in question.options}
        return labels.get(value, value)
    if question.kind == "bool":
        return f"- [{'x' if value.lower() in ('true', 'yes', '1') else ' '}] {question.boxes[0]}"
    if question.kind == "multi":
        ticked = _several(value)
        return "\n".join(
            f"- [{'x' if option.value in ticked else ' '}] {option.label}"
            for option in question.options
        )
    return value


def _several(value: str) -> list[str]:
    try:
        listed = json.loads(value)
    except ValueError:
        return [value]
    return [str(each) for each in listed] if isinstance(listed, list) else [value]


def _shown(question: Question) -> str | None:
    if (question.group, question.name) == ("standard", "repository_name"):
        return SAMPLE_NAME
    if (question.group, question.name) == ("standard", "description"):
        return SAMPLE_DESCRIPTION
    if question.kind == "choice":
        return text_of(question, question.default or question.options[0].value)
    if question.boxes:
        return text_of(question, question.default or "false")
    if question.default or not question.required:
        return question.default or None
    return example_of(question)


def example_of(question: Question) -> str | None:
    """Something that a question without a default accepts; None for choices and boxes."""
    if question.kind == "slug":
        return "example"
    if question.kind == "integer":
        return "0" if question.max == 0 else str(question.min or question.max or 1)
    if question.kind in ("line", "text"):
        least, most = length_bounds(question)
        plain = "example".ljust(least, "x")[:most]
        if question.pattern is None or Pattern(question.pattern).covers(plain):
            return plain
        return example(Pattern(question.pattern), least=least, most=most)
    return "{}" if question.kind == "dict" else None
