"""Everything that is wrong with a template's text at once, file by file.

A render ends at the first thing that fails, and its author would mend one line a
day. Here each default, name and file is tried by itself and the next one follows
whatever became of the one before. Nothing of it comes out.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cookiecutter.generate import is_copy_only_path
from jinja2 import FileSystemLoader, TemplateSyntaxError

from . import generate, planned, variables
from .environment import TemplateEnvironment
from .fault import Fault
from .locate import Overdue, fault_of
from .undefined import undefined_names

_MOST_FAULTS = 500
_HOOKS = ("pre_gen_project", "post_gen_project")


def survey(loaded: generate.Loaded, asked: generate.Asked, work: Path) -> list[Fault]:
    """The faults in the order of the template's files; empty where it renders.

    ``work`` is an empty folder of this survey alone. What takes too long is the last
    fault. Hooks are read and not run.
    """
    found = _Faults()
    try:
        _Survey(loaded, asked, work, found).run()
    except Fault as fault:  # what nothing else can be tried without
        found.note(fault)
    except Overdue as error:
        found.note(fault_of(error, folder="", path=found.at))
    return found.all[:_MOST_FAULTS]


class _Faults:
    """Collects; ``at`` is the file that is being tried."""

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self.at: str | None = None

    def note(self, fault: Fault) -> None:
        if len(self.all) < _MOST_FAULTS:
            self.all.append(fault)

    def knows(self, path: str, variable: str | None) -> bool:
        """Whether that variable is told as missing in that file already."""
        return any(
            (each.rule, each.path, each.variable) == ("undefined-variable", path, variable)
            for each in self.all
        )


class _Survey:
    def __init__(
        self, loaded: generate.Loaded, asked: generate.Asked, work: Path, found: _Faults
    ) -> None:
        self._loaded, self._asked, self._work, self._found = loaded, asked, work, found
        self._declared = generate.declared_by(loaded)
        self._top = loaded.top()
        settings = generate.jinja_settings(loaded, self._declared, asked)
        self._environment = generate.make(TemplateEnvironment, settings)

    def run(self) -> None:
        """Defaults first: names and files are made of them."""
        self._try(lambda: generate.check_hooks(self._loaded, self._asked))
        context = {"cookiecutter": self._values()}
        targets = self._names(context)
        generate.write_files(self._loaded, self._work / "template")
        os.chdir(self._work / "template" / self._top)
        self._environment.loader = FileSystemLoader([".", "../templates"])
        for path in sorted(self._loaded.files):
            self._found.at = path
            for fault in self._file(path, context, targets):
                self._found.note(fault)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Fault as fault:
            self._found.note(fault)

    def _values(self) -> dict[str, Any]:
        content = self._loaded.files[variables.FILE][0]

        def default(key: str, text: str, values: Mapping[str, Any]) -> str:
            try:
                return generate.render_default(self._environment, content, key, text, values)
            except Fault as fault:
                self._found.note(fault)
                return "x"  # whatever is made of it is not looked at with more care

        return variables.resolve(self._declared, self._asked.answers, default)

    def _names(self, context: dict[str, Any]) -> Mapping[str, str]:
        """Template path → rendered path, of every file that comes out."""
        render = generate.name_renderer(self._environment, context, self._top)
        paths = generate.inner_paths(self._loaded, self._top)
        found = planned.names_one_by_one(
            paths, context, render, top=self._top, depth=self._loaded.limits.depth
        )
        for fault in found.faults:
            self._found.note(fault)
        return {source: target for target, source in found.files.items()}

    def _file(
        self, path: str, context: dict[str, Any], targets: Mapping[str, str]
    ) -> Iterator[Fault]:
        inner = path.removeprefix(f"{self._top}/")
        is_inner = inner != path
        copied = is_inner and _is_copied(inner, context)
        is_part = path.startswith("templates/") or _is_hook(path)
        if copied or not (is_inner or is_part) or self._loaded.is_binary(path):
            return
        try:
            text = self._loaded.files[path][0].decode()
        except UnicodeDecodeError as error:
            yield fault_of(error, folder="", path=path)
            return
        yield from self._undefined(path, text, context, alone=is_inner or _is_hook(path))
        if path in targets:
            yield from self._rendered(path, inner, context)

    def _undefined(
        self, path: str, text: str, context: dict[str, Any], *, alone: bool
    ) -> Iterator[Fault]:
        try:
            for each in undefined_names(
                self._environment, text, context["cookiecutter"], alone=alone
            ):
                yield Fault("undefined-variable", path=path, line=each.line, variable=each.name)
        except TemplateSyntaxError as error:
            fault = fault_of(error, folder="", path=path)
            fault.path = path
            yield fault
        except RecursionError:
            yield Fault("too-deep", path=path)

    def _rendered(self, path: str, inner: str, context: dict[str, Any]) -> Iterator[Fault]:
        try:
            self._environment.get_template(inner).render(**context)
        except Exception as error:  # noqa: BLE001  # whatever an expression provokes is the template's
            fault = fault_of(error, folder=self._top, path=path)
            if fault.rule == "timeout":  # there is no time for what follows
                raise fault from None
            told = fault.rule == "syntax" or self._found.knows(str(fault.path), fault.variable)
            if not told:
                yield fault


def _is_copied(inner: str, context: dict[str, Any]) -> bool:
    parts = inner.split("/")
    return any(
        is_copy_only_path("/".join(parts[:end]), context) for end in range(1, len(parts) + 1)
    )


def _is_hook(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == "hooks" and name.partition(".")[0] in _HOOKS
