"""Renders a template as people will, once for every choice, and tells what breaks.

A template that renders with its defaults may still fail for an answer that nobody
tried; here each option, each box and each empty optional answer is tried once.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Protocol

from bot.forms import (
    Answers,
    Form,
    FormInvalid,
    Question,
    cookiecutter_answers,
    sample_answers,
    text_of,
)
from bot.organization import Organization
from bot.problems import Problem, in_order
from bot.rendering import JSON, Allowed, Rendered, RenderError, Template, TemplateFile
from bot.templates.definition import TemplateDefinition


class Renders(Protocol):
    """The part of the renderer that a check needs."""

    async def render(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> Rendered:
        """The rendered files; raises bot.rendering.RenderError."""
        ...


async def check_rendered(
    renderer: Renders, definition: TemplateDefinition, form: Form, organization: Organization
) -> tuple[Problem, ...]:
    """What breaks when the template is rendered, each problem once; empty where nothing does."""
    problems: dict[tuple[str, int, str], Problem] = {}
    for said, answers in trials(form):
        try:
            await render(renderer, definition, answers, organization)
        except RenderError as error:
            problem = _problem(error, said)
            problems.setdefault((problem.path, problem.line, problem.rule), problem)
    return in_order(problems.values())


async def render(
    renderer: Renders, definition: TemplateDefinition, answers: Answers, organization: Organization
) -> Rendered:
    """The files that these answers make; raises bot.rendering.RenderError."""
    allowed = organization.allowed_for(definition.id)
    return await renderer.render(
        as_template(definition),
        cookiecutter_answers(definition, answers, organization),
        allowed=Allowed(hooks=allowed.hooks, extensions=allowed.extensions),
    )


def as_template(definition: TemplateDefinition) -> Template:
    """The definition as the renderer takes it, keyed by its content."""
    digest = hashlib.sha256()
    for file in sorted(definition.files, key=lambda file: file.path):
        head = f"{file.path}\0{len(file.content)}\0{file.executable}\0"
        digest.update(head.encode("utf-8", "surrogateescape") + file.content)
    return Template(
        key=f"{definition.id}-{digest.hexdigest()[:40]}",
        files=tuple(
            TemplateFile(file.path, file.content, file.executable) for file in definition.files
        ),
    )


def trials(form: Form) -> Iterator[tuple[str, Answers]]:
    """Answers to try, each with what is special about it (nothing about the first).

    Raises FormInvalid where the form cannot be answered with examples.
    """
    yield "", sample_answers(form)
    for question in form.questions:
        if question.group == "setting":  # settings do not reach the template
            continue
        for value in _alternatives(question):
            text = text_of(question, value)
            try:
                answers = sample_answers(form, {(question.group, question.name): text})
            except FormInvalid:  # the organisation's or the clouds' rules forbid the combination
                continue
            yield f"{question.label}: {value or 'left empty'}", answers


def _alternatives(question: Question) -> Iterator[str]:
    if question.kind == "choice" and (
        question.group == "variable" or question.name == "visibility"
    ):
        yield from (option.value for option in question.options)
    elif question.kind == "bool":
        yield from ("true", "false")
    elif question.kind == "multi":
        yield "[]"
        yield from (option.value for option in question.options)
    elif question.group == "variable" and not question.required:
        yield ""


def _problem(error: RenderError, said: str) -> Problem:
    where = f"{error.path}, line {error.line}: " if error.line else f"{error.path}: "
    message = error.message.removeprefix(where)
    message = message[:1].upper() + message[1:]
    return Problem(
        path=error.path or ".",
        line=error.line or 1,
        column=1,
        rule=error.rule,
        message=f"{message} It happens with {said}." if said else message,
    )
