"""The form's questions in words, for people who look at a pull request: plain text."""

import json

from bot.forms import Form, Question
from bot.forms.kinds import allowed
from bot.templates.check.verdict import FormRow
from bot.written.plain_text import without_code


def form_rows(form: Form) -> tuple[FormRow, ...]:
    """One row a question, in the form's order."""
    return tuple(
        FormRow(
            label=question.label,
            kind=question.kind,
            allowed=without_code(allowed(question)),
            default=_default(question),
            required=question.required,
        )
        for question in form.questions
    )


def _default(question: Question) -> str:
    """What the form shows before anybody types."""
    if question.kind == "bool":
        return "ticked" if question.default == "true" else "not ticked"
    if question.kind == "multi":
        usual = json.loads(question.default or "[]")
        return ", ".join(each.label for each in question.options if each.value in usual)
    labels = {option.value: option.label for option in question.options}
    return labels.get(question.default, question.default)
