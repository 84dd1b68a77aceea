"""The projects that tests make from the catalog's templates: every option at least once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CATALOG = Path(__file__).parents[2] / "catalog"
TEMPLATES = sorted(folder.name for folder in (CATALOG / "templates").iterdir())

# Legal, and full of what means something to Maven, Jinja, Actions, XML, Markdown and shells.
HOSTILE = (
    '1) "Pay" <b>&amp; `id`</b> ${project.version} {{7*7}} {% raw %} ${{ github.token }} '
    "#1 \\ é's 😀 *_[a](b)_* -- $(id) <!-- ]]> | ~x~"
)


@dataclass(frozen=True, slots=True)
class Stack:
    """What every project of a template has: what Dependabot watches, what one types first."""

    watched: frozenset[str]
    first_command: str


STACKS = {
    "kotlin-library": Stack(frozenset({"maven", "github-actions"}), "./mvnw verify"),
    "kotlin-web-service": Stack(frozenset({"maven", "docker", "github-actions"}), "./mvnw verify"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A project to make: ``answers`` by variable, the form's own defaults for the rest."""

    id: str
    template: str
    answers: Mapping[str, str] = field(hash=False)
    slug: str = "money-kit"

    @property
    def java(self) -> int:
        """The oldest JDK that builds it."""
        return int(self.answers.get("java_version", "17"))


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
BUILT = (
    Case(
        "library-21",
        "kotlin-library",
        {"java_version": "21", "coverage_percent": "0", "publish_to": "github-packages"},
    ),
    Case("library-25", "kotlin-library", {"java_version": "25", "publish_to": "github-packages"}),
    Case("service-21", "kotlin-web-service", {"java_version": "21"}),
    Case("service-25", "kotlin-web-service", {"java_version": "25"}),
)
# Names that YAML would read as no text at all; with every other answer left alone.
ODD_NAMES = (
    Case("library-null", "kotlin-library", {}, slug="null"),
    Case("service-null", "kotlin-web-service", {}, slug="null"),
)
KOTLIN_CASES = (RELEASED, SERVED, *BUILT, *ODD_NAMES)
CASES = KOTLIN_CASES
HOSTILE_CASES = tuple(case for case in CASES if case.answers.get("description") == HOSTILE)


def read_yaml(path: Path) -> Any:
    """What the file says, by YAML 1.2."""
    return YAML(typ="safe", pure=True).load(path)
