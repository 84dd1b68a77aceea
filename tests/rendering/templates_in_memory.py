"""Small templates for tests, written as a dictionary of their files."""

import json
from collections.abc import Mapping
from typing import Any

from bot.rendering import Rendered, Template, TemplateFile

TOP = "{{cookiecutter.project_slug}}"


def template(
    files: Mapping[str, str | bytes] | None = None,
    *,
    variables: Mapping[str, Any] | None = None,
    beside: Mapping[str, str | bytes] | None = None,
    executable: frozenset[str] = frozenset(),
    key: str = "t",
) -> Template:
    """``files`` lie in the top folder, ``beside`` next to it; ``project_slug`` is declared."""
    declared = {"project_slug": "shop"} | dict(variables or {})
    every: dict[str, str | bytes] = {"cookiecutter.json": json.dumps(declared, indent=2)}
    every |= beside or {}
    every |= {f"{TOP}/{path}": content for path, content in (files or {"a.txt": "a"}).items()}
    return Template(
        key,
        tuple(
            TemplateFile(
                path,
                content.encode() if isinstance(content, str) else content,
                path.removeprefix(f"{TOP}/") in executable,
            )
            for path, content in every.items()
        ),
    )


def texts(rendered: Rendered) -> dict[str, str]:
    """The rendered files, each content as text."""
    return {file.path: file.content.decode() for file in rendered.files}
