"""One render inside a child: cookiecutter does the generating, within our rules."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from binaryornot.helpers import has_binary_extension, is_binary_string
from cookiecutter import generate, hooks

from . import marking, planned, variables
from .environment import (
    ALWAYS,
    KNOWN_EXTENSIONS,
    CompiledTemplates,
    TemplateEnvironment,
    only_inert,
)
from .fault import Fault
from .limits import Limits
from .locate import fault_of

Made = TypeVar("Made", bound=TemplateEnvironment)

_CHUNK_BYTES = 512  # as much as cookiecutter looks at to tell text from binary


@dataclass(frozen=True, slots=True)
class Loaded:
    """A template in a host's memory: ``files`` by path, each content with its x bit."""

    files: Mapping[str, tuple[bytes, bool]]
    limits: Limits
    compiled: CompiledTemplates = field(default_factory=CompiledTemplates)
    binary: dict[str, bool] = field(default_factory=dict)  # verdicts that were asked for already

    def top(self) -> str:
        """The one folder whose name is an expression. Raises Fault."""
        folders = {path.split("/")[0] for path in self.files if "/" in path}
        tops = [f for f in sorted(folders) if "cookiecutter" in f and "{{" in f and "}}" in f]
        if len(tops) != 1:
            raise Fault("top-folder", path=tops[1] if tops else None)
        return tops[0]

    def is_binary(self, path: str) -> bool:
        """Cookiecutter's own verdict; and whatever holds a zero byte is never text."""
        if path not in self.binary:
            start = self.files[path][0][:_CHUNK_BYTES]
            self.binary[path] = (
                b"\0" in start or has_binary_extension(path) or is_binary_string(start)
            )
        return self.binary[path]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one render is asked for: answers, and what the platform team allows."""

    answers: Mapping[str, Any]
    hooks: bool = False
    extensions: tuple[str, ...] = ()
    marked: bool = False  # each piece of the text tells where it is from; no hook is run


def run(loaded: Loaded, asked: Asked, work: Path) -> dict[str, str]:
    """The project lies in ``work/out/<top folder>``; each of its paths → template path.

    ``work`` is an empty folder of this render alone.

    Raises:
        Fault: the template or the answers break a rule.
    """
    declared = declared_by(loaded)
    check_hooks(loaded, asked)
    settings = jinja_settings(loaded, declared, asked)
    context, plan = _plan(loaded, declared, asked, make(TemplateEnvironment, settings))
    files = _files_environment(loaded, settings, marked=asked.marked)
    files.plan, files.output = plan, str(work / "out")
    write_files(loaded, work / "template")
    at = _Place(path=f"{plan.source}")
    _patch_cookiecutter(loaded, files, settings, at)
    (work / "out").mkdir()
    try:
        generate.generate_files(
            work / "template",
            context,
            output_dir=work / "out",
            accept_hooks=asked.hooks and not asked.marked,
        )
    except Exception as error:  # noqa: BLE001  # whatever an expression provokes is the template's
        raise fault_of(error, folder=plan.source, path=at.path) from None
    return dict(plan.files)


def _files_environment(
    loaded: Loaded, settings: Mapping[str, Any], *, marked: bool
) -> planned.PlannedEnvironment:
    if not marked:
        return make(planned.PlannedEnvironment, settings)
    # What other renders of this host have compiled bears no marks, and the other way round.
    environment = make(planned.PlannedEnvironment, {**settings, "compiled": CompiledTemplates()})
    marking.turn_on(environment, _jinja_names(loaded))
    return environment


def _jinja_names(loaded: Loaded) -> dict[str, int]:
    """Each file's number (its place in order of path) by the name that Jinja has for it."""
    top = loaded.top()
    return {
        path[len(top) + 1 :] if path.startswith(f"{top}/") else f"../{path}": number
        for number, path in enumerate(sorted(loaded.files))
    }


@dataclass(slots=True)
class _Place:
    """The file that cookiecutter is at, for errors that do not know theirs."""

    path: str


def declared_by(loaded: Loaded) -> dict[str, Any]:
    """What cookiecutter.json declares. Raises Fault."""
    if variables.FILE not in loaded.files:
        raise Fault("no-variables", path=variables.FILE)
    return variables.read_declared(loaded.files[variables.FILE][0], loaded.limits)


def jinja_settings(loaded: Loaded, declared: Mapping[str, Any], asked: Asked) -> Mapping[str, Any]:
    """What ``make`` needs for an environment of this template. Raises Fault."""
    return {
        "compiled": loaded.compiled,
        "switches": declared.get("_jinja2_env_vars", {}),
        "extensions": _extensions(declared, asked),
    }


def _extensions(declared: Mapping[str, Any], asked: Asked) -> list[str]:
    """What the template asks for beyond what is always there, if all of it is allowed."""
    wanted = list(dict.fromkeys(declared.get("_extensions", [])))
    always = {f"{each.__module__}.{each.__name__}" for each in ALWAYS}
    for name in wanted:
        if name not in always and name not in asked.extensions:
            raise Fault("extension-not-allowed", path=variables.FILE, variable=name)
    # Cookiecutter turns its own on without being asked, so here the allowance is enough.
    known = [name for name in asked.extensions if name in KNOWN_EXTENSIONS and name not in wanted]
    return [name for name in wanted if name not in always] + known


def make(kind: type[Made], settings: Mapping[str, Any]) -> Made:
    """An environment with these settings. Raises Fault for an extension that fails to load."""
    try:
        return kind(**settings)
    except Exception:  # noqa: BLE001  # an extension is a stranger's module and may fail in any way
        raise Fault("extension-not-found", path=variables.FILE) from None


def check_hooks(loaded: Loaded, asked: Asked) -> None:
    """Raises Fault for a hook that would run and may not."""
    for path in sorted(loaded.files):
        folder, _, file = path.rpartition("/")
        stem = os.path.splitext(file)[0]  # noqa: PTH122  # as cookiecutter finds its hooks
        if folder != "hooks" or file.endswith("~"):
            continue
        runs = stem in {"pre_gen_project", "post_gen_project"}
        if stem == "pre_prompt" or (runs and not asked.hooks):
            raise Fault("hook-not-allowed", path=path)


def _plan(
    loaded: Loaded, declared: Mapping[str, Any], asked: Asked, names: TemplateEnvironment
) -> tuple[dict[str, Any], planned.Plan]:
    context, plan = _planned_with(loaded, declared, asked.answers, names)
    flat = {
        key: answer if isinstance(declared[key], list) else _without_slashes(answer)
        for key, answer in asked.answers.items()  # the words of a choice are the template's
    }
    if flat != asked.answers:
        try:
            other = _planned_with(loaded, declared, flat, names)[1].entries
        except Fault:  # the template cannot do without the slash: then no name may gain a folder
            other = {source: source for source in plan.entries}
        planned.check_answers_add_no_folder(plan, other)
    return context, plan


def _planned_with(
    loaded: Loaded,
    declared: Mapping[str, Any],
    answers: Mapping[str, Any],
    names: TemplateEnvironment,
) -> tuple[dict[str, Any], planned.Plan]:
    default = partial(render_default, names, loaded.files[variables.FILE][0])
    context = {"cookiecutter": variables.resolve(declared, answers, default)}
    top = loaded.top()
    inner = inner_paths(loaded, top)
    render = name_renderer(names, context, top)
    return context, planned.plan_names(inner, context, render, top=top, depth=loaded.limits.depth)


def inner_paths(loaded: Loaded, top: str) -> tuple[str, ...]:
    """The paths below the top folder, relative to it, in order."""
    return tuple(sorted(p[len(top) + 1 :] for p in loaded.files if p.startswith(f"{top}/")))


def name_renderer(
    names: TemplateEnvironment, context: dict[str, Any], top: str
) -> planned.RenderName:
    """Renders one name, of the top folder or of something in it; what it returns raises Fault."""

    def render(name: str) -> str:
        source = top if name == top else f"{top}/{name}"
        try:
            return names.from_string(name).render(**context)
        except Exception as error:  # noqa: BLE001  # whatever an expression provokes is the template's
            fault = fault_of(error, folder=top, path=source)
            fault.line = None  # a name has no lines
            raise fault from None

    return render


def render_default(
    names: TemplateEnvironment, content: bytes, key: str, text: str, values: Mapping[str, Any]
) -> str:
    """The default of the variable ``key``; raises Fault with its line in ``content``."""
    try:
        return names.from_string(text).render(cookiecutter=values)
    except Exception as error:  # noqa: BLE001  # whatever an expression provokes is the template's
        fault = fault_of(error, folder="", path=variables.FILE)
        fault.line = _line_of(content, key)
        raise fault from None


def _line_of(content: bytes, key: str) -> int | None:
    named = json.dumps(key, ensure_ascii=False).encode()
    for number, line in enumerate(content.splitlines(), start=1):
        _, found, rest = line.partition(named)
        if found and rest.lstrip().startswith(b":"):
            return number
    return None


def _without_slashes(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("/", "_")
    if isinstance(value, Mapping):
        return {_without_slashes(k): _without_slashes(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_slashes(item) for item in value]
    return value


def write_files(loaded: Loaded, folder: Path) -> None:
    """The template's files lie below ``folder``, their modes 644 or 755."""
    made: set[Path] = set()
    for path, (content, executable) in loaded.files.items():
        file = folder / path
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        file.write_bytes(content)
        file.chmod(0o755 if executable else 0o644)


def _patch_cookiecutter(
    loaded: Loaded,
    files: planned.PlannedEnvironment,
    settings: Mapping[str, Any],
    at: _Place,
) -> None:
    """Cookiecutter uses our environments. For the rest of this process, which is one render."""
    run_hook = hooks.run_script_with_context

    def is_binary(path: str) -> bool:
        at.path = f"{files.plan.source}/{path}"
        return loaded.is_binary(at.path)

    def run_checked_hook(script: str, cwd: str, context: dict[str, Any]) -> None:
        at.path = f"hooks/{Path(script).name}"
        finalize = only_inert(json_is_inert=script.endswith(".py"))
        environment = make(TemplateEnvironment, {**settings, "finalize": finalize})
        hooks.create_env_with_context = lambda _context: environment
        run_hook(script, cwd, context)

    generate.create_env_with_context = lambda _context: files
    generate.is_binary = is_binary
    hooks.run_script_with_context = run_checked_hook
