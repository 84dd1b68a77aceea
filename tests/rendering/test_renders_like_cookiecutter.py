"""The same template rendered by cookiecutter's own command gives the same repository."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.rendering import Allowed, Renderer, RenderError, Template

from .templates_in_memory import TOP, template

pytestmark = pytest.mark.asyncio(loop_scope="module")

RICH = template(
    {
        "README.md": "# {{ cookiecutter.title }}\n\n{% for c in 'abc' %}{{ c }}{% endfor %}\n",
        "no-newline.txt": "{{ cookiecutter.project_slug }}",
        "two-newlines.txt": "x\n\n",
        "windows.txt": "a\r\n{{ cookiecutter.title }}\r\n",
        "empty.txt": "",
        "blank lines.txt": "\n\n{% if true %}\nx\n{% endif %}\n",
        "run.sh": "#!/bin/sh\necho {{ cookiecutter.project_slug }}\n",
        "logo.png": bytes(range(256)) * 4,
        "üñí/日本.txt": "ü {{ cookiecutter.title }}\n",
        "src/{{cookiecutter.folder}}/{{cookiecutter.project_slug}}.kt": "{{ cookiecutter.folder }}",
        "{% if cookiecutter.docs == 'yes' %}docs.md{% endif %}": "docs",
        "{% if cookiecutter.docs == 'no' %}none.md{% endif %}": "none",
        "static/page.html": "{{ not rendered }}",
        "static/deep/{x}": "raw",
        "page.html": "{{ not rendered }}",
        "{{cookiecutter.project_slug}}/inner.txt": "inner",
        "slug.json": '{{ cookiecutter.labels | jsonify }} {{ "A b" | slugify }}',
        "{{cookiecutter.project_slug}}.txt": "{% include 'README.md' %}",
        "macro.txt": "{% from 'm.txt' import hi %}{{ hi(cookiecutter.project_slug) }}",
    },
    variables={
        "title": "{{ cookiecutter.project_slug | title }}",
        "package": "org.acme",
        "folder": "{{ cookiecutter.package.replace('.', '/') }}",
        "docs": ["yes", "no"],
        "labels": {"b": 1, "a": "{{ cookiecutter.title }}"},
        "_copy_without_render": ["static", "*.html"],
        "_note": "{{ constant }}",
        "__prompts__": {"title": "A title"},
    },
    beside={
        "templates/m.txt": "{% macro hi(x) %}hi {{ x }}{% endmacro %}",
        "template.yml": "id: rich\n",
        "README.md": "about the template",
    },
    executable=frozenset({"run.sh"}),
)
RICH = Template(RICH.key, tuple(f for f in RICH.files if "{x}" not in f.path))


def by_command(given: Template, answers: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What cookiecutter's command makes of it: path → content and x bit."""
    for file in given.files:
        path = folder / "template" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(0o755 if file.executable else 0o644)
    out = folder / "out"
    command = [sys.executable, "-m", "cookiecutter", "--no-input", "-o", str(out)]
    pairs = [f"{key}={value}" for key, value in answers.items()]
    subprocess.run(
        [*command, str(folder / "template"), *pairs],
        check=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    (project,) = out.iterdir()
    return {
        str(file.relative_to(project)): (
            file.read_bytes(),
            bool(file.stat().st_mode & stat.S_IXUSR),
        )
        for file in project.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({}, id="defaults"),
        pytest.param({"project_slug": "money-kit", "docs": "no"}, id="answers"),
        pytest.param({"title": "Grüße & <b>", "package": "de.a.b.c"}, id="odd-text"),
    ],
)
async def test_a_template_with_everything_comes_out_the_same(
    renderer: Renderer, answers: dict[str, Any], tmp_path: Path
) -> None:
    """Newlines, encodings, x bits, binaries, conditional and copied files, macros, folders."""
    rendered = await renderer.render(RICH, answers)
    ours = {file.path: (file.content, file.executable) for file in rendered.files}
    assert ours == by_command(RICH, answers, tmp_path)


async def test_every_file_knows_where_it_came_from(renderer: Renderer) -> None:
    """A finding in a rendered file can be shown at the template's line."""
    rendered = await renderer.render(RICH, {"project_slug": "money-kit"})
    assert set(rendered.sources) == {file.path for file in rendered.files}
    assert rendered.sources["money-kit/inner.txt"] == f"{TOP}/{TOP}/inner.txt"
    assert rendered.sources["src/org/acme/money-kit.kt"] == (
        f"{TOP}/src/{{{{cookiecutter.folder}}}}/{TOP}.kt"
    )
    assert rendered.sources["static/page.html"] == f"{TOP}/static/page.html"
    assert [file.path for file in rendered.files] == sorted(rendered.sources)


async def test_the_same_answers_give_the_same_bytes(renderer: Renderer) -> None:
    """A run that is repeated after a crash, or an old version rendered again, changes nothing."""
    assert await renderer.render(RICH, {}) == await renderer.render(RICH, {})


@pytest.mark.parametrize(
    "text",
    [
        "{% now 'utc', '%Y' %}",
        "{{ uuid4() }}",
        "{{ random_ascii_string(5) }}",
        "{{ [1, 2] | random }}",
        "{{ lipsum() }}",
    ],
)
async def test_what_differs_each_time_is_refused_and_said_so(renderer: Renderer, text: str) -> None:
    with pytest.raises(RenderError) as caught:
        await renderer.render(template({"a.txt": f"1\n{text}"}), {})
    error = caught.value
    assert (error.rule, error.path, error.line) == ("not-repeatable", f"{TOP}/a.txt", 2)


async def test_the_year_can_be_allowed(renderer: Renderer) -> None:
    given = template({"a.txt": "{% now 'utc', '%Y' %}"})
    allowed = Allowed(extensions=("cookiecutter.extensions.TimeExtension",))
    (file,) = (await renderer.render(given, {}, allowed=allowed)).files
    assert file.content.isdigit()
    assert json.loads(file.content) > 2025
