"""Which changes failed, and when what they broke was mended; nobody's order decides it."""

import random
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deployments import Action, Deployment, DeploymentState, Stage, StageState
from bot.deployments.metrics import Outcome, changes_of, figures_of
from tests.deployments.metrics.records import DAY_S, HOUR_S, START_S, deployment, rollback

FAILED, UNKNOWN = DeploymentState.FAILED, DeploymentState.UNKNOWN
ROLLED_BACK, CANCELLED = DeploymentState.ROLLED_BACK, DeploymentState.CANCELLED
RUNNING, WAITS = DeploymentState.RUNNING, DeploymentState.WAITS_FOR_APPROVAL
NOW_S = START_S + 60 * DAY_S


def told(deployments: Sequence[Deployment]) -> dict[str, str]:
    """The outcome of each change by its id."""
    return {each.deployment.id: each.outcome.value for each in changes_of(deployments)}


A, B = deployment("a", at_h=0), deployment("b", at_h=10)


@pytest.mark.parametrize(
    ("line", "outcomes"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param([A, B], {"a": "succeeded", "b": "succeeded"}, id="two-good-ones"),
        pytest.param([deployment("a", FAILED, at_h=0)], {"a": "failed"}, id="failed"),
        pytest.param([deployment("a", UNKNOWN, at_h=0)], {"a": "unknown"}, id="unknown"),
        pytest.param([deployment("a", CANCELLED, at_h=0)], {}, id="never-began"),
        pytest.param([deployment("a", RUNNING, at_h=0)], {}, id="has-not-ended"),
        pytest.param([deployment("a", WAITS, at_h=0)], {}, id="waits"),
        pytest.param([A, deployment("b", ROLLED_BACK, at_h=10)], {"a": "succeeded", "b": "failed"}),
        pytest.param(
            [A, B, rollback("r", to="a", at_h=20)],
            {"a": "succeeded", "b": "failed"},
            id="undone-by-command",
        ),
        pytest.param(
            [A, B, rollback("r", FAILED, to="a", at_h=20)],
            {"a": "succeeded", "b": "failed"},
            id="the-rollback-failed-but-says-it-was-bad",
        ),
        pytest.param(
            [A, B, rollback("r", UNKNOWN, to="a", at_h=20)],
            {"a": "succeeded", "b": "succeeded"},
            id="an-unknown-rollback-says-nothing",
        ),
        pytest.param(
            [A, B, rollback("r", CANCELLED, to="a", at_h=20)],
            {"a": "succeeded", "b": "succeeded"},
            id="a-rollback-that-never-began",
        ),
        pytest.param(
            [A, B, rollback("r", to="b", at_h=20)],
            {"a": "succeeded", "b": "succeeded"},
            id="to-what-runs-already",
        ),
        pytest.param(
            [A, B, rollback("r", to="a", at_h=20), rollback("s", to="b", at_h=30)],
            {"a": "succeeded", "b": "failed"},
            id="forward-again-undoes-no-change",
        ),
        pytest.param(
            [A, B, rollback("r", to="a", at_h=20), rollback("s", to="older", at_h=30)],
            {"a": "failed", "b": "failed"},
            id="back-twice",
        ),
        pytest.param(
            [A, rollback("r", to="older", at_h=20)], {"a": "failed"}, id="to-before-the-window"
        ),
        pytest.param(
            [rollback("r", to="older", at_h=20)], {}, id="of-what-was-deployed-before-the-window"
        ),
        pytest.param(
            [A, deployment("c", at_h=5, commit="a"), rollback("r", to="older", at_h=20)],
            {"a": "succeeded", "c": "failed"},
            id="of-one-commit-twice-the-newest",
        ),
        pytest.param(
            [A, deployment("b", FAILED, at_h=10), rollback("r", to="a", at_h=20)],
            {"a": "succeeded", "b": "failed"},
            id="after-a-failure-to-what-ran",
        ),
        pytest.param(
            [A, deployment("p", at_h=10, action=Action.PROMOTE), rollback("r", to="a", at_h=20)],
            {"a": "succeeded", "p": "failed"},
            id="a-promote-is-a-change",
        ),
        pytest.param(
            [
                A,
                deployment("b", at_h=10, environment="staging"),
                deployment("c", at_h=10, project="200"),
                rollback("r", to="older", at_h=20),
            ],
            {"a": "failed", "b": "succeeded", "c": "succeeded"},
            id="here-and-nowhere-else",
        ),
    ],
)
def test_what_became_of_each_change(line: list[Deployment], outcomes: dict[str, str]) -> None:
    assert told(line) == outcomes


@pytest.mark.parametrize(
    ("line", "recovery_h"),
    [
        pytest.param([deployment("a", FAILED, at_h=0)], None, id="not-yet"),
        pytest.param([deployment("a", FAILED, at_h=0), B], 10, id="by-the-next-success"),
        pytest.param(
            [deployment("a", FAILED, at_h=0), deployment("x", UNKNOWN, at_h=4), B],
            10,
            id="an-unknown-mends-nothing",
        ),
        pytest.param(
            [deployment("a", FAILED, at_h=0), deployment("x", at_h=4, environment="dev")],
            None,
            id="another-environment-mends-nothing",
        ),
        pytest.param(
            [deployment("a", FAILED, at_h=0), deployment("x", at_h=4, project="200")],
            None,
            id="another-project-mends-nothing",
        ),
        pytest.param([A, rollback("r", to="older", at_h=5)], 5, id="by-the-rollback"),
        pytest.param(
            [A, rollback("r", FAILED, to="older", at_h=5), B], 10, id="not-by-one-that-failed"
        ),
    ],
)
def test_recovery_is_from_the_end_of_the_failure_to_the_next_success(
    line: list[Deployment], recovery_h: float | None
) -> None:
    (change,) = [each for each in changes_of(line) if each.deployment.id == "a"]
    assert change.outcome is Outcome.FAILED
    assert change.recovery_s == (None if recovery_h is None else recovery_h * HOUR_S)


def stage(name: str, state: StageState, start_h: float, end_h: float) -> Stage:
    ended_at_s = START_S + end_h * HOUR_S if end_h else 0.0
    return Stage(
        name=name, state=state, started_at_s=START_S + start_h * HOUR_S, ended_at_s=ended_at_s
    )


@pytest.mark.parametrize(
    ("stages", "recovery_h"),
    [
        pytest.param(
            (
                stage("canary", StageState.SUCCEEDED, 0, 1),
                stage("health", StageState.FAILED, 1, 2),
                stage("rollback", StageState.SUCCEEDED, 3, 4),
            ),
            2,
            id="from-the-failed-check-to-the-end-of-the-rollback",
        ),
        pytest.param((stage("rollback", StageState.SUCCEEDED, 3, 4),), 1, id="only-the-rollback"),
        pytest.param(
            (stage("rollback", StageState.SUCCEEDED, 3, 0),), 2, id="its-end-was-not-heard"
        ),
        pytest.param((), 5, id="nobody-told-when-it-failed"),
    ],
)
def test_a_rollback_by_itself_mends_within_the_deployment(
    stages: tuple[Stage, ...], recovery_h: float
) -> None:
    line = [deployment("a", ROLLED_BACK, at_h=0, took_h=5, stages=stages)]
    (change,) = changes_of(line)
    assert change.recovery_s == recovery_h * HOUR_S


def test_a_rollback_that_another_system_made_mends_when_it_ends() -> None:
    """Then it is a deployment of its own, started by the failure."""
    failed = (stage("health", StageState.FAILED, 1, 4),)
    line = [
        A,
        deployment("b", ROLLED_BACK, at_h=0, took_h=5, stages=failed),
        rollback("r", to="a", at_h=5, took_h=2),
    ]
    changes = {each.deployment.id: each for each in changes_of(line)}
    assert changes["a"].outcome is Outcome.SUCCEEDED
    assert changes["b"].recovery_s == 3 * HOUR_S


@st.composite
def lines(draw: st.DrawFn, *, least: int = 0) -> list[Deployment]:
    """Few commits, environments and hours, so that things meet; ids are distinct."""
    return [draw(one(str(number))) for number in range(draw(st.integers(least, 14)))]


@st.composite
def one(draw: st.DrawFn, id_: str, state: DeploymentState | None = None) -> Deployment:
    return deployment(
        id_,
        state or draw(st.sampled_from(DeploymentState)),
        at_h=draw(st.integers(0, 20)),
        took_h=draw(st.integers(0, 3)),
        action=draw(st.sampled_from(Action)),
        commit=draw(st.sampled_from("abcd")),
        committed_h=draw(st.none() | st.integers(-5, 30)),
        environment=draw(st.sampled_from(["production"] * 4 + ["staging"])),
        project=draw(st.sampled_from(["100"] * 4 + ["200"])),
    )


def is_change(each: Deployment) -> bool:
    """A rollback is none: it says something about one."""
    return each.action is not Action.ROLLBACK


def rate(deployments: Sequence[Deployment]) -> float | None:
    return figures_of(deployments, environment="production", now_s=NOW_S, days=90).failure_rate


@given(lines(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(line: list[Deployment], by: random.Random) -> None:
    mixed = list(line)
    by.shuffle(mixed)
    assert changes_of(mixed) == changes_of(line)


@given(lines(), st.data())
def test_one_more_success_never_raises_the_failure_rate(
    line: list[Deployment], data: st.DataObject
) -> None:
    """Wherever in time it is put in: unless it was itself undone, which is no success."""
    more = data.draw(one("new", DeploymentState.SUCCEEDED).filter(is_change))
    longer = [*line, more]
    if told(longer).get("new") != "failed":
        assert (rate(longer) or 0) <= (rate(line) or 0)


@given(lines(), st.data())
def test_one_more_failure_never_lowers_the_failure_rate(
    line: list[Deployment], data: st.DataObject
) -> None:
    longer = [*line, data.draw(one("new", FAILED).filter(is_change))]
    assert (rate(longer) or 0) >= (rate(line) or 0)


@given(lines(), st.data())
def test_one_more_unknown_changes_no_rate_and_no_time_but_is_counted(
    line: list[Deployment], data: st.DataObject
) -> None:
    more = data.draw(one("new", UNKNOWN))
    figures = partial(figures_of, environment=more.environment, now_s=NOW_S, days=90)
    before, after = figures(line), figures([*line, more])
    assert after.unknown == before.unknown + is_change(more)
    assert (after.failure_rate, after.lead_time_s, after.recovery_s, after.arrived) == (
        before.failure_rate,
        before.lead_time_s,
        before.recovery_s,
        before.arrived,
    )


@given(lines())
def test_every_change_has_one_outcome_and_every_time_is_one(line: list[Deployment]) -> None:
    figures = figures_of(line, environment="production", now_s=NOW_S, days=90)
    changes = [
        each
        for each in line
        if is_change(each)
        and each.environment == "production"
        and each.state in (DeploymentState.SUCCEEDED, FAILED, ROLLED_BACK, UNKNOWN)
    ]
    assert figures.judged + figures.unknown == len(changes)
    assert 0 <= figures.not_recovered <= figures.failed
    assert (figures.failure_rate is None) == (figures.judged == 0)
    for seconds in (figures.lead_time_s, figures.recovery_s):
        assert seconds is None or seconds >= 0
