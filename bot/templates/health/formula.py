"""From evidence to a number: whole numbers only, so it is the same on every machine.

``docs/health.md`` explains it with an example that a test recomputes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.templates.health.evidence import Evidence, Source, distinct

# What one observation weighs. That a template's own commands pass, and that a fresh project
# builds, says most; a deployment that fails is most often the project's own affair.
WEIGHTS: Final[Mapping[Source, int]] = {
    Source.VERIFY: 4,
    Source.GENERATION: 1,
    Source.FIRST_BUILD: 4,
    Source.DEPLOYMENT: 1,
}
# Every version starts with the weight of five observations, four of them good: a single
# failure does not condemn it, a single success proves little.
START_GOOD: Final = 4
START_ALL: Final = 5
YOUNGEST: Final = 20  # of each source so many voices count: a template that rots shows it soon
REPORT_COSTS: Final = 4  # for each person with an open report
REPORTS_COST_AT_MOST: Final = 20
ENOUGH: Final = 5  # observations, before anybody is told that a version is unhealthy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one source says. ``costs`` is in points of the health, rounded to the nearest."""

    source: Source
    good: int
    bad: int
    costs: int

    @property
    def all(self) -> int:
        """Good and bad together."""
        return self.good + self.bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """``score`` is 0 to 100, None where there is no evidence. ``tallies`` has the sources
    that said anything. ``reporters`` is how many people have an open report."""

    score: int | None
    tallies: tuple[Tally, ...] = ()
    reporters: int = 0
    reports_cost: int = 0

    @property
    def observations(self) -> int:
        """How many voices were heard."""
        return sum(each.all for each in self.tallies)

    @property
    def costliest(self) -> Source | None:
        """The source that costs most, None where none costs anything or reports cost more."""
        most = max(self.tallies, key=lambda each: each.costs, default=None)
        if most is None or most.costs == 0 or most.costs < self.reports_cost:
            return None
        return most.source


def health_of(evidence: Iterable[Evidence], *, reporters: int) -> Health:
    """The health that this evidence of one version gives, in whatever order it comes.

    One more success never lowers the score, one more failure never raises it.
    """
    heard = _heard(distinct(evidence))
    costs = min(reporters * REPORT_COSTS, REPORTS_COST_AT_MOST)
    if not heard:
        return Health(score=None, reporters=reporters)
    weight = START_ALL + sum(WEIGHTS[source] * len(voices) for source, voices in heard.items())
    points = START_GOOD + sum(WEIGHTS[source] * sum(voices) for source, voices in heard.items())
    rounded_up = -(-100 * points // weight)
    return Health(
        score=max(0, rounded_up - costs),
        tallies=tuple(
            _tally(source, heard[source], weight) for source in Source if source in heard
        ),
        reporters=reporters,
        reports_cost=costs,
    )


def _tally(source: Source, voices: Sequence[bool], weight: int) -> Tally:
    bad = voices.count(False)
    lost = 100 * WEIGHTS[source] * bad
    return Tally(
        source=source, good=len(voices) - bad, bad=bad, costs=(2 * lost + weight) // (2 * weight)
    )


def _heard(evidence: Sequence[Evidence]) -> dict[Source, list[bool]]:
    """What the youngest voices of each source say."""
    voices: dict[Source, dict[str, tuple[float, bool]]] = {}
    for each in evidence:
        of_source = voices.setdefault(each.source, {})
        made_at_s, good = of_source.get(_voice(each), (each.made_at_s, True))
        of_source[_voice(each)] = (max(made_at_s, each.made_at_s), good and each.good)
    return {source: _youngest(of_source) for source, of_source in voices.items()}


def _youngest(voices: Mapping[str, tuple[float, bool]]) -> list[bool]:
    in_order = sorted(voices, key=lambda voice: (voices[voice][0], voice))
    return [voices[voice][1] for voice in in_order[-YOUNGEST:]]


def _voice(evidence: Evidence) -> str:
    """Every project that was made speaks for itself; failures to make one, person by person."""
    if evidence.source is Source.GENERATION and evidence.good:
        return f"run {evidence.about}"
    return f"of {evidence.whose}"
