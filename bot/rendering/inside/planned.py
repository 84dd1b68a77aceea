"""Every name of the output, rendered and checked before a file is written.

Cookiecutter renders names again while it works, folder by folder and together
with the folder it writes to. It gets the names from this table instead: what was
checked is what is used, and nothing is rendered twice.
"""

import os
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from cookiecutter.generate import is_copy_only_path
from jinja2 import Template

from .environment import TemplateEnvironment
from .fault import Fault
from .names import TOP_FOLDER, check_path, check_together, folded

RenderName = Callable[[str], str]  # a path below the template's top folder → the rendered path


@dataclass(frozen=True, slots=True)
class Plan:
    """``source`` is the name of the template's top folder, ``top`` what it renders to.

    ``entries``: each rendered file or folder, by its path in the top folder.
    ``files``: the paths that will come out, each with the template path it is made
    of. A file whose name renders to nothing is left out.
    """

    source: str
    top: str
    entries: Mapping[str, str]
    files: Mapping[str, str]


def plan_names(
    paths: tuple[str, ...], context: dict[str, Any], render: RenderName, *, top: str, depth: int
) -> Plan:
    """Where each of ``paths`` (below the top folder called ``top``) goes.

    Raises:
        Fault: a name that is refused, or two files for one name.
    """
    rendered_top = render(top)
    if not TOP_FOLDER.fullmatch(rendered_top) or rendered_top.endswith("."):
        raise Fault("top-folder", path=top)
    entries: dict[str, str] = {}
    files: dict[str, str] = {}
    for path in paths:
        target = _target(path, context, render, entries)
        if target.endswith("/") or not target:  # cookiecutter leaves such a file out
            continue
        _check(target, source=f"{top}/{path}", depth=depth)
        if target in files:
            raise Fault("collision", path=f"{top}/{path}")
        files[target] = f"{top}/{path}"
    _check_folders(entries, paths, top=top, depth=depth)
    try:
        check_together(files)
    except Fault as fault:
        fault.path = files[str(fault.path)]
        raise
    return Plan(top, rendered_top, entries, files)


@dataclass(frozen=True, slots=True)
class NamesTried:
    """``files``: rendered path → path below the top folder, of those without a fault."""

    files: Mapping[str, str]
    faults: tuple[Fault, ...]


def names_one_by_one(
    paths: tuple[str, ...], context: dict[str, Any], render: RenderName, *, top: str, depth: int
) -> NamesTried:
    """As ``plan_names``, but a fault stops nothing: all of them are told."""
    faults: dict[str, Fault] = {}
    entries: dict[str, str] = {}
    targets: dict[str, str] = {}
    spelled: dict[str, str] = {}

    def tried(name: str) -> str:
        try:
            return render(name)
        except Fault as fault:
            faults.setdefault(str(fault.path), fault)
            raise

    for path in paths:
        try:
            target = _target(path, context, tried, entries)
            if target.endswith("/") or not target:
                continue
            _check(target, source=f"{top}/{path}", depth=depth)
        except Fault as fault:
            faults.setdefault(str(fault.path), fault)
            continue
        if spelled.setdefault(folded(target), path) != path:
            faults.setdefault(f"{top}/{path}", Fault("collision", path=f"{top}/{path}"))
            continue
        targets[target] = f"{top}/{path}"
    return NamesTried(targets, tuple(faults.values()))


def _target(path: str, context: dict[str, Any], render: RenderName, entries: dict[str, str]) -> str:
    """The rendered path; inside a folder that is copied, names stay as they are."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        folder = "/".join(parts[:end])
        if folder not in entries:
            entries[folder] = render(folder)
        if is_copy_only_path(folder, context):
            return posixpath.join(entries[folder], *parts[end:])
    if path not in entries:
        entries[path] = render(path)
    return entries[path]


def _check(target: str, *, source: str, depth: int) -> None:
    try:
        check_path(target, depth=depth)
    except Fault as fault:
        fault.path = source
        raise


def _check_folders(
    entries: Mapping[str, str], paths: tuple[str, ...], *, top: str, depth: int
) -> None:
    """Folders are checked as files are: some hold nothing but files that are left out."""
    seen: dict[str, str] = {}
    for source, target in entries.items():
        if source in paths:
            continue
        _check(target, source=f"{top}/{source}", depth=depth)
        if seen.setdefault(target, source) != source:
            raise Fault("collision", path=f"{top}/{source}")


def check_answers_add_no_folder(plan: Plan, other: Mapping[str, str]) -> None:
    """``other`` holds the entries as planned with ``_`` for every ``/`` of an answer.

    A template's own expression may turn ``org.acme`` into ``org/acme``. A person's
    answer may not: it would choose the folder that a file lands in.

    Raises:
        Fault: folder-by-answer.
    """
    for source, target in plan.entries.items():
        if target.count("/") > other.get(source, target).count("/"):
            raise Fault("folder-by-answer", path=f"{plan.source}/{source}")


class PlannedEnvironment(TemplateEnvironment):
    """Renders files as usual, and answers cookiecutter's questions for names from the plan."""

    plan: Plan
    output: str  # the absolute folder that the top folder is made in

    def from_string(self, source: Any, *_globals: Any, **_options: Any) -> Template:
        """A "template" that renders to the planned name of ``source``."""
        return cast("Template", _Planned(self._planned(source)))

    def _planned(self, source: str) -> str:
        project = os.path.join(self.output, self.plan.top)  # noqa: PTH118  # compared as text
        if source.startswith(project + "/"):
            inner = posixpath.normpath(source[len(project) + 1 :])
            return posixpath.join(project, self.plan.entries[inner])
        if source == self.plan.source:  # an inner file of the same name renders to the same
            return self.plan.top
        return self.plan.entries[source]


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str

    def render(self, **_context: Any) -> str:
        return self.name
