"""The body of a filed issue → answers, or everything that is wrong with them at once."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.forms.answers import Answers
from bot.forms.answers_schema import check_answers
from bot.forms.body import split_body
from bot.forms.form import Form, Group, Question
from bot.forms.kinds import Complaint, Missing, allowed, read_value
from bot.forms.problem import FieldProblem, FormInvalid
from bot.forms.validate import validate_choices, validate_settings
from bot.organization import Organization
from bot.written import Value, code

Found = dict[Group, dict[str, Value]]


def parse_body(form: Form, body: str, organization: Organization | None = None) -> Answers:
    """The answers that stand in the body of an issue filed with ``form``.

    With ``organization``, its rules between answers are checked as well. What must
    be asked of GitHub (a free name, membership) is not. Raises FormInvalid with
    every problem.
    """
    labels = [question.label for question in form.questions]
    sections = split_body(labels, body)
    if sections.problems:
        raise FormInvalid(sections.problems)

    def raw(question: Question) -> str | None:
        return sections.texts.get(question.label)

    return _answers(form, raw, organization)


def answers_from(
    form: Form, texts: Mapping[tuple[Group, str], str], organization: Organization | None = None
) -> Answers:
    """The answers that these texts make, keyed by group and name of the question.

    Texts are what would stand in the issue. Raises FormInvalid like ``parse_body``.
    """
    return _answers(form, lambda each: texts.get((each.group, each.name)), organization)


def _answers(
    form: Form, raw: Callable[[Question], str | None], organization: Organization | None
) -> Answers:
    found: Found = {"standard": {}, "variable": {}, "setting": {}}
    problems: list[FieldProblem] = []
    for question in form.questions:
        problem = _read(question, raw(question), found[question.group])
        if problem is not None:
            problems.append(problem)
    if organization is not None:
        problems += validate_choices(form, organization, found["standard"])
    problems += validate_settings(form, found["setting"])
    if problems:
        raise FormInvalid(_in_form_order(form, problems), standard=found["standard"])
    return _checked(form, _built(form, found))


def _read(question: Question, raw: str | None, into: dict[str, Value]) -> FieldProblem | None:
    """Put the answer where it belongs, or say what is wrong with it."""
    if raw is None and question.kind == "multi":
        raw = ""  # nothing ticked: a template that has a list expects one
    if raw is None:
        return _unheaded(question) if question.required else None
    value = read_value(question, raw)
    if isinstance(value, Complaint):
        return FieldProblem(
            field_label=question.label,
            problem=value.problem,
            allowed=allowed(question),
            fix=value.fix,
        )
    if not isinstance(value, Missing):
        into[question.name] = value
        return None
    if question.required:
        problem = "There is no answer."
        return FieldProblem(field_label=question.label, problem=problem, allowed=allowed(question))
    if question.kind in ("slug", "line", "text") and question.default:
        into[question.name] = ""  # the form showed a default, and it was taken out
    return None


def _unheaded(question: Question) -> FieldProblem:
    return FieldProblem(
        field_label=question.label,
        problem=f"The heading {code(f'### {question.label}')} is missing.",
        allowed=allowed(question),
        fix="Put the heading back, with a blank line and the answer under it.",
    )


def _in_form_order(form: Form, problems: list[FieldProblem]) -> list[FieldProblem]:
    place = {question.label: i for i, question in enumerate(form.questions)}
    return sorted(problems, key=lambda problem: place.get(problem.field_label, -1))


def _built(form: Form, found: Found) -> Answers:
    standard: dict[str, Any] = found["standard"]
    return Answers(
        template=form.template,
        variables=MappingProxyType(found["variable"]),
        settings=MappingProxyType(found["setting"]),
        **standard,
    )


def _checked(form: Form, answers: Answers) -> Answers:
    """The second opinion: what was read must be what the form's schema describes."""
    problems = check_answers(form, answers)
    if problems:
        raise FormInvalid(problems)
    return answers
