"""Terraform as its files say it: what would run programs, and which modules call which.

Nothing is run for that. ``.tf.json`` says the same in JSON and is read, too.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.linting.distinct import Seen
from bot.linting.finding import Finding
from bot.problems import ProblemsFound
from bot.written import HclBlock, Place, Source, read_hcl, read_json

FORMATTED: Final = (".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl")
CONFIGURATION: Final = (".tf", ".tf.json")
SYNTAX: Final = "terraform-syntax"
_PROVISIONER: Final = (
    "This provisioner runs a program whenever the resource is made, with the rights of whoever "
    "applies; use a resource of a provider instead."
)
_EXTERNAL: Final = (
    "This data source runs a program on every plan, with the rights of whoever plans; use a data "
    "source of a provider instead."
)
_RUNS: Final = {
    "local-exec": ("terraform-local-exec", _PROVISIONER),
    "remote-exec": ("terraform-remote-exec", _PROVISIONER),
    "external": ("terraform-external-data", _EXTERNAL),
}


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A ``module`` block: where it gets its module from."""

    source: str
    place: Place

    @property
    def is_local(self) -> bool:
        """Whether the module lies in the same tree."""
        return self.source.startswith(("./", "../"))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What one file of a module says that matters here."""

    calls: tuple[ModuleCall, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: bool = False


def read_file(file: Seen, *, limit_bytes: int) -> ReadFile:
    """The calls of modules in a ``.tf`` or ``.tf.json`` file, and the programs it would run.

    One that cannot be read is a finding: nobody knows what it would run.
    """
    try:
        text = file.content.decode("utf-8")
        if file.path.endswith(".json"):
            return _read_json(file, read_json(text, path=file.path, limit_bytes=limit_bytes))
        return _read_hcl(file, read_hcl(text, path=file.path, limit_bytes=limit_bytes))
    except UnicodeDecodeError:
        return _unreadable(file, Place(1, 1), "The file is not UTF-8.")
    except ProblemsFound as error:
        first = error.problems[0]
        return _unreadable(file, Place(first.line, first.column), first.message)


def _unreadable(file: Seen, place: Place, message: str) -> ReadFile:
    return ReadFile(findings=(_finding(file, place, SYNTAX, message),), broken=True)


def _read_hcl(file: Seen, body: HclBlock) -> ReadFile:
    found: list[tuple[Place, str]] = []
    for block in body.walk():
        if block.kind == "provisioner":
            found += [(block.place, label) for label in block.labels[:1]]
    calls: list[ModuleCall] = []
    for block in body.blocks:
        if block.kind == "data":
            found += [(block.place, label) for label in block.labels[:1] if label == "external"]
        source = block.arguments.get("source")
        if block.kind == "module" and source is not None:
            calls.append(ModuleCall(source.text or source.expression, source.place))
    return ReadFile(tuple(calls), tuple(_running(file, found)))


def _read_json(file: Seen, source: Source) -> ReadFile:
    found: list[tuple[Place, str]] = []
    calls: list[ModuleCall] = []
    for path, value in _mappings(source.value):
        place = source.key_place(path)
        match [part for part in path if isinstance(part, str)]:  # lists stand for repetition
            case ["resource", _, _, "provisioner", label] | ["data", "external" as label, _]:
                found.append((place, label))
            case ["module", _, "source"]:
                calls.append(ModuleCall(str(value), place))
    return ReadFile(tuple(calls), tuple(_running(file, found)))


def _running(file: Seen, found: Iterable[tuple[Place, str]]) -> Iterator[Finding]:
    """Of provisioners and data sources, those that run programs."""
    for place, label in dict.fromkeys(found):
        if label in _RUNS:
            rule, message = _RUNS[label]
            yield _finding(file, place, rule, message)


def _mappings(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Each value in it with its path; JSON that was read is at most 20 levels deep."""
    yield path, value
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from _mappings(inner, (*path, key))


def folder_of(path: str) -> str:
    """The folder that a file lies in; empty for the root."""
    return posixpath.dirname(path)


def called(folder: str, source: str) -> str | None:
    """The folder that a local module lies in, None where it is outside the tree."""
    path = posixpath.normpath(posixpath.join(folder, source))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path


def roots(calls: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The folders that nothing else calls; all of them where they only call each other.

    Args:
        calls: for each folder with a module in it, the folders that it calls.
    """
    inner = {each for folder, others in calls.items() for each in others if each != folder}
    return tuple(sorted(set(calls) - inner)) or tuple(sorted(calls))


def _finding(file: Seen, place: Place, rule: str, message: str) -> Finding:
    return file.finding(rule, "error", message, line=place.line, column=place.column)
