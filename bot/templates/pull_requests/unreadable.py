"""What a listing alone tells is wrong with a template's folder, before a byte is read.

Links and submodules point outside of the commit, and a folder of many thousand files
would cost as many requests: neither is fetched.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.github.port import TreeEntry
from bot.problems import Problem
from bot.templates.folder import MOST_BYTES, MOST_FILES

_KINDS: Final = {"link": "symbolic link", "submodule": "submodule"}


def unreadable(entries: Mapping[str, TreeEntry]) -> Iterator[Problem]:
    """One problem for each link and submodule, and for a folder that is too large."""
    for path, entry in sorted(entries.items()):
        if entry.kind in _KINDS:
            yield Problem(
                path=path,
                line=1,
                column=1,
                rule="symlink",
                message=f"This is a {_KINDS[entry.kind]}; put a regular file here, because what "
                "it points to is not part of the commit.",
            )
    size_bytes = sum(entry.size_bytes for entry in entries.values())
    if len(entries) > MOST_FILES:
        yield _whole("too-many-files", f"There are more than {MOST_FILES:,} files.")
    if size_bytes > MOST_BYTES:
        megabytes = MOST_BYTES // 1_000_000
        yield _whole("too-large", f"The files have more than {megabytes} MB together.")


def _whole(rule: str, message: str) -> Problem:
    return Problem(
        path=".", line=1, column=1, rule=rule, message=f"{message} Remove what can be generated."
    )
