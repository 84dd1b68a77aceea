"""All that is said of Terraform files: their format, their language, what they run, what fails."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.linting import terraform_fmt, terraform_validate
from bot.linting.bench import Bench
from bot.linting.distinct import Seen, Trees
from bot.linting.finding import Finding, LeftOut
from bot.linting.run_apart import CouldNotRun
from bot.linting.terraform_files import CONFIGURATION, FORMATTED, SYNTAX, ReadFile, read_file
from bot.linting.terraform_modules import Module, missing_modules, modules
from bot.linting.terraform_validate import Validated, Validator

_MISSING: Final = (
    "The module that is called here is not in the project: the folder has no Terraform files."
)

NAME: Final = "terraform"

Readings = Mapping[tuple[str, bytes], ReadFile]


def concerns(file: Seen) -> bool:
    """Whether the file is of Terraform's language."""
    return file.path.endswith((*FORMATTED, *CONFIGURATION))


async def lint(
    files: Sequence[Seen], trees: Trees, bench: Bench, validator: Validator
) -> tuple[list[Finding], list[LeftOut]]:
    """What was found in these files, and what could not be run; never raises CouldNotRun.

    Args:
        files: distinct files that concern us, within the limits; no others are read.
    """
    read = await asyncio.to_thread(_read, files, bench.limits.file_bytes)
    found = [finding for reading in read.values() for finding in reading.findings]
    its_modules = await asyncio.to_thread(lambda: list(modules(trees, read)))
    fmt, validated = await asyncio.gather(
        _formatted(files, bench), _validated(its_modules, bench, validator)
    )
    findings = [*_told_once(found, fmt[0], validated.findings), *_missing(trees, read)]
    reasons = [LeftOut(terraform_validate.NAME, reason) for reason in validated.reasons]
    return findings, [*fmt[1], *reasons]


def _told_once(
    read: Sequence[Finding], formatted: Sequence[Finding], validated: Sequence[Finding]
) -> Iterator[Finding]:
    """A mistake in the language is seen by three readers, and told by the one that knows most."""
    broken = {(each.tree, each.path) for each in formatted if each.rule == SYNTAX}
    said = {(each.path, each.line, each.message) for each in formatted}
    yield from (f for f in read if f.rule != SYNTAX or (f.tree, f.path) not in broken)
    yield from formatted
    yield from (f for f in validated if (f.path, f.line, f.message) not in said)


def _read(files: Sequence[Seen], limit_bytes: int) -> Readings:
    wanted = (file for file in files if file.path.endswith(CONFIGURATION))
    return {(file.path, file.content): read_file(file, limit_bytes=limit_bytes) for file in wanted}


async def _formatted(files: Sequence[Seen], bench: Bench) -> tuple[list[Finding], list[LeftOut]]:
    formatted = [file for file in files if terraform_fmt.concerns(file)]
    try:
        return (await terraform_fmt.lint(formatted, bench) if formatted else []), []
    except CouldNotRun as error:
        return [], [LeftOut(terraform_fmt.NAME, str(error))]


async def _validated(
    its_modules: Sequence[Module], bench: Bench, validator: Validator
) -> Validated:
    return await validator.validate(its_modules, bench) if its_modules else Validated()


def _missing(trees: Trees, read: Readings) -> Iterator[Finding]:
    for file, call in missing_modules(trees, read):
        line, column = call.place.line, call.place.column
        yield file.finding("terraform-missing-module", "error", _MISSING, line=line, column=column)
