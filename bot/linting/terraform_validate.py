"""``terraform validate``: what providers would refuse, found without an account or a network.

A stranger's module chooses which providers and which modules run, so this is done only
inside bubblewrap: without a network, with the providers of the operator's mirror, and
never with a module that would have to be fetched. What this machine lacks is no
author's error: the module is left out with the reason.
"""

import asyncio
import posixpath
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
from cachetools import LRUCache

from bot.linting.bench import Bench
from bot.linting.finding import Finding
from bot.linting.isolation import Bounds, Order
from bot.linting.run_apart import CouldNotRun
from bot.linting.terraform_modules import Module
from bot.linting.words import plain
from bot.problems import Severity

NAME: Final = "terraform validate"
_SHELL: Final = Path("/bin/sh")
_STEPS: Final = (
    '"$1" init -backend=false -input=false -no-color >/dev/null 2>&1; '
    'exec "$1" validate -json -no-color'
)
_FOUND: Final = 1
_RC: Final = "terraform.rc"

# What it says when the machine lacks something; the module may be right.
_PROVIDER: Final = re.compile(r"requires provider (?:[\w.-]+/)?([\w-]+/[\w-]+)")
_LACKING: Final = (
    ("Missing required provider", ""),
    ("Unsupported Terraform Core version", "it asks for another version of Terraform"),
    ("Module not installed", "it needs a module that would have to be fetched"),
    ("Failed to load plugin schemas", "a provider could not be started"),
    ("Failed to read provider", "a provider could not be started"),
    ("Failed to obtain provider schema", "a provider could not be started"),
    ("Could not load", "a provider could not be started"),
    ("Required plugins are not installed", "a provider could not be started"),
)


class _Point(msgspec.Struct):
    line: int
    column: int


class _Range(msgspec.Struct):
    filename: str
    start: _Point


class _Diagnostic(msgspec.Struct):
    severity: str
    summary: str
    detail: str = ""
    range: _Range | None = None


class _Answer(msgspec.Struct):
    diagnostics: list[_Diagnostic]


@dataclass(frozen=True, slots=True)
class Validated:
    """Findings by path (their tree is the module's), and why something was left out."""

    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()


class Validator:
    """Remembers the answers of the modules that it saw last; one module at a time."""

    def __init__(self, *, kept: int) -> None:
        self._kept: LRUCache[str, Validated] = LRUCache(maxsize=kept)
        self._one = asyncio.Lock()

    async def validate(self, modules: Sequence[Module], bench: Bench) -> Validated:
        """What is wrong with these modules, and which were left out."""
        if bench.tools.terraform is None:
            return Validated((), ("Terraform is not installed here.",))
        if not bench.isolated:
            return Validated((), ("It runs foreign programs, and bubblewrap does not work here.",))
        if not bench.tools.mirrors:
            return Validated((), (_NO_MIRROR,))
        ends_s = time.monotonic() + bench.limits.validations_s
        findings: list[Finding] = []
        reasons: dict[str, None] = {}
        for module in modules:
            done = await self._validate(module, bench, ends_s)
            findings += (replace(finding, tree=module.tree) for finding in done.findings)
            reasons |= dict.fromkeys(done.reasons)
        return Validated(tuple(findings), tuple(reasons))

    async def _validate(self, module: Module, bench: Bench, ends_s: float) -> Validated:
        hindrance = _hindrance(module, bench)
        if hindrance:
            return _left_out(module, hindrance)
        async with self._one:
            known = self._kept.get(module.digest)
            if known is not None:
                return known
            if time.monotonic() > ends_s:
                return _left_out(module, "others have taken all the time there is")
            try:
                done = await _run(module, bench)
            except CouldNotRun as error:
                return _left_out(module, f"it could not be validated: {_inner(str(error))}")
            if not done.reasons:
                self._kept[module.digest] = done
            return done


_NO_MIRROR: Final = (
    "There is no mirror of providers here; name its folder in TF_PLUGIN_MIRROR_DIR, or in "
    "Terraform's own configuration as a filesystem_mirror."
)


def _hindrance(module: Module, bench: Bench) -> str:
    if module.hindrance:
        return module.hindrance
    if sum(len(file.content) for file in module.files) > bench.limits.tree_bytes:
        return "it is too large"
    return ""


def _left_out(module: Module, why: str) -> Validated:
    where = plain(module.folder, longest=100) or "the top folder"
    return Validated((), (f"The module in {where} was left out: {why}.",))


def _inner(text: str) -> str:
    return f"{text[:1].lower()}{text[1:].rstrip('.')}"


async def _run(module: Module, bench: Bench) -> Validated:
    terraform = bench.tools.terraform
    assert terraform is not None  # noqa: S101  # asked for by the caller
    inside = {f"tree/{file.path}": file.content for file in module.files}
    inside[_RC] = _configuration(bench.tools.mirrors)
    async with bench.laid_out(inside) as folder:
        work = folder / "work"
        ended = await bench.run(
            Order(
                program=_SHELL,
                arguments=("-c", _STEPS, "sh", str(terraform)),
                folder=folder,
                below=posixpath.join("tree", module.folder),
                bounds=_bounds(bench),
                readable=(terraform, *bench.tools.mirrors),
                environment={
                    "TF_CLI_CONFIG_FILE": str(work / _RC),
                    "TF_DATA_DIR": str(work / "data"),
                    "TF_IN_AUTOMATION": "1",
                    "CHECKPOINT_DISABLE": "1",
                },
                writes=True,
            )
        )
    if ended.code not in (0, _FOUND):
        raise CouldNotRun("It failed.")
    try:
        answer = msgspec.json.decode(ended.out, type=_Answer)
    except msgspec.MsgspecError:
        raise CouldNotRun("Its answer is of a kind that this version does not know.") from None
    return _judged(answer.diagnostics, module)


def _configuration(mirrors: Sequence[Path]) -> bytes:
    """Providers from the mirrors and from nowhere else."""
    blocks = "".join(
        f"  filesystem_mirror {{\n    path = {_quoted(str(mirror))}\n  }}\n" for mirror in mirrors
    )
    return f"disable_checkpoint = true\nprovider_installation {{\n{blocks}}}\n".encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${")
    return f'"{escaped}"'


def _bounds(bench: Bench) -> Bounds:
    limits = bench.limits
    return Bounds(
        wall_s=limits.validate_wall_s,
        cpu_s=limits.validate_cpu_s,
        memory_bytes=limits.validate_memory_bytes,
        written_bytes=limits.validate_written_bytes,
        output_bytes=limits.output_bytes,
    )


def _judged(diagnostics: Sequence[_Diagnostic], module: Module) -> Validated:
    findings = list(_findings(diagnostics, module))
    reasons = [why for each in diagnostics if (why := _lacking(each))]
    if reasons:
        return Validated(tuple(findings), _left_out(module, reasons[0]).reasons)
    return Validated(tuple(findings))


def _lacking(diagnostic: _Diagnostic) -> str:
    """Why the machine is to blame; empty where the module is."""
    for summary, why in _LACKING:
        if diagnostic.summary.startswith(summary):
            provider = _PROVIDER.search(diagnostic.detail)
            if provider is not None:
                return f"no mirror here has the provider {provider[1]} in the version it asks for"
            return why or "a provider that it needs is not here"
    return ""


def _findings(diagnostics: Sequence[_Diagnostic], module: Module) -> Iterator[Finding]:
    paths = {file.path for file in module.files}
    for each in diagnostics:
        if _lacking(each):
            continue
        path, line, column = module.folder or ".", 0, 0
        if each.range is not None:
            path = posixpath.normpath(posixpath.join(module.folder, each.range.filename))
            line, column = each.range.start.line, each.range.start.column
        if path not in paths:
            path, line, column = _first_file(module), 0, 0
        severity: Severity = "error" if each.severity == "error" else "warning"
        yield Finding(
            tree=module.tree,
            path=path,
            line=line,
            column=column,
            rule="terraform-validate",
            severity=severity,
            message=" ".join(f"{each.summary}: {each.detail}".strip(": ").split()),
        )


def _first_file(module: Module) -> str:
    return next(file.path for file in module.files if posixpath.dirname(file.path) == module.folder)
