"""Rendered projects as trees: which trials hold a text, and what every project must have."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from bot.problems import Problem
from bot.templates.check.blame import happens_with
from bot.templates.check.renders import Made
from bot.templates.check.rules import breaks
from bot.templates.check.trials import Trial
from bot.templates.definition import TemplateDefinition
from bot.written import code

_WORKFLOW: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_EXPRESSION: Final = re.compile(r"\{\{.*?\}\}")
_ON_PURPOSE: Final = re.compile(r"\{%|\bif\b")


def holders(made: Sequence[Made]) -> Mapping[tuple[str, int], list[Made]]:
    """Who holds a content at a path, in the order of the trials."""
    found: defaultdict[tuple[str, int], list[Made]] = defaultdict(list)
    for each in made:
        for path, number in each.files.items():
            found[path, number].append(each)
    return found


def must_have(made: Sequence[Made], definition: TemplateDefinition) -> Iterator[Problem]:
    """A README and a workflow in every project. Code owners the bot adds where none are.

    The problem stands at the project's folder, or at the file that is not always there.
    """
    rows = [each for each in made if each.trial.is_row and each.error is None]
    tried = [each.trial for each in rows]
    wanted = (
        (
            "readme",
            _has_readme,
            "readme",
            "The project has no README that tells the next command; add a `README.md`.",
        ),
        (
            "ci-workflow",
            _has_workflow,
            ".github/workflows/",
            "The project has no workflow that checks a change; add one below `.github/workflows` "
            "that runs on pull requests.",
        ),
    )
    for rule, has, part, message in wanted:
        without = {each.trial.number for each in rows if not has(each.files)}
        if without:
            said = happens_with(tried, without)
            yield breaks(rule, _place(definition, part), message + said)


def _has_readme(paths: Collection[str]) -> bool:
    return any(path.lower().startswith("readme") for path in paths if "/" not in path)


def _has_workflow(paths: Collection[str]) -> bool:
    return any(map(_WORKFLOW.fullmatch, paths))


def _place(definition: TemplateDefinition, part: str) -> str:
    """The file of the template that is meant to be it, or the folder it would be in."""
    tops = [file.path.partition("/")[0] for file in definition.files if "{{" in file.path]
    top = tops[0] if tops else "."
    near = [f.path for f in definition.files if f.path.lower().startswith(f"{top}/".lower())]
    return next((path for path in near if part in path[len(top) :].lower()), top)


def lost_names(made: Sequence[Made], definition: TemplateDefinition) -> Iterator[Problem]:
    """Files whose name is an answer that may be left empty: lost then, or named ``.py``."""
    rows = [each for each in made if each.trial.is_row and each.error is None]
    targets = [(each.trial, _targets(each)) for each in rows]
    tried: list[Trial] = [each.trial for each in rows]
    for file in definition.files:
        name = file.path.rpartition("/")[2]
        if "{{" not in name or "/" not in file.path or _ON_PURPOSE.search(name):
            continue
        bare = _EXPRESSION.sub("", name)
        lost = {trial.number for trial, found in targets if found.get(file.path, "") == bare}
        if lost:
            becomes = f"becomes {code(bare)}" if bare else "is left out"
            message = (
                f"Nothing is left of this file's name, so it {becomes}: require the answer, or "
                "put the name between `{% if %}` and `{% endif %}`."
            )
            yield breaks("empty-name", file.path, message + happens_with(tried, lost))


def _targets(made: Made) -> Mapping[str, str]:
    """The name that each file of the template got; one that got none is not there."""
    return {source: target.rpartition("/")[2] for target, source in made.sources.items()}
