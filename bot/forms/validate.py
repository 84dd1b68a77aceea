"""Rules between answers: those that the organisation makes, and those that clouds make.

Pure, and content with a part of the answers, so that everything wrong is told at
once: an answer that could not be read is left out, the rest is compared.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.forms.form import Form
from bot.forms.problem import FieldProblem
from bot.forms.settings_questions import CLOUDS, REGIONS
from bot.organization import Organization
from bot.written import Value, code, one_of

# Memory in MiB that goes with a processor size in thousandths of a vCPU on AWS Fargate.
# Source: AWS docs, "Task CPU and memory" of Amazon ECS task definitions for Fargate.
_FARGATE_MIB: Final[Mapping[int, tuple[int, int]]] = {
    250: (512, 2048),
    500: (1024, 4096),
    1000: (2048, 8192),
    2000: (4096, 16384),
    4000: (8192, 30720),
}
_REGION: Final[Mapping[str, re.Pattern[str]]] = {
    "aws": re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}"),
    "google": re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}"),
    "azure": re.compile(r"[a-z]+[0-9]?"),
}


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
    problems = []
    low, high = settings.get("min_replicas"), settings.get("max_replicas")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        problem = "It is smaller than the fewest replicas."
        allowed = f"A whole number from {low} on."
        problems.append(_field(labels["max_replicas"], problem, allowed))
    cloud = settings.get("cloud_provider")
    if isinstance(cloud, str):
        problems += _region(labels, cloud, settings.get("region"))
    if cloud == "aws":
        problems += _fargate(labels, settings)
    return tuple(problems)


def _field(label: str, problem: str, allowed: str) -> FieldProblem:
    return FieldProblem(field_label=label, problem=problem, allowed=allowed)


def _region(labels: Mapping[str, str], cloud: str, region: Value) -> list[FieldProblem]:
    if not isinstance(region, str) or _REGION[cloud].fullmatch(region):
        return []
    problem = f"This is not how {CLOUDS[cloud]} names its regions."
    allowed = f"A region's name such as {code(REGIONS[cloud])}."
    return [_field(labels["region"], problem, allowed)]


def _fargate(labels: Mapping[str, str], settings: Mapping[str, Value]) -> list[FieldProblem]:
    cpu, memory = settings.get("cpu_millicores"), settings.get("memory_mib")
    if not isinstance(cpu, int) or not isinstance(memory, int):
        return []
    least, most = _FARGATE_MIB[cpu]
    if least <= memory <= most:
        return []
    problem = "Amazon Web Services does not offer this much memory with this CPU."
    allowed = f"From {least / 1024:g} to {most / 1024:g} GiB for {cpu / 1000:g} vCPU."
    return [_field(labels["memory_mib"], problem, allowed)]
