"""The projects that tests make from the catalog's templates: every option at least once."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment
from ruamel.yaml import YAML

from tests.catalog.case import HOSTILE, Case, Stack
from tests.catalog.kafka_cases import KAFKA_CASES
from tests.catalog.python_cases import PYTHON_CASES
from tests.catalog.react_cases import REACT_CASES
from tests.catalog.spark_cases import SPARK_CASES
from tests.catalog.terraform_cases import TERRAFORM_CASES

__all__ = ["HOSTILE", "Case", "Stack"]

CATALOG = Path(__file__).parents[2] / "catalog"
TEMPLATES = sorted(folder.name for folder in (CATALOG / "templates").iterdir())

STACKS = {
    "kafka-stream-service": Stack(
        frozenset({"maven", "docker", "docker-compose", "github-actions"}), "./mvnw verify"
    ),
    "kotlin-library": Stack(frozenset({"maven", "github-actions"}), "./mvnw verify"),
    "kotlin-web-service": Stack(frozenset({"maven", "docker", "github-actions"}), "./mvnw verify"),
    "python-service": Stack(
        frozenset({"uv", "docker", "github-actions"}), "uv run --locked poe verify"
    ),
    "terraform-module": Stack(
        frozenset({"terraform", "github-actions"}), "terraform init && terraform test"
    ),
    "react-frontend": Stack(
        frozenset({"npm", "docker", "github-actions"}), "npm ci && npm run verify"
    ),
    "spark-pipeline": Stack(frozenset({"uv", "docker", "github-actions"}), "make verify"),
}


# `in` and `object` are words of Kotlin: a package may hold them, and code must escape them.
RELEASED = Case(
    "library-17",
    "kotlin-library",
    {
        "description": HOSTILE,
        "package": "in.pavedroad.object.kit",
        "java_version": "17",
        "coverage_percent": "100",
        "publish_to": "artifactory",
    },
)
SERVED = Case(
    "service-17",
    "kotlin-web-service",
    {"description": HOSTILE, "package": "in.acme.object.tasks", "java_version": "17"},
)
# The oldest Java is that of RELEASED and SERVED, which are always built.
NEWER = (
    Case(
        "library-21",
        "kotlin-library",
        {"java_version": "21", "coverage_percent": "0", "publish_to": "github-packages"},
    ),
    Case("service-21", "kotlin-web-service", {"java_version": "21"}),
    Case("library-25", "kotlin-library", {"java_version": "25", "publish_to": "github-packages"}),
    Case("service-25", "kotlin-web-service", {"java_version": "25"}),
)
# Deployed by another system; nothing else differs, so it is not built once more.
JENKINS = Case("service-jenkins", "kotlin-web-service", {"delivery": "jenkins"})
# Names that YAML would read as no text at all; with every other answer left alone.
ODD_NAMES = (
    Case("library-null", "kotlin-library", {}, slug="null"),
    Case("service-null", "kotlin-web-service", {}, slug="null"),
)
KOTLIN_CASES = (RELEASED, SERVED, *NEWER, JENKINS, *ODD_NAMES, *KAFKA_CASES)
CASES = (*KOTLIN_CASES, *PYTHON_CASES, *REACT_CASES, *SPARK_CASES, *TERRAFORM_CASES)
HOSTILE_CASES = tuple(case for case in CASES if case.answers.get("description") == HOSTILE)


def read_yaml(path: Path) -> Any:
    """What the file says, by YAML 1.2."""
    return YAML(typ="safe", pure=True).load(path)


def computed(template: str, variable: str, **answers: str) -> str:
    """What cookiecutter.json makes of other answers."""
    declared = json.loads((CATALOG / "templates" / template / "cookiecutter.json").read_text())
    environment = Environment(autoescape=False)
    return environment.from_string(declared[variable]).render(cookiecutter=declared | answers)
