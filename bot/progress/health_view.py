"""Every sentence about a template version's health: in ``/status``, in issues to its owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.progress.words import counted
from bot.templates.health.evidence import Source
from bot.templates.health.formula import Health, Tally

LABEL: Final = "paved-road:health"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateShown:
    """What ``/status`` tells of a template version.

    ``state`` is one of ``offered``, ``superseded``, ``deprecated`` and ``withdrawn``;
    ``newer`` the version that is offered in its place, empty where there is none.
    ``because`` is our Markdown: why it was withdrawn or deprecated.
    """

    name: str  # ``greeter`` 1.0.0, in Markdown
    state: str
    newer: str
    because: str
    health: Health
    likes: int
    dislikes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that failed: where to look, empty where it may not be named."""

    source: Source
    url: str
    name: str  # of its project, empty where it may not be named


def template_status(shown: TemplateShown) -> str:
    """The part of ``/status`` about the template: its state, its health, what people thought."""
    health = shown.health
    lines = [f"- {line}" for line in evidence_lines(health)]
    if shown.likes or shown.dislikes:
        lines.append(f"- Finished requests were answered with 👍 {shown.likes} 👎 {shown.dislikes}")
    parts = [f"Template {shown.name}: {score_words(health)}", "\n".join(lines), _state(shown)]
    return "\n\n".join(part for part in parts if part)


def score_words(health: Health) -> str:
    """The number as people read it, with how much is behind it."""
    if health.score is None:
        return "its health is not known yet"
    return f"health {health.score} of 100, from {counted(health.observations, 'observation')}"


def evidence_lines(health: Health) -> Sequence[str]:
    """What the number is made of, a line each source that said something."""
    lines = [_tally(each, most=each.source is health.costliest) for each in health.tallies]
    if health.reporters:
        people = "1 person has" if health.reporters == 1 else f"{health.reporters} people have"
        costs = f": {_points(health.reports_cost)}" if health.reports_cost else ""
        lines.append(f"{people} an open report{costs}")
    return lines


def _tally(tally: Tally, *, most: bool) -> str:
    said = _SAID[tally.source](tally)
    if not tally.costs:
        return said
    return f"{said}: {_points(tally.costs)}{', which costs most' if most else ''}"


def _points(number: int) -> str:
    return f"−{counted(number, 'point')}"


def _verified(tally: Tally) -> str:
    return "Its own verify commands failed" if tally.bad else "Its own verify commands passed"


def _generated(tally: Tally) -> str:
    made = f"{counted(tally.good, 'project')} made"
    if not tally.bad:
        return made
    return f"{made}; it broke while a project was made for {_people(tally.bad)}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _built(tally: Tally) -> str:
    return f"{tally.good} of {counted(tally.all, 'first build')} passed"


def _deployed(tally: Tally) -> str:
    if tally.all == 1:
        return f"The newest deployment of 1 project {'failed' if tally.bad else 'succeeded'}"
    return f"The newest deployment succeeded in {tally.good} of {tally.all} projects"


_SAID: Final = {
    Source.VERIFY: _verified,
    Source.GENERATION: _generated,
    Source.FIRST_BUILD: _built,
    Source.DEPLOYMENT: _deployed,
}


def _state(shown: TemplateShown) -> str:
    if shown.state == "offered":
        return ""
    said = {
        "superseded": "It is not offered any more.",
        "deprecated": "It is deprecated: nothing new should start from it.",
        "withdrawn": "It was withdrawn: no new project starts from it.",
    }[shown.state]
    newer = f"Version {shown.newer} is offered now." if shown.newer else ""
    return " ".join(part for part in (said, shown.because, newer) if part)


def unhealthy_notice(
    name: str,
    health: Health,
    *,
    below: int,
    team: str,
    failures: Sequence[Failure],
    withdrawn: bool,
) -> tuple[str, str]:
    """Title and text of the issue to the owners; ``team`` is a mention."""
    evidence = "\n".join(f"- {line}" for line in evidence_lines(health))
    newest = "\n".join(f"- {_failure(each)}" for each in failures)
    taken_back = (
        "It was **withdrawn** because of it: no new project starts from it, and its projects "
        "were told."
        if withdrawn
        else ""
    )
    mended = (
        "this issue closes when another version is offered."
        if withdrawn
        else "this issue closes when the health is better, or when the new version is offered."
    )
    parts = [
        f"{team}: {name} has a health of {health.score} of 100; below {below} is unhealthy.",
        taken_back,
        f"**What it is made of**\n\n{evidence}",
        f"**What failed last**\n\n{newest}" if newest else "",
        "**Next:** mend the template in a pull request that raises its version, and close "
        f"the reports that are dealt with; {mended}",
    ]
    return f"{name} is unhealthy", "\n\n".join(part for part in parts if part)


def _failure(failure: Failure) -> str:
    what = {
        Source.VERIFY: "the verify commands",
        Source.GENERATION: "a project could not be made",
        Source.FIRST_BUILD: "the first build",
        Source.DEPLOYMENT: "a deployment",
    }[failure.source]
    told = f"[{what}]({failure.url})" if failure.url else what
    if failure.name:
        return f"{told} of `{failure.name}`"
    is_of_project = failure.source in (Source.FIRST_BUILD, Source.DEPLOYMENT)
    return f"{told} of a project that not everybody here can see" if is_of_project else told


def healthy_again(name: str, health: Health) -> str:
    """Why the issue is closed."""
    return f"{name} is healthy again: {health.score} of 100."


def no_longer_offered(name: str, newer: str) -> str:
    """Why the issue is closed where the version is not offered any more."""
    instead = f"; version {newer} is offered now" if newer else ""
    return f"{name} is not offered any more{instead}."


def team_label(team: str) -> str:
    """The label that names the owners; GitHub's labels have at most 50 characters."""
    return f"team:{team}"[:50]
