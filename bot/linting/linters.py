"""The front: trees in, findings out. Every linter starts once a call, side by side."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

from bot.linting import actionlint, github_files, secrets, shellcheck, terraform, zizmor
from bot.linting.bench import Bench
from bot.linting.distinct import Seen, Trees, distinct, in_order
from bot.linting.finding import Finding, LeftOut, Linted
from bot.linting.isolation import Isolation, detect_isolation
from bot.linting.limits import Limits
from bot.linting.run_apart import CouldNotRun
from bot.linting.terraform_validate import Validator
from bot.linting.tools import Tools, find_tools
from bot.linting.words import plain, sentence, without

_warn = logging.getLogger(__name__).warning

_REPEATS_FILES: Final = ("actionlint-", "shellcheck-", "terraform-validate", "terraform-syntax")
_SHELL_UNSEEN: Final = (
    "Scripts inside workflows are looked at only with actionlint, shellcheck and bubblewrap."
)
_NOT_SHOWN: Final = (
    "The linter's words repeat the file, and are not shown because secrets could not be looked for."
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one linter found, in its own words, and what it could not look at."""

    linter: str
    findings: Sequence[Finding] = ()
    left_out: tuple[LeftOut, ...] = ()


class Linters:
    """Runs foreign linters over strangers' files. Use with ``async with`` or plainly.

    Making one costs nothing; the first ``lint`` looks for the linters and for bubblewrap,
    and no process outlives a call.

    Args:
        tools: where the linters are; None looks beside this Python and on the PATH.
        isolation: how they are kept apart; None finds the best that works here.
        limits: what they may use and are given.
        log: takes one sentence for the operator, in which nothing is a stranger's.
    """

    def __init__(
        self,
        *,
        tools: Tools | None = None,
        isolation: Isolation | None = None,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        log: Callable[[str], None] = _warn,
    ) -> None:
        self._tools, self._isolation, self._limits, self._log = tools, isolation, limits, log
        self._bench: Bench | None = None
        self._starting = asyncio.Lock()
        self._validator = Validator(kept=limits.validations_kept)

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left to end."""

    async def lint(self, trees: Trees) -> Linted:
        """What all linters found in these trees: the same files give the same findings.

        A path with a content is looked at once and named in the first tree that has it.
        A linter that is missing, fails or takes too long is left out with the reason.

        Args:
            trees: the files of each tree, by its name.
        """
        bench = await self._start()
        files = await asyncio.to_thread(distinct, trees)
        async with asyncio.TaskGroup() as group:  # cancelled, each ends its process first
            searching = group.create_task(_secrets(files, bench))
            running = [
                group.create_task(_run(zizmor.NAME, zizmor.concerns, zizmor.lint, files, bench)),
                group.create_task(_actionlint(files, trees, bench)),
                group.create_task(
                    _run(shellcheck.NAME, shellcheck.concerns, shellcheck.lint, files, bench)
                ),
                group.create_task(_terraform(files, trees, bench, self._validator)),
                group.create_task(asyncio.to_thread(_github, trees)),
            ]
        searched, values = searching.result()
        answers = [*(each.result() for each in running), searched]
        return _linted(answers, values, trees, most=bench.limits.findings)

    async def search_secrets(self, trees: Trees) -> Linted:
        """What looks like a secret in these trees, and nothing else.

        For files that are no project yet, such as a template's own: what is written
        there between braces is in no linter's language.
        """
        bench = await self._start()
        files = await asyncio.to_thread(distinct, trees)
        searched, values = await _secrets(files, bench)
        return _linted([searched], values, trees, most=bench.limits.findings)

    async def _start(self) -> Bench:
        async with self._starting:
            if self._bench is None:
                if self._tools is None:
                    self._tools = await asyncio.to_thread(find_tools)
                if self._isolation is None:
                    self._isolation = await asyncio.to_thread(detect_isolation)
                if self._isolation.note:
                    self._log(f"Isolation of linters: {self._isolation.note}")
                slots = asyncio.Semaphore(self._limits.processes)
                self._bench = Bench(self._tools, self._isolation, self._limits, slots)
            return self._bench


async def _run(
    name: str,
    concerns: Callable[[Seen], bool],
    lint: Callable[[Sequence[Seen], Bench], Awaitable[Sequence[Finding]]],
    files: Sequence[Seen],
    bench: Bench,
) -> _Answer:
    """The answer of one linter about the files that concern it; it is not started for none."""
    wanted = [file for file in files if concerns(file)]
    given, left_out = _within(wanted, name, bench.limits)
    if not given:
        return _Answer(name, (), left_out)
    try:
        return _Answer(name, await lint(given, bench), left_out)
    except CouldNotRun as error:
        return _Answer(name, (), (*left_out, LeftOut(name, str(error))))


async def _actionlint(files: Sequence[Seen], trees: Trees, bench: Bench) -> _Answer:
    async def lint(given: Sequence[Seen], bench: Bench) -> Sequence[Finding]:
        return await actionlint.lint(given, trees, bench)

    answer = await _run(actionlint.NAME, actionlint.concerns, lint, files, bench)
    if not any(actionlint.concerns(file) for file in files) or actionlint.shell_checker(bench):
        return answer
    unseen = LeftOut(shellcheck.NAME, _SHELL_UNSEEN)
    return replace(answer, left_out=(*answer.left_out, unseen))


async def _terraform(
    files: Sequence[Seen], trees: Trees, bench: Bench, validator: Validator
) -> _Answer:
    wanted = [file for file in files if terraform.concerns(file)]
    given, left_out = _within(wanted, terraform.NAME, bench.limits)
    if not given:
        return _Answer(terraform.NAME, (), left_out)
    findings, more = await terraform.lint(given, trees, bench, validator)
    return _Answer(terraform.NAME, findings, (*left_out, *more))


def _github(trees: Trees) -> _Answer:
    return _Answer(github_files.NAME, list(github_files.check_github_files(trees)))


async def _secrets(files: Sequence[Seen], bench: Bench) -> tuple[_Answer, frozenset[str] | None]:
    """The answer, and the values to hide; None where another linter may have seen others."""
    texts, text_bytes = bench.limits.texts, bench.limits.text_bytes
    limits = replace(bench.limits, files=texts, file_bytes=text_bytes)
    given, left_out = _within(files, secrets.NAME, limits)
    if not given:
        return _Answer(secrets.NAME, (), left_out), None if left_out else frozenset()
    try:
        found = await secrets.search(given, bench)
    except CouldNotRun as error:
        left_out = (*left_out, LeftOut(secrets.NAME, str(error)))
        return _Answer(secrets.NAME, (), left_out), None
    linted = sum(len(file.content) <= bench.limits.file_bytes for file in files)
    searched = sum(len(file.content) <= bench.limits.file_bytes for file in given)
    values = found.values if linted == searched else None
    return _Answer(secrets.NAME, found.findings, left_out), values


def _within(
    files: Sequence[Seen], name: str, limits: Limits
) -> tuple[list[Seen], tuple[LeftOut, ...]]:
    """The files that a linter is given, and which others it is not."""
    given: list[Seen] = []
    others: list[Seen] = []
    room_bytes = limits.tree_bytes
    for file in files:
        size_bytes = len(file.content)
        if len(given) < limits.files and size_bytes <= min(limits.file_bytes, room_bytes):
            given.append(file)
            room_bytes -= size_bytes
        else:
            others.append(file)
    if not others:
        return given, ()
    first = plain(others[0].path, longest=100)
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return given, (LeftOut(name, f"Too large or too many to be looked at: {first}{more}."),)


def _linted(
    answers: Sequence[_Answer], values: frozenset[str] | None, trees: Trees, *, most: int
) -> Linted:
    findings: list[Finding] = []
    left_out: list[LeftOut] = []
    for answer in answers:
        fit = in_order((_fit(each, values) for each in answer.findings), trees)
        findings += fit[:most]
        left_out += answer.left_out
        if len(fit) > most:
            reason = f"{len(fit) - most} more findings are not listed."
            left_out.append(LeftOut(answer.linter, reason))
    return Linted(in_order(findings, trees), tuple(dict.fromkeys(left_out)))


def _fit(finding: Finding, values: frozenset[str] | None) -> Finding:
    """Fit to show: a whole sentence, without marks and without secrets."""
    message = " ".join(finding.message.split())
    if values is None and finding.rule.startswith(_REPEATS_FILES):
        message = _NOT_SHOWN
    message = without(message, values or ())
    return replace(finding, message=sentence(message))
