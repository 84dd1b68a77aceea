"""``paved-road template form|check|render``: what the bot does, on an author's disk."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.forms import FormInvalid, compile_form, form_yaml
from bot.problems import Problem, ProblemsFound
from bot.rendering import Renderer
from bot.templates import offline
from bot.templates.folder import read_folder
from bot.templates.offline import form_for, organization_for, render_to
from tests.forms.examples import MANIFEST, ORGANIZATION, organization, template
from tests.templates.checking import FakeLinters

TOP = "{{cookiecutter.project_slug}}"
VARIABLES = {"team": "", "java_version": ["17", "25"], "publish": False, "notes": ""}


@pytest.fixture(name="renderer")
async def _renderer() -> AsyncIterator[Renderer]:
    async with Renderer() as renderer:
        yield renderer


async def check(folder: Path, renderer: Renderer) -> tuple[Problem, ...]:
    return (await offline.check(folder, renderer, FakeLinters())).problems


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "templates" / "kotlin-library"
    (folder / TOP).mkdir(parents=True)
    write(folder, VARIABLES)
    (folder / TOP / "README.md").write_text(
        "# {{ cookiecutter.project_slug }} of {{ cookiecutter.team }}\n"
        "Java {{ cookiecutter.java_version }}\n"
    )
    workflows = folder / TOP / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "ci.yml").write_text("on: push\n")
    script = folder / TOP / "mvnw"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    return folder


def write(folder: Path, variables: dict[str, Any]) -> None:
    (folder / "template.yml").write_text(MANIFEST)
    content = json.dumps({"project_slug": "x", **variables}, indent=2)
    (folder / "cookiecutter.json").write_text(content)


def test_the_form_shown_offline_is_the_form_the_bot_writes(folder: Path) -> None:
    """One code path: the author sees what developers will see."""
    (folder.parent.parent / "organization.yml").write_text(ORGANIZATION)
    assert form_for(folder) == form_yaml(compile_form(template(VARIABLES), organization()))


def test_without_an_organization_an_example_stands_in(folder: Path) -> None:
    """An author needs no catalog to begin."""
    assert "CC-100" in form_for(folder)
    assert organization_for(folder)[1] is False


async def test_a_good_template_passes(folder: Path, renderer: Renderer) -> None:
    """Rendered with its defaults and with every choice."""
    assert await check(folder, renderer) == ()


async def test_a_choice_that_breaks_is_found_and_named(folder: Path, renderer: Renderer) -> None:
    """Only Java 25 reaches the broken line; nobody would have tried."""
    (folder / TOP / "x.txt").write_text(
        "ok\n{% if cookiecutter.java_version == '25' %}{{ cookiecutter.nope }}{% endif %}\n"
    )
    (problem,) = await check(folder, renderer)
    assert (problem.path, problem.line, problem.rule) == (f"{TOP}/x.txt", 2, "undefined-variable")
    assert problem.message.endswith("It happens with Java version: 25.")


async def test_problems_of_the_files_come_before_rendering(
    folder: Path, renderer: Renderer
) -> None:
    """A manifest that cannot be read is the first thing to mend."""
    (folder / "template.yml").write_text(MANIFEST.replace("kind: library", "kind: thing"))
    assert [each.rule for each in await check(folder, renderer)] == ["choice"]


async def test_a_form_that_github_would_refuse_is_found(folder: Path, renderer: Renderer) -> None:
    """By the variable's line."""
    write(folder, {**VARIABLES, "db_password": ""})
    (problem,) = await check(folder, renderer)
    assert (problem.path, problem.rule, problem.line) == ("cookiecutter.json", "form", 10)


async def test_a_broken_organization_is_told_instead_of_ignored(
    folder: Path, renderer: Renderer
) -> None:
    """The example never hides a real file."""
    (folder.parent.parent / "organization.yml").write_text("organization: [acme]\n")
    assert {each.path for each in await check(folder, renderer)} == {"organization.yml"}


async def test_links_are_refused_and_not_followed(folder: Path, renderer: Renderer) -> None:
    """A link would bring a file of this machine into a repository."""
    (folder / TOP / "secret").symlink_to("/etc/hostname")
    (folder / TOP / "away").symlink_to("/etc")
    found = await check(folder, renderer)
    assert [(each.path, each.line, each.rule) for each in found] == [
        (f"{TOP}/away", 1, "symlink"),
        (f"{TOP}/secret", 1, "symlink"),
    ]


def test_a_folder_is_read_with_modes_and_without_rubbish(folder: Path) -> None:
    """Executable stays executable; what git and Python leave behind stays out."""
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    found = {file.path: file.executable for file in read_folder(folder)}
    assert found == {
        "cookiecutter.json": False,
        "template.yml": False,
        f"{TOP}/.github/workflows/ci.yml": False,
        f"{TOP}/README.md": False,
        f"{TOP}/mvnw": True,
    }


async def test_render_writes_the_project(folder: Path, renderer: Renderer, tmp_path: Path) -> None:
    """Answers given are taken, the rest is what the form shows."""
    (folder.parent.parent / "organization.yml").write_text(ORGANIZATION)
    output = tmp_path / "out"
    given = {
        "project_slug": "money-kit",
        "java_version": "25",
        "team": "cards",
        "cost_center": "CC-200",
    }
    paths = await render_to(folder, given, output, renderer)
    assert paths == (".github/workflows/ci.yml", "README.md", "mvnw")
    assert (output / "README.md").read_text() == "# money-kit of cards\nJava 25\n"
    assert (output / "mvnw").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        pytest.param({"jav_version": "25"}, ProblemsFound, id="unknown-name"),
        pytest.param({"java_version": "9"}, FormInvalid, id="no-option"),
        pytest.param({"project_slug": "../x"}, FormInvalid, id="path"),
    ],
)
async def test_render_refuses_what_the_form_refuses(
    folder: Path,
    renderer: Renderer,
    tmp_path: Path,
    given: dict[str, str],
    refused: type[Exception],
) -> None:
    """And writes nothing."""
    with pytest.raises(refused):
        await render_to(folder, given, tmp_path / "out", renderer)
    assert not (tmp_path / "out").exists()


async def test_render_does_not_write_into_a_filled_folder(folder: Path, renderer: Renderer) -> None:
    """Nothing of the author's is overwritten."""
    with pytest.raises(FileExistsError):
        await render_to(folder, {}, folder, renderer)
