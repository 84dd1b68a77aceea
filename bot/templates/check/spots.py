"""Places in rendered files, and the problems of the template that they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.problems import Problem, Severity
from bot.rendering import Origin, Trace
from bot.templates.check.blame import happens_with
from bot.templates.check.renders import Made, TrialRenderer
from bot.templates.check.side_by_side import all_of
from bot.templates.check.trials import Trial
from bot.templates.definition import TemplateDefinition

_HOOKS: Final = "hooks/"

Traces = Mapping[int, Mapping[str, Trace]]  # by the identity of what was made, and by path


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a file that ``made`` holds; line and column from 1, 0 where there is no one.

    ``trials`` are the numbers of all that hold the same text there; empty where the
    message says by itself what the problem comes with.
    """

    made: Made
    path: str
    line: int
    column: int = 0
    rule: str
    severity: Severity
    message: str
    trials: frozenset[int] = frozenset()


async def problems_at(
    spots: Sequence[Spot],
    rendering: TrialRenderer,
    definition: TemplateDefinition,
    tried: Sequence[Trial],
) -> list[Problem]:
    """The problems of the template's own lines, one for each line and rule.

    Only what has a spot is rendered again for its lines: a good template costs nothing.
    """
    traces = await _traces(spots, rendering)
    placed: defaultdict[tuple[str, int, str], list[Spot]] = defaultdict(list)
    for spot in spots:
        origin = _origin(spot, traces, definition)
        placed[origin.path, origin.line, spot.rule].append(spot)
    return [_problem(place, group, tried) for place, group in placed.items()]


async def _traces(spots: Sequence[Spot], rendering: TrialRenderer) -> Traces:
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    made = {id(spot.made): spot.made for spot in spots}
    for spot in spots:
        wanted[id(spot.made)].add(spot.path)
    found = await all_of(rendering.trace(made[key], paths) for key, paths in wanted.items())
    return dict(zip(wanted, found, strict=True))


def _origin(spot: Spot, traces: Traces, definition: TemplateDefinition) -> Origin:
    trace = traces[id(spot.made)].get(spot.path)
    if trace is not None:
        return trace.origin(spot.line, spot.column)
    source = spot.made.sources.get(spot.path)
    return Origin(source, 1) if source is not None else _hook(definition)


def _hook(definition: TemplateDefinition) -> Origin:
    """Whatever a render holds that no file of the template became, a hook has made."""
    hooks = sorted(file.path for file in definition.files if file.path.startswith(_HOOKS))
    after = [path for path in hooks if path.startswith(f"{_HOOKS}post_gen_project")]
    return Origin((after or hooks or ["."])[0], 1)


def _problem(place: tuple[str, int, str], group: Sequence[Spot], tried: Sequence[Trial]) -> Problem:
    path, line, rule = place
    worst = next((spot for spot in group if spot.severity == "error"), group[0])
    trials = frozenset[int]().union(*(spot.trials for spot in group))
    said = happens_with(tried, trials) if trials else ""
    return Problem(
        path=path,
        line=line,
        column=1,
        rule=rule,
        severity=worst.severity,
        message=worst.message + said,
    )
