"""What ``/status`` tells of a project's deployments: the four figures, a chart, the newest ones."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.deployments import Action, Deployment, DeploymentState
from bot.deployments.metrics import DeliveryFigures, Week
from bot.progress.inert import inert
from bot.progress.words import cell, counted, duration, listed

OUTCOMES: Final = {
    DeploymentState.WAITS_FOR_APPROVAL: "▫️ waits for an approval",
    DeploymentState.RUNNING: "🔄 running",
    DeploymentState.SUCCEEDED: "✅ succeeded",
    DeploymentState.FAILED: "❌ failed",
    DeploymentState.ROLLED_BACK: "↩️ failed and was rolled back",
    DeploymentState.UNKNOWN: "❓ unknown, look at its log",
    DeploymentState.CANCELLED: "➖ cancelled",
}
ACTIONS: Final = {
    Action.DEPLOY: "deploy",
    Action.PROMOTE: "promote",
    Action.ROLLBACK: "roll back to",
}
NOTHING: Final = "—"
SMALL: Final = '%%{init: {"xyChart": {"height": 260}}}%%'  # Mermaid's pixels; 500 unless told
LEAST_AXIS: Final = 10  # below it, Mermaid's ten marks of an axis are no whole numbers
UNKNOWN: Final = "Outcome unknown"  # the row is there only if there is one
_ADDRESS = re.compile(r"https?://[\w.~:/?#\[\]@!$&'()*+,;=%-]{1,1000}", re.ASCII)  # RFC 3986


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of figures: ``title`` is our Markdown."""

    title: str
    figures: DeliveryFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryShown:
    """``columns`` begins with the project's own; ``newest`` is newest first, of every
    environment; ``first_environment`` is where a project begins."""

    environment: str
    first_environment: str
    columns: Sequence[Column]
    weeks: Sequence[Week]
    newest: Sequence[Deployment]


def delivery_status(shown: DeliveryShown) -> str:
    """The part of ``/status`` about deployments."""
    if not shown.newest:
        return (
            "Nothing was deployed yet.\n\n"
            f"**Next:** `/deploy {shown.first_environment}` deploys the default branch."
        )
    parts = [_first_line(shown), _figures(shown), _chart(shown), _newest(shown.newest)]
    return "\n\n".join(part for part in parts if part)


def _first_line(shown: DeliveryShown) -> str:
    figures = shown.columns[0].figures
    if not _is_anything(shown):
        return f"Nothing was deployed to {shown.environment} in the last {figures.days} days."
    said = f"{counted(figures.arrived, 'deployment')} to {shown.environment}"
    failed = f"{figures.failed} of {counted(figures.judged, 'change')} failed"
    return f"{said} in {figures.days} days" + (f"; {failed}." if figures.judged else ".")


def _is_anything(shown: DeliveryShown) -> bool:
    return any(
        each.figures.arrived or each.figures.judged or each.figures.unknown
        for each in shown.columns
    )


def figure_rows(figures: DeliveryFigures) -> Sequence[tuple[str, str]]:
    """Each figure by its name, in words."""
    return [
        ("Deployments", _frequency(figures)),
        ("Lead time for changes", _time(figures.lead_time_s)),
        ("Change failure rate", _rate(figures)),
        ("Time to recover", _recovery(figures)),
        (UNKNOWN, str(figures.unknown)),
    ]


def _figures(shown: DeliveryShown) -> str:
    if not _is_anything(shown):
        return ""
    lines = ["| | " + " | ".join(each.title for each in shown.columns) + " |"]
    lines.append("|" + " --- |" * (len(shown.columns) + 1))
    for row in zip(*(figure_rows(each.figures) for each in shown.columns), strict=True):
        name = row[0][0]
        if name != UNKNOWN or any(each.figures.unknown for each in shown.columns):
            lines.append(f"| {' | '.join([name, *(said for _, said in row)])} |")
    return "\n".join(lines)


def _frequency(figures: DeliveryFigures) -> str:
    return f"{figures.arrived} ({figures.a_week:.1f} a week)" if figures.arrived else "0"


def _rate(figures: DeliveryFigures) -> str:
    rate = figures.failure_rate
    return NOTHING if rate is None else f"{rate:.0%} ({figures.failed} of {figures.judged})"


def _recovery(figures: DeliveryFigures) -> str:
    waits = f"{figures.not_recovered} not yet" if figures.not_recovered else ""
    time = "" if figures.recovery_s is None else duration(figures.recovery_s)
    return ", ".join(part for part in (time, waits) if part) or NOTHING


def _time(seconds: float | None) -> str:
    return NOTHING if seconds is None else duration(seconds)


def _chart(shown: DeliveryShown) -> str:
    """A picture on GitHub; in a mail it is still a list of numbers with their weeks."""
    if not any(each.arrived or each.failed for each in shown.weeks):
        return ""
    days = ", ".join(f'"{_day(each.monday)}"' for each in shown.weeks)
    most = max(LEAST_AXIS, *(max(each.arrived, each.failed) for each in shown.weeks))
    failed = [each.failed for each in shown.weeks]
    title = "deployed (bars), failed (line)" if any(failed) else "deployed"
    lines = [
        SMALL,
        "xychart-beta",
        f'    title "Changes to {shown.environment} a week: {title}"',
        f"    x-axis [{days}]",
        f'    y-axis "Changes" 0 --> {most}',
        f"    bar {[each.arrived for each in shown.weeks]}",
        *([f"    line {failed}"] if any(failed) else []),
    ]
    return "\n".join(["```mermaid", *lines, "```"])


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


def _newest(newest: Sequence[Deployment]) -> str:
    summary = "The newest deployment" if len(newest) == 1 else f"The newest {len(newest)}"
    summary = summary if len(newest) == 1 else f"{summary} deployments"
    rows = ["| When (UTC) | What | Where | Who | Outcome |", "| --- | --- | --- | --- | --- |"]
    table = "\n".join(rows + [_row(each) for each in newest])
    return f"<details><summary>{summary}</summary>\n\n{table}\n\n</details>"


def _row(each: Deployment) -> str:
    when = dt.datetime.fromtimestamp(each.created_at_s, tz=dt.UTC).strftime("%Y-%m-%d %H:%M")
    cells = [_link(when, each.cause_url), _what(each), each.environment, _who(each), _outcome(each)]
    return f"| {' | '.join(cells)} |"


def _what(each: Deployment) -> str:
    ref = f" ({cell(inert(each.ref, limit=40))})" if each.ref and each.ref != each.commit else ""
    return f"{ACTIONS[each.action]} `{each.commit[:7]}`{ref}"


def _who(each: Deployment) -> str:
    approved = [f"`{login}`" for login in each.approved_by]
    return f"`{each.by}`" + (f", approved by {listed(approved)}" if approved else "")


def _outcome(each: Deployment) -> str:
    """Whoever deployed wrote the address of the log: it is a link only if it can be no more."""
    return _link(OUTCOMES[each.state], each.look_url)


def _link(words: str, url: str) -> str:
    return f"[{words}](<{url}>)" if _ADDRESS.fullmatch(url) else words
