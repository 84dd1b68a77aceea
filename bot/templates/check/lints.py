"""Foreign linters over rendered projects, and their findings as spots.

They are started once with all trees. The template's own files go in as well, under
names that only the search for secrets reads: as sources they are no workflow and no
script yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Protocol

from bot.linting import Finding, Linted, LintFile
from bot.problems import Problem
from bot.templates.check.contents import Contents
from bot.templates.check.projects import holders
from bot.templates.check.renders import Made
from bot.templates.check.spots import Spot
from bot.templates.definition import TemplateDefinition

_SOURCE: Final = "source"
_SECRETS: Final = "detect-secrets"
_MOST_CONTENTS: Final = 400


class Lints(Protocol):
    """What runs the linters: bot.linting.Linters."""

    async def lint(self, trees: Mapping[str, Sequence[LintFile]]) -> Linted:
        """What was found in the trees, by name, and which linters could not be run."""
        ...


@dataclass(frozen=True, slots=True)
class LintResult:
    """``spots`` in rendered files, ``problems`` of the template's own, and what was left out."""

    spots: tuple[Spot, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()


async def lint(
    linters: Lints, made: Sequence[Made], contents: Contents, definition: TemplateDefinition
) -> LintResult:
    """What the linters say of all rows of choices and of the template's sources."""
    rows = [each for each in made if each.trial.is_row and each.error is None]
    chosen = _different(rows)
    trees = {f"project-{each.trial.number}": _tree(each, contents) for each in chosen}
    sources = _sources(definition, chosen, contents)
    trees[_SOURCE] = [
        LintFile(f"{number}{_suffix(path)}", content)
        for number, (path, content) in enumerate(sources)
    ]
    linted = await linters.lint(trees)
    by_tree = {f"project-{each.trial.number}": each for each in chosen}
    who = holders(rows)
    spots = [
        _spot(finding, by_tree[finding.tree], who)
        for finding in linted.findings
        if finding.tree in by_tree and finding.path in by_tree[finding.tree].files
    ]
    problems = [
        _problem(finding, sources)
        for finding in linted.findings
        if finding.tree == _SOURCE and finding.rule.startswith(_SECRETS)
    ]
    left_out = dict.fromkeys(f"{each.linter}: {each.reason}" for each in linted.left_out)
    if len(chosen) < len(_new(rows)):
        left_out["Linters looked only at the first projects: there are too many files."] = None
    return LintResult(tuple(spots), tuple(problems), tuple(left_out))


def _different(rows: Sequence[Made]) -> list[Made]:
    """The projects that hold anything new, in order, as long as there is room."""
    size = 0
    found: list[Made] = []
    for each, new in _new(rows):
        size += new
        if not found or size <= _MOST_CONTENTS:
            found.append(each)
    return found


def _new(rows: Sequence[Made]) -> list[tuple[Made, int]]:
    """The projects that hold anything new, and how many files that is."""
    known: set[tuple[str, int]] = set()
    found: list[tuple[Made, int]] = []
    for each in rows:
        new = set(each.files.items()) - known
        if new:
            known |= new
            found.append((each, len(new)))
    return found


def _tree(made: Made, contents: Contents) -> list[LintFile]:
    return [
        LintFile(path, contents[number], path in made.executable)
        for path, number in sorted(made.files.items())
    ]


def _sources(
    definition: TemplateDefinition, made: Sequence[Made], contents: Contents
) -> list[tuple[str, bytes]]:
    """The template's files, without those that come out as they are."""
    rendered = {contents[number] for each in made for number in each.files.values()}
    return [(f.path, f.content) for f in definition.files if f.content not in rendered]


def _suffix(path: str) -> str:
    """What the search for secrets reads a file as, where no other linter would take it up."""
    suffix = PurePosixPath(path).suffix
    return suffix if suffix in (".py", ".js", ".properties", ".ini", ".cfg", ".env") else ".txt"


def _spot(finding: Finding, made: Made, who: Mapping[tuple[str, int], Sequence[Made]]) -> Spot:
    holding = who[finding.path, made.files[finding.path]]
    return Spot(
        made=made,
        path=finding.path,
        line=finding.line,
        column=finding.column,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        trials=frozenset(each.trial.number for each in holding),
    )


def _problem(finding: Finding, sources: Sequence[tuple[str, bytes]]) -> Problem:
    number = int(finding.path.partition(".")[0])
    return Problem(
        path=sources[number][0],
        line=finding.line or 1,
        column=finding.column or 1,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
    )
