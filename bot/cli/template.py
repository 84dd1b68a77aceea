"""``paved-road template``: what the bot does with a template, offline, from the same code."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.forms import FormInvalid
from bot.linting import Linters
from bot.problems import Problem, ProblemsFound
from bot.rendering import Renderer, RendererUnavailable
from bot.templates import offline
from bot.templates.check import Verdict

OK, PROBLEMS, CANNOT_RUN = 0, 1, 2


def run(arguments: argparse.Namespace, _environment: Mapping[str, str]) -> int:
    """Exit 0 when the template is fine, 1 when problems were found, 2 when it cannot be read."""
    if not arguments.path.is_dir():
        print(f"{arguments.path} is not a folder.", file=sys.stderr)
        return CANNOT_RUN
    try:
        return _ACTIONS[arguments.action](arguments)
    except ProblemsFound as found:
        _tell(found.problems)
        return PROBLEMS
    except FormInvalid as invalid:
        for each in invalid.problems:
            print(f"{each.field_label}: {each.problem} {each.allowed}", file=sys.stderr)
        return PROBLEMS
    except RendererUnavailable as error:
        print(f"No process could be started to render in: {error}", file=sys.stderr)
        return CANNOT_RUN
    except OSError as error:
        print(f"{error.filename or arguments.path}: {error.strerror or error}", file=sys.stderr)
        return CANNOT_RUN


def _check(arguments: argparse.Namespace) -> int:
    verdict = asyncio.run(_verdict(arguments.path))
    if arguments.json:
        report = {
            "ok": verdict.ok,
            "problems": [each.to_json() for each in verdict.problems],
            "left_out": list(verdict.left_out),
        }
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _tell(verdict.problems)
        for each in verdict.left_out:
            print(f"note: {each}", file=sys.stderr)
        if not verdict.problems:
            print(f"{arguments.path}: fine")
    return OK if verdict.ok else PROBLEMS


async def _verdict(path: Path) -> Verdict:
    async with Renderer() as renderer, Linters() as linters:
        return await offline.check(path, renderer, linters)


def _form(arguments: argparse.Namespace) -> int:
    print(offline.form_for(arguments.path), end="")
    return OK


def _render(arguments: argparse.Namespace) -> int:
    given = dict(_answer(text) for text in arguments.answers)
    paths = asyncio.run(_with_renderer_render(arguments.path, given, arguments.output))
    print(f"{len(paths)} files in {arguments.output}")
    return OK


async def _with_renderer_render(
    path: Path, given: Mapping[str, str], output: Path
) -> tuple[str, ...]:
    async with Renderer() as renderer:
        return await offline.render_to(path, given, output, renderer)


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = f"`{text}` is not NAME=VALUE."
        raise ProblemsFound([Problem(path="--set", rule="not-an-answer", message=message)])
    return name, value


def _tell(problems: Sequence[Problem]) -> None:
    for each in problems:
        print(each, file=sys.stderr)


_ACTIONS = {"check": _check, "form": _form, "render": _render}
