"""How long the full check of a template takes: what an author waits for, linters and all.

The template has 40 files and three choices of three options each, and nothing to mend.
The reference is cookiecutter's own command, once for each project that the check
makes: the same projects, with nothing looked at. It is measured in the same run.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.github.port import File
from bot.linting import Linters
from bot.organization import parse_organization
from bot.rendering import Renderer
from bot.templates.check import Verdict, check_version
from tests.benchmarks.figure import Figure

_TURNS: Final = 3
_COMMANDS: Final = 5  # measured; one takes as long as the next
_MOST_S: Final = 5.0
_FOLDER: Final = "measured"
_TOP: Final = "{{cookiecutter.project_slug}}"
_ORGANIZATION: Final = parse_organization(
    "organization: acme\nplatform_team: platform\nbusiness_units:\n"
    "  - {name: Unit, cost_centers: [CC-1]}\nteams:\n"
    "  - {slug: platform, business_unit: Unit, cost_centers: [CC-1]}\n"
)
_MANIFEST: Final = (
    f"id: {_FOLDER}\nname: Measured\ndescription: Measured\nowner: platform\nversion: 1.0.0\n"
    "kind: service\n"
)
_VARIABLES: Final = {
    "project_slug": "shop",
    "description": "",
    "team": "",
    "title": "Shop",
    "runtime": ["21", "25", "17"],
    "store": ["postgres", "mysql", "memory"],
    "region": ["west", "east", "north"],
}
_CODE: Final = """\
\"\"\"{{ cookiecutter.title }}.\"\"\"
{% for number in range(5) -%}
def part_{{ number }}() -> str:
    return "{{ cookiecutter.project_slug }} {{ number }}"
{% endfor %}
{%- if cookiecutter.store != "memory" %}
STORE = "{{ cookiecutter.store }}"
{%- endif %}
"""
_YAML: Final = """\
name: {{ cookiecutter.project_slug | tojson }}
description: {{ cookiecutter.description | tojson }}
{%- if cookiecutter.store != "memory" %}
store: {{ cookiecutter.store }}
{%- endif %}
regions:
  - {{ cookiecutter.region }}
"""
_WORKFLOW: Final = """\
name: CI
on: [pull_request]
permissions: {}
jobs:
  verify:
    runs-on: ubuntu-24.04
    steps:
      - run: make test
        env:
          RUNTIME: "{{ cookiecutter.runtime }}"
          REF: {% raw %}${{ github.ref }}{% endraw %}
"""


def _files() -> list[File]:
    texts = {
        "template.yml": _MANIFEST,
        "cookiecutter.json": json.dumps(_VARIABLES, indent=2),
        f"{_TOP}/README.md": "# {{ cookiecutter.title }}\n\n{{ cookiecutter.description }}\n",
        f"{_TOP}/.github/workflows/ci.yml": _WORKFLOW,
        f"{_TOP}/package.json": '{"name": "{{ cookiecutter.project_slug }}"}\n',
        f"{_TOP}/pyproject.toml": '[project]\nname = "{{ cookiecutter.project_slug }}"\n',
        **{f"{_TOP}/config/{number}.yml": _YAML for number in range(6)},
        **{f"{_TOP}/src/part{number}.py": f"{_CODE}# {number}\n" for number in range(28)},
    }
    return [File(path=path, content=text.encode()) for path, text in texts.items()]


async def measure() -> list[Figure]:
    """Median seconds of a check, beside the command once for each project of it."""
    files = _files()
    assert len(files) == 40  # what the name of the figure says
    check_s: list[float] = []
    async with Renderer() as renderer:
        for turn in range(_TURNS):  # another content each time: nothing is warm
            marked = [*files[:-1], File(path=files[-1].path, content=b"# %d\n" % turn)]
            began_s = time.perf_counter()
            verdict = await _check(marked, renderer)
            check_s.append(time.perf_counter() - began_s)
            if verdict.problems:
                raise RuntimeError("the template that is measured has to be a good one")
    value_s = statistics.median(check_s)
    reference_s = verdict.renders * await _command_s(files)
    return [
        Figure(
            name=f"check 40 files, 3 choices, {verdict.renders} projects",
            value=value_s,
            unit="s",
            reference=reference_s,
            ratio=value_s / reference_s,
            target=f"under {_MOST_S:g} s; the command once for each project, looking at nothing",
            met=value_s < _MOST_S,
        )
    ]


async def _check(files: Sequence[File], renderer: Renderer) -> Verdict:
    return await check_version(
        files,
        folder=_FOLDER,
        organization=_ORGANIZATION,
        allowed=_ORGANIZATION.allowed_for(_FOLDER),
        renderer=renderer,
        linters=Linters(),
    )


async def _command_s(files: Sequence[File]) -> float:
    """Seconds of cookiecutter's command, the median."""
    taken_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "template"
        await asyncio.to_thread(_write, files, source)
        for number in range(_COMMANDS):
            began_s = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cookiecutter", "--no-input", "-o",
                f"{folder}/{number}", str(source),
            )  # fmt: skip
            if await process.wait():
                raise RuntimeError("cookiecutter's command failed")
            taken_s.append(time.perf_counter() - began_s)
    return statistics.median(taken_s)


def _write(files: Sequence[File], folder: Path) -> None:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
