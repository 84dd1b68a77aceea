"""A Python project before anything is built: its names, its lock file, its one Python."""

import json
import keyword
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.written import Pattern
from tests.catalog.cases import CATALOG, HOSTILE, Case, computed, read_yaml
from tests.catalog.python_cases import PYTHON_CASES, SERVED_PYTHON

TEMPLATE = CATALOG / "templates" / "python-service"
DECLARED: dict[str, Any] = json.loads((TEMPLATE / "cookiecutter.json").read_text())
SLUGS = st.from_regex(r"[a-z][a-z0-9]{2,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)

every_python_project = pytest.mark.parametrize("case", PYTHON_CASES, ids=lambda case: case.id)


def toml(project: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((project / name).read_text(encoding="utf-8"))


def package_of(project: Path) -> str:
    """The one package of the project's code."""
    [package] = (path.name for path in (project / "src").iterdir())
    return package


# --- names ------------------------------------------------------------------------


@given(slug=SLUGS)
def test_a_package_left_empty_is_always_a_good_one(slug: str) -> None:
    rules = read_yaml(TEMPLATE / "template.yml")["variables"]["package"]
    package = computed("python-service", "package", project_slug=slug)

    assert Pattern(rules["pattern"]).covers(package)
    assert len(package) <= rules["max"]


@pytest.mark.parametrize(
    ("package", "becomes"),
    [
        pytest.param("invoices", "invoices", id="free"),
        pytest.param("match", "match", id="word-of-python-sometimes"),
        pytest.param("class", "class_service", id="word-of-python"),
        pytest.param("json", "json_service", id="module-of-python"),
        pytest.param("fastapi", "fastapi_service", id="library"),
        pytest.param("tests", "tests_service", id="folder-of-the-project"),
    ],
)
def test_a_package_never_hides_what_python_or_a_library_means(package: str, becomes: str) -> None:
    assert computed("python-service", "__package", package=package) == becomes


def test_no_name_that_means_something_is_forgotten() -> None:
    """Python's own, by this interpreter, the lock file's libraries, and the project's tests."""
    project = TEMPLATE / "{{cookiecutter.project_slug}}"
    lock = (project / "uv.lock").read_text()
    libraries = {name.replace("-", "_") for name in re.findall(r'(?m)^name = "([\w-]+)"$', lock)}
    tests = {path.stem for path in (project / "tests").iterdir()} | {"test"}  # Python's own tests
    own = {name for name in sys.stdlib_module_names if re.fullmatch(r"[a-z][a-z0-9_]*", name)}
    words = {word for word in keyword.kwlist if word.islower()}

    assert (libraries | tests | own | words) - set(DECLARED["_taken"]) == set()
    assert len(libraries) > 30


@every_python_project
def test_a_project_is_named_once_and_never_like_a_library(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """Else `uv` would take the project itself for the library, or refuse it."""
    project = projects[case]
    name = toml(project, "pyproject.toml")["project"]["name"]
    locked = [each["name"] for each in toml(project, "uv.lock")["package"]]

    assert name in (case.slug, f"{case.slug}-service")
    assert locked.count(name) == 1


@every_python_project
def test_code_settings_and_image_mean_the_same_package(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    project = projects[case]
    package = package_of(project)
    imported = {
        match
        for path in (project / "tests").iterdir()
        for match in re.findall(r"(?m)^from (\w+)\.\w+ import", path.read_text())
    }

    assert imported - {"collections", "fastapi"} == {package}
    assert toml(project, "pyproject.toml")["tool"]["uv"]["build-backend"]["module-name"] == package
    assert f'ENTRYPOINT ["python", "-m", "{package}"]\n' in (project / "Dockerfile").read_text()


# --- versions ---------------------------------------------------------------------


@every_python_project
def test_all_files_mean_the_same_python(case: Case, projects: Mapping[Case, Path]) -> None:
    project = projects[case]
    said = {(project / ".python-version").read_text().strip()}
    said |= set(re.findall(r"FROM python:(3\.\d+)-", (project / "Dockerfile").read_text()))
    for name in ("pyproject.toml", "uv.lock"):
        said |= set(re.findall(r'requires-python = ">=(3\.\d+)"', (project / name).read_text()))

    assert said == {case.answers.get("python_version", "3.13")}


@every_python_project
def test_all_files_mean_the_same_uv(case: Case, projects: Mapping[Case, Path]) -> None:
    """The image's is the oldest that the project accepts, so that what works here works there."""
    project = projects[case]
    declared = toml(project, "pyproject.toml")
    builder = re.match(r"uv_build>=([\d.]+),", declared["build-system"]["requires"][0])
    image = re.search(r"FROM ghcr\.io/astral-sh/uv:([\d.]+) ", (project / "Dockerfile").read_text())

    assert builder is not None
    assert image is not None
    assert declared["tool"]["uv"]["required-version"] == f">={image[1]}"
    assert builder[1] == image[1]


@every_python_project
def test_the_lock_knows_no_host_but_those_of_pypi(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """A mirror is the choice of who builds; its name has no place in a template."""
    lock = (projects[case] / "uv.lock").read_text()

    assert set(re.findall(r"\w+://([^/\"]+)", lock)) == {"pypi.org", "files.pythonhosted.org"}


# --- text -------------------------------------------------------------------------


def test_a_description_is_nowhere_but_in_the_readme(projects: Mapping[Case, Path]) -> None:
    """Not in workflows, code, settings or the image, where text could do something."""
    files = (path for path in projects[SERVED_PYTHON].rglob("*") if path.is_file())
    piece = "project.version"
    assert piece in HOSTILE

    assert {path.name for path in files if piece in path.read_text()} == {"README.md"}
