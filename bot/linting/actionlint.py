"""actionlint over workflows: what GitHub would refuse, and what would fail at run time.

A workflow that uses an action or a workflow of its own repository is looked at beside
them, once for each set of them; any other is looked at once. Shell in ``run`` goes
through shellcheck where both are kept apart: actionlint lets it follow ``source``.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bot.linting.bench import Bench
from bot.linting.distinct import Seen, Trees, is_usable
from bot.linting.finding import Finding, LintFile
from bot.linting.github_files import is_action, is_workflow
from bot.linting.isolation import Order
from bot.linting.run_apart import CouldNotRun
from bot.linting.shell_rules import judged
from bot.problems import Severity

NAME: Final = "actionlint"
_FOUND: Final = 1
_WORKFLOWS: Final = ".github/workflows"
_USES_ITS_OWN: Final = re.compile(rb"uses:\s*['\"]?(?:\./|\$/)")
_SHELL: Final = re.compile(
    r"shellcheck reported issue in this script: SC(\d+):(\w+):(\d+):\d+: (.*)", re.DOTALL
)
# Its lists of runners and of popular actions are as old as its release and know nothing of
# a company's own; the rest of these GitHub accepts.
_MILD: Final = re.compile(
    r'label ".*" is unknown'
    r'|(?:input ".*" is not defined in|missing input ".*" which is required by) action "[^"]*@'
    r"|the runner of .* action is too old|workflow command .* was deprecated"
    r"|section should not be empty\. please remove"
)
# The length of a queue, which GitHub knows since 2026.
_NEWER_THAN_IT: Final = re.compile(r'unexpected key "queue" for "concurrency" section')
_LISTS: Final = re.compile(r"[.,]? (?:available labels are|in object type \{).*", re.DOTALL)


class _Said(msgspec.Struct):
    message: str
    filepath: str
    line: int
    column: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """A workflow and what of its tree it is looked at beside."""

    file: Seen
    beside: tuple[LintFile, ...] = ()


def concerns(file: Seen) -> bool:
    """Whether actionlint reads the file."""
    return is_workflow(file.path)


def shell_checker(bench: Bench) -> Path | None:
    """What looks at the shell in workflows; None where nothing may or can."""
    can = bench.isolated and bench.tools.actionlint is not None
    return bench.tools.shellcheck if can else None


async def lint(files: Sequence[Seen], trees: Trees, bench: Bench) -> list[Finding]:
    """What actionlint found in all these workflows, read in one process.

    Raises:
        CouldNotRun: it gave no answer.
    """
    if bench.tools.actionlint is None:
        raise CouldNotRun("It is not installed here.")
    subjects = {str(n): subject for n, subject in enumerate(_subjects(files, trees))}
    names = {place: f"{place}/{_name(subject)}" for place, subject in subjects.items()}
    laid = dict(_laid(subjects, names))
    checker = shell_checker(bench)
    async with bench.laid_out(laid) as folder:
        ended = await bench.run(
            Order(
                program=bench.tools.actionlint,
                arguments=(
                    *("-format", "{{json .}}", "-no-color", "-pyflakes="),
                    *(f"-shellcheck={checker or ''}", *names.values()),
                ),
                folder=folder,
                bounds=bench.bounds,
                readable=(checker,) if checker else (),
                environment={},
            )
        )
        ours = f"{folder / 'work'}/"
    if ended.code not in (0, _FOUND):
        raise CouldNotRun("It failed, and has looked at nothing.")
    return list(_findings(ended.out, subjects, ours))


def _subjects(files: Sequence[Seen], trees: Trees) -> Iterator[_Subject]:
    wanted = {(file.path, file.content) for file in files}
    seen: set[tuple[str, bytes, str]] = set()
    for tree, its_files in trees.items():
        beside = tuple(each for each in its_files if _is_beside(each.path))
        digest = _digest(beside)
        for file in its_files:
            if (file.path, file.content) not in wanted:
                continue
            own = _USES_ITS_OWN.search(file.content) is not None
            key = (file.path, file.content, digest if own else "")
            if key not in seen:
                seen.add(key)
                yield _Subject(Seen(tree, file.path, file.content), beside if own else ())


def _is_beside(path: str) -> bool:
    return (is_workflow(path) or is_action(path)) and is_usable(path)


def _digest(files: Sequence[LintFile]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        digest.update(f"{file.path}\0{len(file.content)}\0".encode())
        digest.update(file.content)
    return digest.hexdigest()


def _name(subject: _Subject) -> str:
    """Its own path where it stands beside others; otherwise a name of ours."""
    own = subject.file.path if subject.beside and is_usable(subject.file.path) else "workflow.yml"
    return own if own.startswith(_WORKFLOWS) else f"{_WORKFLOWS}/{own}"


def _laid(
    subjects: Mapping[str, _Subject], names: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    for place, subject in subjects.items():
        if subject.beside:
            yield f"{place}/.git/HEAD", b""  # this is how it knows a repository's root
        for file in subject.beside:
            yield f"{place}/{file.path}", file.content
        yield names[place], subject.file.content


def _findings(answer: bytes, subjects: Mapping[str, _Subject], ours: str) -> Iterator[Finding]:
    try:
        found = msgspec.json.decode(answer, type=list[_Said])
    except msgspec.MsgspecError:
        raise CouldNotRun("Its answer is of a kind that this version does not know.") from None
    for said in found:
        place = posixpath.normpath(said.filepath).split("/")[0]
        if place in subjects and not _NEWER_THAN_IT.search(said.message):
            said.message = _LISTS.sub("", said.message.replace(f"{ours}{place}/", ""))
            yield from _judged(said, subjects[place].file)


def _judged(said: _Said, file: Seen) -> Iterator[Finding]:
    shell = _SHELL.match(said.message)
    severity: Severity | None
    if shell is None:
        severity = "warning" if _MILD.search(said.message) else "error"
        rule, message = f"{NAME}-{said.kind}", said.message
    else:
        code, level, line, remark = shell.groups()
        rule, severity = f"shellcheck-SC{code}", judged(int(code), level)
        message = f"In line {line} of the script: {remark}"
    if severity is not None:
        yield file.finding(rule, severity, message, line=max(said.line, 1), column=said.column)
