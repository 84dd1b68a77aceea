"""Terraform that would make something which nobody could be charged for.

Cost is told apart by tags (labels at Google): cost center, team, and who stands
behind the team. A provider can put them on everything by itself; a module that is
called from elsewhere takes them from its caller. What cannot be known without
running Terraform (a data source, another module's output) counts as good.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.problems import ProblemsFound
from bot.reading.found import Found
from bot.written import HclArgument, HclBlock, code, read_hcl

_LIMIT_BYTES: Final = 500_000
_SKIPPED: Final = frozenset({"examples", "example", "tests", "test", ".terraform"})
_NEEDED: Final = (("cost_center",), ("team",), ("business_unit", "owner"))
_CLOUDS: Final = {
    "aws": "aws_",
    "google": "google_",
    "google-beta": "google_",
    "azurerm": "azurerm_",
}
_TAGS: Final = ("tags", "labels")
_TAG_VARIABLE: Final = re.compile(r"tags|labels")
_DEEPEST: Final = 5

Placed = tuple[str, Found]


@dataclass(slots=True)
class _Folder:
    """What the files of one module declare."""

    providers: list[tuple[str, HclBlock]] = field(default_factory=list)
    resources: list[tuple[str, HclBlock]] = field(default_factory=list)
    locals: dict[str, HclArgument] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)

    def of(self, cloud: str) -> list[tuple[str, HclBlock]]:
        """The resources of that provider."""
        return [each for each in self.resources if each[1].labels[0].startswith(_CLOUDS[cloud])]


def cost_tags(files: Mapping[str, str]) -> Iterator[Placed]:
    """Path and place of each provider, resource or map of tags that leaves one out.

    ``files`` are a project's, by path; those that are not Terraform's are skipped, and
    where one cannot be read nothing is said of its folder.
    """
    folders = _read(files)
    called = {
        posixpath.normpath(posixpath.join(folder, call))
        for folder, found in folders.items()
        for call in found.calls
    }
    for name, folder in sorted(folders.items()):
        configured = {cloud for cloud in _CLOUDS for _, each in folder.providers
                      if each.labels[:1] == (cloud,)}  # fmt: skip
        for cloud in configured:
            yield from _configured(folder, cloud)
        if not configured and posixpath.normpath(name or ".") not in called:
            yield from _unconfigured(folder)


def _read(files: Mapping[str, str]) -> dict[str, _Folder]:
    folders: dict[str, _Folder] = {}
    unreadable: set[str] = set()
    for path, text in sorted(files.items()):
        name = posixpath.dirname(path)
        if not path.endswith(".tf") or _SKIPPED & set(path.split("/")):
            continue
        try:
            body = read_hcl(text, path=path, limit_bytes=_LIMIT_BYTES)
        except ProblemsFound:
            unreadable.add(name)
            continue
        _declare(folders.setdefault(name, _Folder()), path, body)
    return {name: folder for name, folder in folders.items() if name not in unreadable}


def _declare(folder: _Folder, path: str, body: HclBlock) -> None:
    for block in body.blocks:
        if block.kind == "provider" and block.labels[:1] and block.labels[0] in _CLOUDS:
            folder.providers.append((path, block))
        elif block.kind == "resource" and len(block.labels) == 2:
            folder.resources.append((path, block))
        elif block.kind == "locals":
            folder.locals.update(block.arguments)
        elif block.kind == "variable":
            folder.variables.update(block.labels[:1])
        elif block.kind == "module" and (block.text("source") or "").startswith("."):
            folder.calls.add(str(block.text("source")))


def _configured(folder: _Folder, cloud: str) -> Iterator[Placed]:
    """The provider's own tags count; without them each resource needs its own."""
    for path, provider in folder.providers:
        if provider.labels[0] != cloud:
            continue
        given = _default_tags(provider)
        if given is None:
            if not _all_tagged(folder, cloud):
                yield _placed(path, provider.place.line, _sentence(cloud, _missing(folder, None)))
        elif missing := _missing(folder, given):
            yield _placed(path, given.place.line, _sentence("", missing))


def _default_tags(provider: HclBlock) -> HclArgument | None:
    for block in provider.blocks:
        if block.kind == "default_tags":
            return block.arguments.get("tags")
    return provider.arguments.get("default_labels")


def _all_tagged(folder: _Folder, cloud: str) -> bool:
    tagged = [_is_tagged(folder, block) for _, block in folder.of(cloud)]
    if cloud == "azurerm":  # many of its resources cannot be tagged at all
        return any(tagged) or not tagged
    return all(tagged)


def _is_tagged(folder: _Folder, resource: HclBlock) -> bool:
    given = next((resource.arguments[name] for name in _TAGS if name in resource.arguments), None)
    return given is not None and not _missing(folder, given)


def _unconfigured(folder: _Folder) -> Iterator[Placed]:
    """A module for others: tags come in by a variable, or stand at the resources."""
    if any(_TAG_VARIABLE.search(name) for name in folder.variables):
        return
    for cloud in ("aws", "google", "azurerm"):
        resources = folder.of(cloud)
        if resources and not any(_is_tagged(folder, block) for _, block in resources):
            path, first = resources[0]
            yield _placed(path, first.place.line, _sentence("module", _missing(folder, None)))


def _missing(folder: _Folder, given: HclArgument | None) -> Sequence[str]:
    """What is needed and surely not among the keys of these tags."""
    keys: set[str] = set()
    if given is not None and not _collect(folder, given, keys, _DEEPEST):
        return []
    return [
        " or ".join(code(name) for name in names)
        for names in _NEEDED
        if not keys & {_plain(name) for name in names}
    ]


def _collect(folder: _Folder, given: HclArgument, keys: set[str], depth: int) -> bool:
    """Add the keys that can be read; False where others may come in from elsewhere."""
    keys |= {_plain(key) for key, _ in given.keys}
    if given.complete:
        return True
    if not given.references or depth == 0:
        return False
    for reference in given.references:
        kind, _, name = reference.partition(".")
        known = folder.locals.get(name.partition(".")[0]) if kind == "local" else None
        if known is None or not _collect(folder, known, keys, depth - 1):
            return False
    return True


def _plain(key: str) -> str:
    """``CostCenter``, ``cost-center`` and ``cost_center`` are one."""
    return re.sub(r"[^a-z]", "", key.lower())


def _placed(path: str, line: int, message: str) -> Placed:
    return path, Found(line=line, rule="cost-tags", message=message)


def _sentence(where: str, missing: Sequence[str]) -> str:
    names = ", ".join(missing)
    mend = {
        "": "Add them to this map.",
        "aws": "Add `default_tags` with them to this provider.",
        "google": "Add `default_labels` with them to this provider.",
        "google-beta": "Add `default_labels` with them to this provider.",
        "azurerm": "Add `tags` with them to the resources, for example from one `locals`.",
        "module": "Take them in by a variable `tags`, and give it to the resources.",
    }[where]
    return f"Nobody could be charged for what is made here: the tags {names} are missing. {mend}"
