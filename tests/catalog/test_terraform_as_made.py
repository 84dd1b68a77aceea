"""A Terraform module before anything runs: no answer in its language, and a README that fits."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalog.cases import CATALOG, HOSTILE, Case, computed, read_yaml
from tests.catalog.terraform_cases import OLDEST, PLAIN_MODULE, TERRAFORM_CASES

TEMPLATE = CATALOG / "templates" / "terraform-module"
TAGS = "examples/complete/tags.auto.tfvars.json"
# The value of a tag by the reference of the S3 API; the classes of Unicode as Python names them.
BY_AWS = re.compile(r"[\w\s.:/=+\-@]{0,256}")

every_module = pytest.mark.parametrize("case", TERRAFORM_CASES, ids=lambda case: case.id)


def unit_tag(business_unit: str) -> str:
    return computed("terraform-module", "__business_unit_tag", business_unit=business_unit)


def tags(project: Path) -> Any:
    return json.loads((project / TAGS).read_text())["tags"]


def language(project: Path) -> dict[str, str]:
    """What Terraform would evaluate, by path."""
    files = [*project.rglob("*.tf"), *project.rglob("*.hcl")]
    return {path.relative_to(project).as_posix(): path.read_text() for path in files}


# --- answers ----------------------------------------------------------------------


def test_no_answer_stands_in_what_terraform_evaluates(projects: Mapping[Case, Path]) -> None:
    """A quote or ``${…}`` would be evaluated there; a choice alone is written into one file."""
    hostile, plain = language(projects[OLDEST]), language(projects[PLAIN_MODULE])

    assert hostile == plain
    assert len(hostile) > 8


@every_module
def test_the_example_says_who_pays_by_the_answers(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    assert tags(projects[case]) == {
        "application": case.slug,
        "business_unit": "Payments",
        "cost_center": "CC-100",
        "team": "payments",
    }


@given(business_unit=st.text(st.characters(codec="utf-8"), max_size=100))
def test_every_business_unit_becomes_a_tag_that_aws_takes(business_unit: str) -> None:
    tag = unit_tag(business_unit)

    assert BY_AWS.fullmatch(tag)
    assert len(tag) == len(business_unit)


@pytest.mark.parametrize("unit", ["Payments", "R+D: Ångström 2.0", "ops@acme_eu/west=1"])
def test_a_business_unit_that_aws_takes_is_left_alone(unit: str) -> None:
    assert unit_tag(unit) == unit


def test_a_description_is_nowhere_but_in_the_readme(projects: Mapping[Case, Path]) -> None:
    files = (path for path in projects[OLDEST].rglob("*") if path.is_file())
    piece = "project.version"
    assert piece in HOSTILE

    assert {path.name for path in files if piece in path.read_text()} == {"README.md"}


# --- versions ---------------------------------------------------------------------


@every_module
def test_ci_tests_with_the_oldest_terraform_that_is_allowed(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    version = case.answers.get("terraform_version", "1.9")
    job = read_yaml(projects[case] / ".github/workflows/ci.yml")["jobs"]["verify"]

    assert job["strategy"]["matrix"]["terraform"] == [f"{version}.0", "latest"]
    assert f'required_version = ">= {version}"' in (projects[case] / "versions.tf").read_text()


@every_module
def test_ci_runs_what_the_template_promises(case: Case, projects: Mapping[Case, Path]) -> None:
    job = read_yaml(projects[case] / ".github/workflows/ci.yml")["jobs"]["verify"]
    commands = [step["run"].replace(" -diff", "") for step in job["steps"] if "run" in step]

    assert commands == read_yaml(TEMPLATE / "template.yml")["verify"]


# --- README -----------------------------------------------------------------------


def test_the_readme_says_of_each_input_what_the_module_says(
    projects: Mapping[Case, Path],
) -> None:
    """That no row is missing is tested by the module itself; here, that every row is right."""
    project = projects[PLAIN_MODULE]
    rows = re.findall(
        r"^\| `(\w+)` \| `(.+?)` \| (?:`(.+?)`|required) \| (.+) \|$",
        (project / "README.md").read_text(),
        re.MULTILINE,
    )

    assert rows == sorted(inputs((project / "variables.tf").read_text()))


def inputs(text: str) -> list[tuple[str, str, str, str]]:
    """Name, type, default (empty: required) and description of each variable."""
    found = []
    for name, body in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL):
        said = dict(re.findall(r"^  (\w+) += (.+?)(?: #.*)?$", body, re.MULTILINE))
        found.append((name, said["type"], said.get("default", ""), said["description"].strip('"')))
    return found
