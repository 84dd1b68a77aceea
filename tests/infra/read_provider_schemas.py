"""Writes tests/data/provider_schemas.json: what Google's and Azure's providers take.

Their providers cannot be had here. Third parties publish bindings that were made from the
providers' own schemas; of these only the resources that ``infra/service`` uses are read, with
``ast``, and nothing of them runs. Again, when a resource is added:

    pip download --no-deps --dest wheels \\
        cdktf-cdktf-provider-google==16.12.1 cdktf-cdktf-provider-azurerm==14.23.1
    python -m tests.infra.read_provider_schemas wheels/*.whl
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from bot.written import HclBlock, read_hcl
from tests.infra.projects import SERVICE

SCHEMAS: Final = Path(__file__).parents[1] / "data" / "provider_schemas.json"
_META: Final = frozenset(
    {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
)
_CLOUD_OF: Final = {"google": "google", "azurerm": "azure"}
_INNER: Final = re.compile(r"Union\[.*?'(\w+)', typing\.Dict")


class Bindings:
    """One module of a wheel: a resource, a data source or the provider itself."""

    def __init__(self, source: bytes) -> None:
        classes = [each for each in ast.parse(source).body if isinstance(each, ast.ClassDef)]
        self._classes = {each.name: each for each in classes}
        self._top = classes[0].name

    def schema(self) -> dict[str, Any]:
        """Its arguments and blocks, and all that can be read of it."""
        read = [
            node.name
            for node in self._classes[self._top].body
            if isinstance(node, ast.FunctionDef) and _is_property(node)
        ]
        own = {name for name in read if not name.endswith("_input")} - _META
        return {**self._body(self._top), "read": sorted(own)}

    def _body(self, name: str) -> dict[str, Any]:
        arguments: dict[str, bool] = {}
        blocks: dict[str, Any] = {}
        for argument, required, annotation in self._parameters(name):
            inner = _INNER.search(annotation)
            if inner is None:
                arguments[argument] = required
            else:
                blocks[argument] = {
                    "required": required,
                    "many": "Sequence" in annotation,
                    **self._body(inner[1]),
                }
        return {"arguments": arguments, "blocks": blocks}

    def _parameters(self, name: str) -> Iterator[tuple[str, bool, str]]:
        """Name, whether it is required, and type."""
        made = next(
            node
            for node in self._classes[name].body
            if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        )
        for given, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True):
            if given.arg not in _META:
                assert given.annotation is not None
                yield given.arg, default is None, ast.unparse(given.annotation)


def _is_property(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(each) == "builtins.property" for each in node.decorator_list)


def used(provider: str) -> list[str]:
    """What our files use of it, as ``resource google_…``, ``data google_…`` and ``provider …``."""
    found: set[str] = set()
    for path in (SERVICE / _CLOUD_OF[provider]).rglob("*.tf"):
        for block in read_hcl(path.read_text(), path=path.name, limit_bytes=100_000).blocks:
            if _is_of(block, provider):
                found.add(f"{block.kind} {block.labels[0]}")
    return sorted(found)


def _is_of(block: HclBlock, provider: str) -> bool:
    if block.kind == "provider":
        return block.labels == (provider,)
    return block.kind in ("resource", "data") and block.labels[0].startswith(f"{provider}_")


def _module(name: str, provider: str) -> str:
    kind, label = name.split()
    if kind == "provider":
        return "provider"
    return label.removeprefix(f"{provider}_") if kind == "resource" else f"data_{label}"


def main(wheels: list[str]) -> None:
    """Write the file anew from these wheels."""
    schemas: dict[str, Any] = {}
    for wheel in wheels:
        package = Path(wheel).name.split("-")[0]
        provider = package.rsplit("_", 1)[1]
        with ZipFile(wheel) as packed:
            for name in used(provider):
                source = packed.read(f"{package}/{_module(name, provider)}/__init__.py")
                schemas[name] = Bindings(source).schema()
    lines = (f"{json.dumps(name)}: {json.dumps(schemas[name])}" for name in sorted(schemas))
    SCHEMAS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
