"""How long a form's repository takes to render: kept warm in isolation, cold, and by command.

The template has 40 text files with loops, conditions and computed names, as a
service's does. The reference is cookiecutter's own command on the same files,
which isolates nothing; it is measured in the same run, in turns with ours.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from bot.rendering import Renderer, Template, TemplateFile
from tests.benchmarks.figure import Figure

_FILES = 40
_TURNS = 7
_WARM_RENDERS = 10
_TOGETHER = 40
_TEXT = """\
# {{ cookiecutter.title }}
{% for environment in ["dev", "staging", "production"] -%}
[{{ environment }}]
owner = "{{ cookiecutter.team }}"
{% if cookiecutter.public %}visible = true{% else %}visible = false{% endif %}
replicas = {{ loop.index * 2 }}
{% endfor %}
def {{ cookiecutter.project_slug | replace("-", "_") }}() -> str:
    return "{{ cookiecutter.title | upper }}"
"""


def _template(key: str) -> Template:
    variables = {
        "project_slug": "shop",
        "title": "{{ cookiecutter.project_slug | title }}",
        "team": "payments",
        "public": False,
        "folder": "{{ cookiecutter.project_slug | replace('-', '/') }}",
    }
    files = [TemplateFile("cookiecutter.json", json.dumps(variables).encode())]
    for number in range(_FILES):
        path = f"{{{{cookiecutter.project_slug}}}}/src/{{{{cookiecutter.folder}}}}/part{number % 5}"
        text = f"{_TEXT * 4}# {key} {number}\n"
        files.append(TemplateFile(f"{path}/file{number}.py", text.encode()))
    return Template(key, tuple(files))


async def measure() -> list[Figure]:
    """Medians in milliseconds, each against the command; and renders a second of one template."""
    command_s: list[float] = []
    cold_s: list[float] = []
    warm_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "template"
        await asyncio.to_thread(_write, _template("warm"), source)
        async with Renderer(max_hosts=_TURNS + 1) as renderer:
            warm = _template("warm")
            await renderer.render(warm, {})
            for turn in range(_TURNS):
                out = Path(folder) / f"out{turn}"
                command_s.append(await _seconds(_command(source, out)))
                cold_s.append(await _seconds(renderer.render(_template(f"cold{turn}"), {})))
                for number in range(_WARM_RENDERS):
                    answers = {"project_slug": f"shop-{turn}-{number}"}
                    warm_s.append(await _seconds(renderer.render(warm, answers)))
            together_s = await _seconds(
                asyncio.gather(*(renderer.render(warm, {}) for _ in range(_TOGETHER)))
            )
            isolation = renderer.isolation.name
    reference_ms = statistics.median(command_s) * 1000
    return [
        _figure(f"render 40 files, warm ({isolation})", warm_s, reference_ms, most_ms=100),
        _figure(f"render 40 files, first time ({isolation})", cold_s, reference_ms),
        Figure(
            name=f"renders of one template at once ({isolation})",
            value=_TOGETHER / together_s,
            unit="/s",
        ),
    ]


def _figure(
    name: str, seconds: list[float], reference_ms: float, *, most_ms: float | None = None
) -> Figure:
    value_ms = statistics.median(seconds) * 1000
    promised = most_ms is not None
    return Figure(
        name=name,
        value=value_ms,
        unit="ms",
        reference=reference_ms,
        ratio=value_ms / reference_ms,
        target=f"under {most_ms:g} ms, a tenth of the command" if promised else "",
        met=value_ms < min(most_ms, reference_ms / 10) if most_ms is not None else None,
    )


async def _seconds(work: Awaitable[object]) -> float:
    started_s = time.perf_counter()
    await work
    return time.perf_counter() - started_s


async def _command(source: Path, out: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cookiecutter", "--no-input", "-o", str(out), str(source)
    )
    if await process.wait():
        raise RuntimeError("cookiecutter's command failed")


def _write(template: Template, folder: Path) -> None:
    for file in template.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
