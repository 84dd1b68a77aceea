"""Which modules of which trees are worth a ``terraform validate``, each only once.

A module is a folder with ``.tf`` files that no other folder calls; those that it calls
are validated with it. Two trees with the same files in these folders have one module.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.linting.distinct import Seen, Trees, is_usable
from bot.linting.finding import LintFile
from bot.linting.terraform_files import (
    CONFIGURATION,
    ModuleCall,
    ReadFile,
    called,
    folder_of,
    roots,
)

# Functions that read other files while a module is validated.
_READS_FILES: Final = re.compile(rb"\b(?:file\w*|templatefile)\s*\(")
_NOT_GIVEN: Final = re.compile(r"(?:^|/)(?:\.terraform(?:/|\.lock\.hcl$)|\.terraformrc$)")

Readings = Mapping[tuple[str, bytes], ReadFile]


@dataclass(frozen=True, slots=True)
class Module:
    """A folder of the first tree that has it so, with all the files that it needs.

    ``hindrance`` says why it cannot be validated, whatever is in it; empty as a rule.
    """

    tree: str
    folder: str
    files: tuple[LintFile, ...]
    digest: str
    hindrance: str = ""


def modules(trees: Trees, readings: Readings) -> Iterator[Module]:
    """Each module once, in the order of the trees."""
    seen: set[str] = set()
    for name, files in trees.items():
        tree = _Tree(name, files, _by_folder(files), readings)
        for folder in roots({each: tree.called_by(each) for each in tree.own}):
            module = tree.module(folder)
            if module.digest not in seen:
                seen.add(module.digest)
                yield module


def missing_modules(trees: Trees, readings: Readings) -> Iterator[tuple[Seen, ModuleCall]]:
    """Calls of folders in which no module is; each once, in the first tree that has it so."""
    seen: set[tuple[str, bytes, ModuleCall]] = set()
    for name, files in trees.items():
        tree = _Tree(name, files, _by_folder(files), readings)
        for folder, its in tree.own.items():
            for file in its:
                for call in tree.calls(file):
                    missing = call.is_local and called(folder, call.source) not in tree.own
                    if missing and (file.path, file.content, call) not in seen:
                        seen.add((file.path, file.content, call))
                        yield Seen(name, file.path, file.content), call


def _by_folder(files: Sequence[LintFile]) -> dict[str, list[LintFile]]:
    found: dict[str, list[LintFile]] = {}
    for file in sorted(files, key=lambda file: file.path):
        if file.path.endswith(CONFIGURATION) and not _NOT_GIVEN.search(file.path):
            found.setdefault(folder_of(file.path), []).append(file)
    return found


@dataclass(frozen=True, slots=True)
class _Tree:
    """``own`` are the files of each folder that has a module in it."""

    name: str
    files: Sequence[LintFile]
    own: Mapping[str, Sequence[LintFile]]
    readings: Readings

    def calls(self, file: LintFile) -> tuple[ModuleCall, ...]:
        reading = self.readings.get((file.path, file.content))
        return reading.calls if reading else ()

    def called_by(self, folder: str) -> frozenset[str]:
        """The folders of the tree that a folder's module calls, whatever is in them."""
        found = (
            called(folder, call.source)
            for file in self.own.get(folder, ())
            for call in self.calls(file)
            if call.is_local
        )
        return frozenset(each for each in found if each is not None)

    def module(self, folder: str) -> Module:
        configuration = [file for each in self._reached(folder) for file in self.own.get(each, ())]
        needs_others = any(_READS_FILES.search(file.content) for file in configuration)
        given = self.files if needs_others else configuration
        kept = [f for f in given if is_usable(f.path) and not _NOT_GIVEN.search(f.path)]
        kept.sort(key=lambda file: file.path)
        hindrance = self._hindrance(configuration)
        return Module(self.name, folder, tuple(kept), _digest(folder, kept), hindrance)

    def _reached(self, folder: str) -> list[str]:
        """The folder, and all that it calls or that these call."""
        found, waiting = {folder}, [folder]
        while waiting:
            for each in self.called_by(waiting.pop()) - found:
                found.add(each)
                waiting.append(each)
        return sorted(found)

    def _hindrance(self, files: Sequence[LintFile]) -> str:
        for file in files:
            if not is_usable(file.path):
                return "one of its files has a name that is not used on a disk"
            reading = self.readings.get((file.path, file.content))
            if reading is None or reading.broken:
                return "one of its files cannot be read"
            for call in self.calls(file):
                if not call.is_local:
                    return "modules are not fetched, and it calls one from elsewhere"
                if called(folder_of(file.path), call.source) not in self.own:
                    return "a module that it calls is not in the project"
        return ""


def _digest(folder: str, files: Sequence[LintFile]) -> str:
    digest = hashlib.sha256(folder.encode("utf-8", "surrogateescape") + b"\0")
    for file in files:
        digest.update(f"{file.path}\0{len(file.content)}\0".encode())
        digest.update(file.content)
    return digest.hexdigest()
