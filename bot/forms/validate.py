"""Rules between answers: those that the organisation makes, and those that clouds make.

Pure, and content with a part of the answers, so that everything wrong is told at
once: an answer that could not be read is left out, the rest is compared.
"""

from collections.abc import Mapping

from bot.deploy_settings import clashes
from bot.forms.form import Form
from bot.forms.problem import FieldProblem
from bot.organization import Organization
from bot.written import Value, code, one_of


def validate_choices(
    form: Form, organization: Organization, standard: Mapping[str, Value]
) -> tuple[FieldProblem, ...]:
    """What the organisation does not allow in these standard answers, by name.

    The lists may have changed since the form was shown; the live ones count.
    """
    labels = {each.name: each.label for each in form.questions if each.group == "standard"}
    problems = []
    team, center, visibility = (standard.get(k) for k in ("team", "cost_center", "visibility"))
    creating = [each.slug for each in organization.creating_teams()]
    if isinstance(team, str) and team not in creating:
        problems.append(_choice(labels["team"], "Projects are not made for this team.", creating))
    elif isinstance(team, str) and isinstance(center, str):
        own = organization.cost_centers_for(team)
        if center not in own:
            said = f"The team {code(team)} may not book on this cost center."
            problems.append(_choice(labels["cost_center"], said, own))
    visible = organization.policies.visibility
    if isinstance(visibility, str) and visibility not in visible:
        said = "Policy does not allow this visibility."
        problems.append(_choice(labels["visibility"], said, visible))
    return tuple(problems)


def _choice(label: str, problem: str, choices: list[str] | tuple[str, ...]) -> FieldProblem:
    listed = one_of(choices)
    allowed = f"{listed[:1].upper()}{listed[1:]}."
    return FieldProblem(field_label=label, problem=problem, allowed=allowed)


def validate_settings(form: Form, settings: Mapping[str, Value]) -> tuple[FieldProblem, ...]:
    """What does not go together in these deployment settings."""
    labels = {each.name: each.label for each in form.questions if each.group == "setting"}
    return tuple(
        FieldProblem(
            field_label=labels[each.name],
            problem=each.problem,
            allowed=f"{each.allowed[:1].upper()}{each.allowed[1:]}.",
        )
        for each in clashes(settings)
    )
