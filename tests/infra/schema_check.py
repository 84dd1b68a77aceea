"""Stands in for ``terraform validate`` where a provider cannot be had.

Every resource, data source and provider of Google and Azure is held against what third parties
say of the providers' schemas (see ``read_provider_schemas``): its arguments, its blocks at any
depth, and which of both are required; and every name that an expression reads must be declared.
Types and values are not looked at.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from bot.written import HclBlock, Place, read_hcl
from tests.infra.read_provider_schemas import SCHEMAS

_CLOUDS: Final = ("google", "azurerm")
_META_ARGUMENTS: Final = frozenset({"count", "depends_on", "for_each", "provider"})
_META_BLOCKS: Final = frozenset({"lifecycle", "provisioner", "connection"})
_READ: Final = re.compile(
    r"(?<![\w.-])(?P<data>data\.)?(?P<kind>var|local|module|(?:google|azurerm|terraform)_\w+)"
    r"\.(?P<name>\w+)(?:\[[^\]]*\])?(?:\.(?P<attribute>\w+))?"
)
_LIMIT_BYTES: Final = 200_000


class Fault(NamedTuple):
    """What is wrong, and where."""

    path: str
    line: int
    message: str


@dataclass(slots=True)
class _Module:
    """One folder: its blocks with their files, and the names that it declares."""

    blocks: list[tuple[str, HclBlock]] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    calls: dict[str, str] = field(default_factory=dict)  # name of a module → its folder


def faults(files: Mapping[str, str]) -> list[Fault]:
    """All that is wrong in these files, by path and line."""
    schemas: dict[str, Any] = json.loads(SCHEMAS.read_text())
    modules = _modules(files)
    found: list[Fault] = []
    for module in modules.values():
        for path, block in module.blocks:
            found += _declared_faults(path, block, schemas)
            found += _read_faults(path, block, module, modules, schemas)
    return sorted(set(found))


def _modules(files: Mapping[str, str]) -> dict[str, _Module]:
    modules: dict[str, _Module] = {}
    for path, text in files.items():
        folder = posixpath.dirname(path)
        module = modules.setdefault(folder, _Module())
        for block in read_hcl(text, path=path, limit_bytes=_LIMIT_BYTES).blocks:
            module.blocks.append((path, block))
            _declare(module, folder, block)
    return modules


def _declare(module: _Module, folder: str, block: HclBlock) -> None:
    match block.kind, block.labels:
        case "variable", (name,):
            module.declared.add(f"var.{name}")
        case "locals", ():
            module.declared |= {f"local.{name}" for name in block.arguments}
        case "output", (name,):
            module.outputs.add(name)
        case "module", (name,):
            module.declared.add(f"module.{name}")
            module.calls[name] = posixpath.normpath(
                posixpath.join(folder, block.text("source") or "")
            )
        case "resource", (kind, name):
            module.declared.add(f"{kind}.{name}")
        case "data", (kind, name):
            module.declared.add(f"data.{kind}.{name}")


def _declared_faults(path: str, block: HclBlock, schemas: Mapping[str, Any]) -> Iterator[Fault]:
    label = block.labels[0] if block.labels else ""
    if block.kind not in ("resource", "data", "provider") or label.split("_")[0] not in _CLOUDS:
        return
    schema = schemas.get(f"{block.kind} {label}")
    if schema is None:
        yield Fault(path, block.place.line, f"{block.kind} {label} is not known")
    else:
        yield from _body_faults(path, block, schema, f"{block.kind} {label}")


def _body_faults(
    path: str, body: HclBlock, schema: Mapping[str, Any], where: str
) -> Iterator[Fault]:
    arguments, blocks = schema["arguments"], schema["blocks"]
    given: dict[str, list[tuple[Place, HclBlock]]] = {}
    for block in body.blocks:
        if block.kind == "dynamic":
            content = next(each for each in block.blocks if each.kind == "content")
            given.setdefault(block.labels[0], []).append((block.place, content))
        elif block.kind not in _META_BLOCKS:
            given.setdefault(block.kind, []).append((block.place, block))
    for argument in body.arguments.values():
        if argument.name not in arguments and argument.name not in _META_ARGUMENTS:
            what = "is a block" if argument.name in blocks else "is not known"
            yield Fault(path, argument.place.line, f"{where}: {argument.name} {what}")
    for name, its in given.items():
        for place, inner in its:
            if name in blocks:
                yield from _body_faults(path, inner, blocks[name], f"{where}, {name}")
            else:
                what = "is an argument" if name in arguments else "is not known"
                yield Fault(path, place.line, f"{where}: {name} {what}")
        if name in blocks and not blocks[name]["many"] and len(its) > 1:
            yield Fault(path, its[1][0].line, f"{where}: {name} stands twice")
    missing = [name for name, required in arguments.items()
               if required and name not in body.arguments]  # fmt: skip
    missing += [name for name, block in blocks.items() if block["required"] and name not in given]
    for name in missing:
        yield Fault(path, body.place.line, f"{where}: {name} is required")


def _read_faults(
    path: str,
    block: HclBlock,
    module: _Module,
    modules: Mapping[str, _Module],
    schemas: Mapping[str, Any],
) -> Iterator[Fault]:
    for each in (block, *block.walk()):
        for argument in each.arguments.values():
            for read in _READ.finditer(argument.expression):
                if what := _unreadable(read, module, modules, schemas):
                    yield Fault(path, argument.place.line, what)


def _unreadable(
    read: "re.Match[str]",
    module: _Module,
    modules: Mapping[str, _Module],
    schemas: Mapping[str, Any],
) -> str:
    """Why that cannot be read, empty where it can."""
    kind, name, attribute = read["kind"], read["name"], read["attribute"]
    full = f"{read['data'] or ''}{kind}.{name}"
    if full not in module.declared:
        return f"{full} is not declared"
    if kind == "module":
        its = modules.get(module.calls[name])
        if its is None:
            return f"the folder of {full} is not there"
        return f"{full} has no output {attribute}" if attribute not in its.outputs else ""
    schema = schemas.get(f"{'data' if read['data'] else 'resource'} {kind}")
    if schema is not None and attribute and attribute not in schema["read"]:
        return f"{full} has no {attribute}"
    return ""
