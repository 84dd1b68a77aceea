"""Small catalogs to test with: one organisation, and templates made of dictionaries."""

import json
from typing import Any

from bot.forms import Form, compile_form
from bot.github.port import File
from bot.organization import Organization, parse_organization
from bot.templates import TemplateDefinition, load_template

ORGANIZATION = """\
organization: acme
platform_team: platform
business_units:
  - name: Payments
    cost_centers: [CC-100, CC-110]
  - name: Cards & Loans
    cost_centers: [CC-200]
teams:
  - slug: payments
    business_unit: Payments
    cost_centers: [CC-100]
  - slug: cards
    business_unit: Cards & Loans
    cost_centers: [CC-200]
"""

MANIFEST = """\
id: kotlin-library
name: Kotlin library
description: A published JVM library
owner: platform
version: 1.0.0
kind: library
"""

SERVICE = MANIFEST.replace("kind: library", "kind: service\ndeploy: [aws, google]")


def organization(more: str = "") -> Organization:
    """Team payments books on CC-100, cards on CC-200; ``more`` is YAML at its end."""
    return parse_organization(ORGANIZATION + more)


def template(
    variables: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    *,
    manifest: str = MANIFEST,
    files: tuple[File, ...] = (),
) -> TemplateDefinition:
    """A template whose ``cookiecutter.json`` and ``variables:`` are these."""
    told = manifest + f"variables: {json.dumps(rules or {})}\n"
    content = json.dumps({"project_slug": "x", **(variables or {})}, indent=2)
    return load_template(
        [
            File(path="template.yml", content=told.encode()),
            File(path="cookiecutter.json", content=content.encode()),
            *files,
        ],
        commit="0" * 40,
    )


def form(
    variables: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    *,
    manifest: str = MANIFEST,
    more: str = "",
) -> Form:
    """The form of such a template for that organisation."""
    return compile_form(template(variables, rules, manifest=manifest), organization(more))
