"""The figures of a span of time, and the weeks of the chart."""

import datetime as dt

import pytest

from bot.deployments import Deployment, DeploymentState
from bot.deployments.metrics import DeliveryFigures, figures_of, weeks_of
from tests.deployments.metrics.records import DAY_S, HOUR_S, START_S, deployment

NOW_S = START_S + 30 * DAY_S
FAILED = DeploymentState.FAILED


def figures(line: list[Deployment], *, days: int = 30) -> DeliveryFigures:
    return figures_of(line, environment="production", now_s=NOW_S, days=days)


def test_of_nothing_there_are_no_figures_and_no_division() -> None:
    assert figures([]) == DeliveryFigures(
        days=30,
        arrived=0,
        succeeded=0,
        failed=0,
        unknown=0,
        lead_time_s=None,
        recovery_s=None,
        not_recovered=0,
    )
    assert figures([]).failure_rate is None
    assert figures([]).a_week == 0


def test_a_window_begins_at_its_first_second() -> None:
    line = [deployment("a", at_h=0), deployment("b", at_h=-0.001), deployment("c", at_h=29 * 24)]
    assert figures(line).arrived == 2
    assert figures(line, days=90).arrived == 3
    assert figures(line).a_week == pytest.approx(2 * 7 / 30)


def test_every_environment_has_its_own() -> None:
    line = [deployment("a", at_h=0), deployment("b", FAILED, at_h=0, environment="staging")]
    assert (figures(line).judged, figures(line).failed) == (1, 0)
    staging = figures_of(line, environment="staging", now_s=NOW_S, days=30)
    assert (staging.judged, staging.failed) == (1, 1)


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        pytest.param([deployment("a", at_h=9, committed_h=4)], 6, id="to-the-end"),
        pytest.param([deployment("a", at_h=9)], None, id="commit-of-no-known-time"),
        pytest.param([deployment("a", at_h=9, committed_h=11)], None, id="commit-of-the-future"),
        pytest.param([deployment("a", FAILED, at_h=9, committed_h=4)], None, id="never-arrived"),
        pytest.param(
            [
                deployment("a", at_h=9, committed_h=4),
                deployment("b", at_h=500, committed_h=4, commit="a"),
            ],
            6,
            id="the-same-commit-again",
        ),
        pytest.param(
            [
                deployment("a", at_h=9, committed_h=4),
                deployment("b", at_h=9, committed_h=0, commit="a", project="200"),
            ],
            8,
            id="the-same-commit-of-another-project",
        ),
        pytest.param(
            [deployment(str(n), at_h=9, committed_h=9 - n) for n in (1, 2, 300)],
            3,
            id="the-median-not-the-mean",
        ),
    ],
)
def test_lead_time_is_from_the_commit_to_its_first_arrival(
    line: list[Deployment], hours: float | None
) -> None:
    assert figures(line).lead_time_s == (None if hours is None else hours * HOUR_S)


def test_failures_that_nobody_mended_are_told_beside_the_median() -> None:
    line = [
        deployment("a", FAILED, at_h=0),
        deployment("b", at_h=5),
        deployment("c", FAILED, at_h=9),
        deployment("d", FAILED, at_h=10),
    ]
    assert (figures(line).recovery_s, figures(line).not_recovered) == (5 * HOUR_S, 2)


def test_twelve_weeks_end_with_this_one() -> None:
    line = [
        deployment("a", at_h=0),  # Monday, 0:00
        deployment("b", at_h=-0.001),  # the second before
        deployment("c", FAILED, at_h=29 * 24),
        deployment("d", at_h=-12 * 7 * 24),  # before the first of the twelve
        deployment("e", at_h=0, environment="staging"),
    ]
    weeks = weeks_of(line, environment="production", now_s=NOW_S)
    assert [each.monday for each in weeks] == [
        dt.date(2025, 12, 29) - dt.timedelta(weeks=back) for back in range(11, -1, -1)
    ]
    assert [each.arrived for each in weeks] == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    assert [each.failed for each in weeks] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
