"""A template and an organisation → the issue form; deterministic, so nothing changes unasked.

GitHub hides or refuses a form that breaks its rules, and says so only to those
who open the file. Whatever a template could break is refused here, by line.
Source of the rules: GitHub docs, "Common validation errors when creating issue
forms" and "Syntax for GitHub's form schema".
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from bot.forms.form import MOST_BODY_CHARACTERS, Form, Question
from bot.forms.kinds import Complaint, length_bounds, read_value
from bot.forms.settings_questions import settings_questions
from bot.organization import Organization
from bot.problems import Problem, ProblemsFound
from bot.templates import Option, TemplateDefinition, Variable
from bot.templates.variables import PATH as VARIABLES_PATH
from bot.written import code, forbidden_character, read_json

_FORBIDDEN_IN_LABELS: Final = ("password",)
_MOST_OPTION_CHARACTERS: Final = 200


class FormImpossible(ProblemsFound):
    """GitHub would not accept, or not show, the form of this template."""


def compile_form(template: TemplateDefinition, organization: Organization) -> Form:
    """The template's issue form for this organisation.

    Raises FormImpossible with every reason, each at the variable's line.
    """
    form = draft_form(template, organization)
    problems = list(_problems(template, form.questions))
    if problems:
        raise FormImpossible(problems)
    return form


def draft_form(template: TemplateDefinition, organization: Organization) -> Form:
    """The same form, also where GitHub would refuse it: what it asks can be answered anyway."""
    manifest = template.manifest
    questions = (
        *_standard_questions(organization),
        *(_variable_question(each) for each in template.variables if each.asked),
        *settings_questions(manifest),
    )
    return Form(
        template=manifest.id,
        version=manifest.version,
        name=f"New {manifest.name}",
        description=manifest.description,
        title=f"New {manifest.name}: ",
        label=f"template:{manifest.id}",
        intro=_intro(template),
        questions=questions,
    )


def _intro(template: TemplateDefinition) -> str:
    """What happens next, at the top of the form."""
    manifest = template.manifest
    return (
        "Submit this form and the bot makes the repository: it answers in the issue and "
        "shows each step there until the repository is ready.\n\n"
        "If an answer needs a correction, the bot says which. Edit the issue then; "
        "it is checked again at once.\n\n"
        f"Template `{manifest.id}` {manifest.version}, owned by team `{manifest.owner}`."
    )


def _standard_questions(organization: Organization) -> tuple[Question, ...]:
    """The questions that every project answers, in the order that design fixes."""
    teams = organization.creating_teams()
    centers = dict.fromkeys(center for team in teams for center in team.cost_centers)
    return (
        Question(
            group="standard",
            name="repository_name",
            kind="slug",
            label="Repository name",
            help="3 to 50 lower-case letters, digits and single hyphens, for example `money-kit`.",
        ),
        Question(
            group="standard",
            name="description",
            kind="line",
            label="Description",
            help="One sentence that says what the project is for.",
        ),
        _listed("team", "Team", "The team that owns the project.", [team.slug for team in teams]),
        _listed("cost_center", "Cost center", "One that the team may book on.", list(centers)),
        _listed(
            "visibility",
            "Visibility",
            "Who can see the repository.",
            list(organization.policies.visibility),
            default=organization.policies.visibility[0],
        ),
    )


def _listed(
    name: str, label: str, help_: str, values: Sequence[str], *, default: str = ""
) -> Question:
    return Question(
        group="standard",
        name=name,
        kind="choice",
        label=label,
        help=help_,
        options=tuple(Option(value, value) for value in values),
        default=default or (values[0] if len(values) == 1 else ""),
    )


def _variable_question(variable: Variable) -> Question:
    kind = variable.kind
    if kind == "private" or kind == "computed":  # noqa: PLR1714  # mypy narrows only this way
        raise ValueError(f"{variable.name} is not asked")
    return Question(
        group="variable",
        name=variable.name,
        kind=kind,
        label=variable.label,
        help=_help(variable),
        options=variable.options,
        default=_shown_default(variable),
        pattern=variable.pattern,
        pattern_says=variable.pattern_says if variable.pattern else "",
        min=variable.min,
        max=variable.max,
        required=variable.required,
        is_list=variable.kind == "multi" and isinstance(variable.default, list),
    )


def _help(variable: Variable) -> str:
    """The author's help, and what a box that cannot be ticked beforehand usually is."""
    said = [variable.help] if variable.help else []
    if variable.computed:
        said.append("Left empty, it is made from the other answers.")
    if variable.kind == "bool" and variable.default is True:
        said.append("Usually ticked.")
    if variable.kind == "multi" and isinstance(variable.default, dict):
        usual = [each.label for each in variable.options if variable.default[each.value]]
        said += [f"Usual: {', '.join(usual)}."] if usual else []
    return " ".join(said)


def _shown_default(variable: Variable) -> str:
    default = variable.default
    if variable.computed or default is None:
        return ""
    if variable.kind == "bool":
        return "true" if default else ""
    if variable.kind == "multi":
        usual = default if isinstance(default, dict) else {}
        return json.dumps([name for name, is_usual in usual.items() if is_usual])
    if variable.kind == "dict":
        return json.dumps(default, ensure_ascii=False, indent=2)
    if isinstance(default, list):  # cookiecutter's first option is its default
        return variable.options[0].value
    return str(default)


# --- what GitHub would refuse ----------------------------------------------------


def _problems(template: TemplateDefinition, questions: Sequence[Question]) -> Iterator[Problem]:
    for question in questions:
        for sentence in (*_label_problems(question), *_option_problems(question)):
            yield _problem(template, question, sentence)
        if sentence := _default_problem(question):
            yield _problem(template, question, sentence)
    yield from _clashes(template, questions)
    largest = sum(map(_largest_answer, questions))
    if largest > MOST_BODY_CHARACTERS:
        sentence = (
            f"Filled to the brim, the form has {largest:,} characters; GitHub takes "
            f"{MOST_BODY_CHARACTERS:,}. Lower `max` of its texts, or ask less."
        )
        yield Problem(
            path=VARIABLES_PATH, line=1, column=1, rule="form-too-large", message=sentence
        )


def _problem(template: TemplateDefinition, question: Question, sentence: str) -> Problem:
    """At the variable's line, which is looked up only now that it is needed."""
    text = next(file.content for file in template.files if file.path == VARIABLES_PATH).decode()
    source = read_json(text, path=VARIABLES_PATH, limit_bytes=len(text) * 4 + 1)
    path = (question.name,) if question.group == "variable" else ()
    return source.problem(path, "form", f"{code(question.name)}: {sentence}", at_key=True)


def _label_problems(question: Question) -> Iterator[str]:
    lowered = question.label.lower()
    for word in _FORBIDDEN_IN_LABELS:
        if word in lowered:
            yield f"GitHub refuses headings that hold {code(word)}; ask for something else."


def _option_problems(question: Question) -> Iterator[str]:
    labels = [option.label for option in question.options]
    for label in labels:
        if label.lower() == "none":
            yield "GitHub reserves the option `None`; say it in other words."
        if wrong := forbidden_character(label):
            yield f"an option holds {wrong}."
        if not label or len(label) > _MOST_OPTION_CHARACTERS:
            yield f"an option has 1 to {_MOST_OPTION_CHARACTERS} characters."
    if len(set(labels)) < len(labels):
        yield "two options read alike."


def _default_problem(question: Question) -> str:
    """A default that the field itself would refuse could never be submitted."""
    if not question.default or question.kind in ("choice", "bool", "multi"):
        return ""
    found = read_value(question, question.default)
    if not isinstance(found, Complaint):
        return ""
    why = f"its default is refused by its own rule. {found.problem}"
    if question.kind == "line" and question.pattern_says:
        return f"{why} Give it a `pattern` in `template.yml` that allows what it needs."
    return why


def _clashes(template: TemplateDefinition, questions: Sequence[Question]) -> Iterator[Problem]:
    """Headings by which answers could not be told apart, and boxes that GitHub confuses."""
    seen: set[str] = set()
    for question in questions:
        keys = {question.label.casefold(), parameterized(question.label)} - {""}
        if keys & seen:
            sentence = f"another question is headed {code(question.label)}, or nearly so."
            yield _problem(template, question, sentence)
        seen |= keys
    boxes: set[str] = set()
    for question in questions:
        for box in question.boxes:
            key = parameterized(box) or box
            if key in boxes or key == question.id:
                yield _problem(template, question, f"another box reads {code(box)}, or nearly so.")
            boxes.add(key)


def parameterized(label: str) -> str:
    """A label as GitHub turns it into a reference: ASCII words joined by hyphens.

    Source: the docs named above, "Labels are too similar" (Rails' parameterize).
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_-]+", "-", plain)).strip("-")


def _largest_answer(question: Question) -> int:
    """Characters of the question's heading and its longest possible answer in a body."""
    frame = len(question.label) + len("### \n\n\n\n")
    if question.boxes:
        return frame + sum(len("- [x] \n") + len(box) for box in question.boxes)
    if question.options:
        return frame + max(len(option.label) for option in question.options)
    if question.kind == "integer":
        return frame + 18
    return frame + (
        2_000 + len("```json\n\n```") if question.kind == "dict" else length_bounds(question)[1]
    )
