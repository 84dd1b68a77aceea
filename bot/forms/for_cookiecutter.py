"""Answers → what the renderer is given: only variables that the template declares."""

from collections.abc import Mapping

from bot.forms.answers import Answers
from bot.organization import Organization
from bot.templates import TemplateDefinition
from bot.written import Value


def cookiecutter_answers(
    template: TemplateDefinition, answers: Answers, organization: Organization
) -> dict[str, Value]:
    """The answers under cookiecutter's names, in the order of ``cookiecutter.json``.

    The request's own answers go to the standard variables that the template
    declares; what it does not declare, it does not see. Whole numbers become text,
    as they are when cookiecutter takes them from the file.
    """
    standard = standard_answers(answers, organization)
    given: dict[str, Value] = {}
    for variable in template.variables:
        if variable.name in standard:
            given[variable.name] = standard[variable.name]
        elif variable.asked and variable.name in answers.variables:
            value = answers.variables[variable.name]
            given[variable.name] = str(value) if variable.kind == "integer" else value
    return given


def standard_answers(answers: Answers, organization: Organization) -> Mapping[str, str]:
    """What every request answers, under the names by which a template may declare it."""
    unit = organization.unit_of(answers.team)
    return {
        "project_slug": answers.repository_name,
        "description": answers.description,
        "organization": organization.organization,
        "team": answers.team,
        "business_unit": unit.name if unit else "",
        "cost_center": answers.cost_center,
        "visibility": answers.visibility,
    }
