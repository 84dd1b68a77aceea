"""How GitHub turns a filled form into an issue's body: the reference that tests parse back.

Source: GitHub docs, "Syntax for issue forms" and "Syntax for GitHub's form
schema", and the bodies that such issues have: a heading of level three for each
question in order, a blank line, the answer.
"""

from collections.abc import Mapping

from bot.forms import Form, Question

NO_RESPONSE = "_No response_"


def render_body(form: Form, typed: Mapping[str, str | set[str]]) -> str:
    """The body for what was typed or chosen, by heading; boxes take the set of those ticked."""
    blocks = [
        f"### {question.label}\n\n{render_answer(question, typed.get(question.label, ''))}"
        for question in form.questions
    ]
    return "\n\n".join(blocks)


def render_answer(question: Question, typed: str | set[str]) -> str:
    """What stands under one heading."""
    if question.boxes:
        return "\n".join(f"- [{'x' if box in typed else ' '}] {box}" for box in question.boxes)
    assert isinstance(typed, str)
    if not typed:
        return NO_RESPONSE
    return f"```json\n{typed}\n```" if question.kind == "dict" else typed


def filled(form: Form) -> dict[str, str | set[str]]:
    """What the form shows by itself, with a name, a description, a team and its cost center."""
    typed: dict[str, str | set[str]] = {
        "Repository name": "money-kit",
        "Description": "Money, exactly",
        "Team": "payments",
        "Cost center": "CC-100",
    }
    for question in form.questions:
        if question.kind == "choice" and question.default:
            labels = {option.value: option.label for option in question.options}
            typed.setdefault(question.label, labels[question.default])
        elif question.default and not question.boxes:
            typed.setdefault(question.label, question.default)
    return typed
