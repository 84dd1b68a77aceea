"""shellcheck over scripts, found by their names and first lines.

A script's own ``# shellcheck disable`` is obeyed, except for errors about quoting: a
script that holds one is looked at a second time without it, and only those errors are
taken from there. ``.shellcheckrc`` is never read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from bot.linting.bench import Bench
from bot.linting.distinct import Seen
from bot.linting.finding import Finding
from bot.linting.isolation import Order
from bot.linting.run_apart import CouldNotRun
from bot.linting.shell_rules import LEFT_ALONE, NEVER_SILENT, judged

NAME: Final = "shellcheck"
_FOUND: Final = 1
_SUFFIXES: Final = (".sh", ".bash", ".ksh", ".dash", ".bats")
_SHELLS: Final = frozenset({"sh", "bash", "dash", "ksh", "ash", "busybox", "bats"})
_FIRST_LINE: Final = re.compile(rb"#![ \t]*(?P<program>\S+)(?P<words>[^\n]{0,200})")
_DISABLE: Final = re.compile(rb"(?m)^([^\S\n]*#[^\S\n]*shellcheck\b[^\n]*?)\bdisable=")
_OPTIONS: Final = (
    *("--norc", "--format=json1", "--color=never"),
    f"--exclude={','.join(f'SC{code}' for code in sorted(LEFT_ALONE))}",
)


class _Comment(msgspec.Struct):
    file: str
    line: int
    column: int
    level: str
    code: int
    message: str


class _Answer(msgspec.Struct):
    comments: list[_Comment]


def concerns(file: Seen) -> bool:
    """Whether the file is a script for a shell that shellcheck knows.

    Its first line says so; where there is none, its name does.
    """
    if not file.content.startswith(b"#!"):
        return file.path.lower().endswith(_SUFFIXES)
    match = _FIRST_LINE.match(file.content)
    return match is not None and _shell(match) in _SHELLS


def _shell(match: "re.Match[bytes]") -> str:
    """``bash`` of ``#!/usr/bin/env -S bash -eu``."""
    name = match["program"].decode("ascii", "replace").rpartition("/")[2]
    if name != "env":
        return name
    words = match["words"].decode("ascii", "replace").split()
    programs = (word for word in words if not word.startswith("-") and "=" not in word)
    return next(programs, "").rpartition("/")[2]


async def lint(files: Sequence[Seen], bench: Bench) -> list[Finding]:
    """What shellcheck found in all these scripts, read in one process.

    Raises:
        CouldNotRun: it gave no answer.
    """
    if bench.tools.shellcheck is None:
        raise CouldNotRun("It is not installed here.")
    places = dict(_places(files))
    async with bench.laid_out(dict(_contents(places))) as folder:
        ended = await bench.run(
            Order(
                program=bench.tools.shellcheck,
                arguments=(*_OPTIONS, *places),
                folder=folder,
                bounds=bench.bounds,
                environment={},
            )
        )
    if ended.code not in (0, _FOUND):
        raise CouldNotRun("It failed, and has looked at nothing.")
    return list(_findings(ended.out, places))


def _places(files: Sequence[Seen]) -> Iterator[tuple[str, Seen]]:
    """Names of ours; ``u`` is a script whose comments are to silence nothing."""
    for number, file in enumerate(files):
        suffix = next((each for each in _SUFFIXES if file.path.lower().endswith(each)), "")
        yield f"s{number}{suffix}", file
        if _DISABLE.search(file.content):
            yield f"u{number}{suffix}", file


def _contents(places: Mapping[str, Seen]) -> Iterator[tuple[str, bytes]]:
    for place, file in places.items():
        loud = place.startswith("u")
        yield place, _DISABLE.sub(rb"\1disables=", file.content) if loud else file.content


def _findings(answer: bytes, places: Mapping[str, Seen]) -> Iterator[Finding]:
    try:
        comments = msgspec.json.decode(answer, type=_Answer).comments
        for comment in comments:
            finding = _finding(comment, places[comment.file])
            loud = comment.file.startswith("u")
            if finding is not None and (not loud or comment.code in NEVER_SILENT):
                yield finding
    except (msgspec.MsgspecError, KeyError):
        raise CouldNotRun("Its answer is of a kind that this version does not know.") from None


def _finding(comment: _Comment, file: Seen) -> Finding | None:
    severity = judged(comment.code, comment.level)
    if severity is None:
        return None
    rule = f"{NAME}-SC{comment.code}"
    return file.finding(rule, severity, comment.message, line=comment.line, column=comment.column)
