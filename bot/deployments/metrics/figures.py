"""The four figures of delivery, and how many deployments there were week by week."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bot.deployments.metrics.changes import Change, Outcome, changes_of
from bot.deployments.record import Deployment

DAY_S: Final = 86_400.0
WEEKS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFigures:
    """Of the changes that were commanded in so many ``days``.

    ``arrived`` reached the environment, those that were undone later among them. ``failed``
    and ``succeeded`` are judged; ``unknown`` ones are neither. Times are medians in seconds,
    None where there is nothing to take one of.
    """

    days: int
    arrived: int
    succeeded: int
    failed: int
    unknown: int
    lead_time_s: float | None
    recovery_s: float | None
    not_recovered: int

    @property
    def a_week(self) -> float:
        """Deployment frequency."""
        return self.arrived * 7 / self.days

    @property
    def judged(self) -> int:
        """How many changes are known to have succeeded or failed."""
        return self.succeeded + self.failed

    @property
    def failure_rate(self) -> float | None:
        """From 0 to 1; None where nothing was judged."""
        return self.failed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What was commanded from a Monday on (UTC), and arrived, or failed."""

    monday: dt.date
    arrived: int
    failed: int


def figures_of(
    deployments: Iterable[Deployment], *, environment: str, now_s: float, days: int
) -> DeliveryFigures:
    """The figures of whatever projects these are of, taken together, in any order."""
    changes = changes_of(_of_time(deployments, environment, since_s=now_s - days * DAY_S))
    outcomes = [each.outcome for each in changes]
    recoveries = [each.recovery_s for each in changes if each.recovery_s is not None]
    failed = outcomes.count(Outcome.FAILED)
    return DeliveryFigures(
        days=days,
        arrived=sum(each.arrived for each in changes),
        succeeded=outcomes.count(Outcome.SUCCEEDED),
        failed=failed,
        unknown=outcomes.count(Outcome.UNKNOWN),
        lead_time_s=_median(_lead_times(changes)),
        recovery_s=_median(recoveries),
        not_recovered=failed - len(recoveries),
    )


def weeks_of(
    deployments: Iterable[Deployment], *, environment: str, now_s: float
) -> Sequence[Week]:
    """Twelve weeks, oldest first; the last one is under way."""
    today = dt.datetime.fromtimestamp(now_s, tz=dt.UTC).date()
    this_monday = today - dt.timedelta(days=today.weekday())
    mondays = [this_monday - dt.timedelta(weeks=back) for back in reversed(range(WEEKS))]
    since_s = dt.datetime.combine(mondays[0], dt.time(), tzinfo=dt.UTC).timestamp()
    arrived, failed = dict.fromkeys(mondays, 0), dict.fromkeys(mondays, 0)
    for change in changes_of(_of_time(deployments, environment, since_s=since_s)):
        monday = _monday_of(change.deployment.created_at_s)
        if monday in arrived:
            arrived[monday] += change.arrived
            failed[monday] += change.outcome is Outcome.FAILED
    return [Week(monday=each, arrived=arrived[each], failed=failed[each]) for each in mondays]


def lead_time_s(deployment: Deployment) -> float | None:
    """From the commit to its arrival; None where the commit's time is not known or cannot be."""
    if not deployment.committed_at_s or deployment.committed_at_s > deployment.ended_at_s:
        return None
    return deployment.ended_at_s - deployment.committed_at_s


def _of_time(
    deployments: Iterable[Deployment], environment: str, *, since_s: float
) -> list[Deployment]:
    return [
        each
        for each in deployments
        if each.environment == environment and each.created_at_s >= since_s
    ]


def _lead_times(changes: Sequence[Change]) -> list[float]:
    """Of each commit when it arrived first: to deploy it once more delivers nothing new."""
    first: dict[tuple[str, str], float] = {}
    for each in changes:
        taken_s = lead_time_s(each.deployment) if each.arrived else None
        if taken_s is not None:
            key = (each.deployment.project, each.deployment.commit)
            first[key] = min(taken_s, first.get(key, taken_s))
    return list(first.values())


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _monday_of(at_s: float) -> dt.date:
    day = dt.datetime.fromtimestamp(at_s, tz=dt.UTC).date()
    return day - dt.timedelta(days=day.weekday())
