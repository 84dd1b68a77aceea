"""The table that decides how a deployment ended, and the stages that people see."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deployments import DeploymentState, StageState
from bot.deployments.verdict import (
    STAGES,
    Observed,
    Verdict,
    Via,
    Why,
    image_of,
    judge,
    plan_of,
    stage_of,
    stages_of,
)
from bot.github.port import DeploymentStatus

STATES = ("queued", "pending", "in_progress", "success", "failure", "error", "inactive")
CONCLUSIONS = (
    "success",
    "failure",
    "cancelled",
    "timed_out",
    "startup_failure",
    "skipped",
    "stale",
    "action_required",
)


def said(id_: int, state: str, description: str = "") -> DeploymentStatus:
    return DeploymentStatus(
        id=id_,
        state=state,
        description=description,
        environment_url="",
        log_url="",
        told_at_s=float(id_),
    )


DESCRIPTIONS = st.one_of(
    st.builds(lambda name, text: f"{name}: {text}", st.sampled_from(STAGES), st.text(max_size=20)),
    st.text(max_size=20),
)
STATUSES = st.lists(
    st.builds(said, st.integers(1, 50), st.sampled_from(STATES), DESCRIPTIONS), max_size=12
)
JOBS = st.none() | st.dictionaries(
    st.sampled_from(["Promotion", "Rollback", "Build"]), st.sampled_from(CONCLUSIONS)
)
OBSERVED = st.builds(
    Observed,
    via=st.sampled_from(list(Via)),
    statuses=STATUSES,
    run_status=st.sampled_from(["", "queued", "waiting", "in_progress", "completed", "gone"]),
    run_conclusion=st.sampled_from(["", *CONCLUSIONS]),
    jobs=JOBS,
    since_start_s=st.floats(0, 1e5),
    silent_s=st.floats(0, 1e5),
)


def unique(statuses: list[DeploymentStatus]) -> list[DeploymentStatus]:
    """GitHub gives an id to one status alone."""
    return list({each.id: each for each in statuses}.values())


@given(OBSERVED)
def test_success_needs_everything_to_agree(observed: Observed) -> None:
    observed = replace(observed, statuses=unique(list(observed.statuses)))
    verdict = judge(observed)
    if verdict is None or verdict.state is not DeploymentState.SUCCEEDED:
        return
    assert observed.final == "success"
    if observed.via is Via.ACTIONS:
        assert (observed.run_status, observed.run_conclusion) == ("completed", "success")
        assert observed.promoted


@given(OBSERVED)
def test_whatever_is_observed_a_run_that_ended_has_a_verdict(observed: Observed) -> None:
    verdict = judge(observed)
    if observed.via is Via.ACTIONS and observed.run_ended:
        assert verdict is not None
    if verdict is not None:
        assert verdict.state.is_final
        if verdict.state is DeploymentState.ROLLED_BACK:
            assert observed.job("Rollback") == "success"


@given(OBSERVED, st.randoms())
def test_doubled_and_disordered_statuses_change_nothing(observed: Observed, random: object) -> None:
    statuses = unique(list(observed.statuses))
    shuffled = statuses * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
    assert judge(replace(observed, statuses=statuses)) == judge(
        replace(observed, statuses=shuffled)
    )
    assert stages_of(statuses) == stages_of(shuffled)


@given(STATUSES, st.sampled_from([state for state in DeploymentState if state.is_final]))
def test_a_deployment_that_ended_has_no_stage_under_way(
    statuses: list[DeploymentStatus], ended: DeploymentState
) -> None:
    stages = stages_of(unique(statuses), ended=ended)
    assert all(stage.state is not StageState.RUNNING for stage in stages)
    assert len({stage.name for stage in stages}) == len(stages)


@pytest.mark.parametrize(
    ("observed", "verdict"),
    [
        pytest.param(Observed(via=Via.ACTIONS), None, id="nothing-yet"),
        pytest.param(
            Observed(via=Via.ACTIONS, statuses=[said(1, "success")], run_status="in_progress"),
            None,
            id="success-before-the-run-ended",
        ),
        pytest.param(
            Observed(via=Via.ACTIONS, run_status="waiting", since_start_s=700, silent_s=700),
            None,
            id="waits-for-a-review-on-github",
        ),
        pytest.param(
            Observed(via=Via.ACTIONS, run_status="queued", since_start_s=601),
            Verdict(DeploymentState.UNKNOWN, Why.NEVER_RAN),
            id="no-runner",
        ),
        pytest.param(
            Observed(
                via=Via.ACTIONS,
                statuses=[said(1, "success")],
                run_status="completed",
                run_conclusion="failure",
                jobs={},
            ),
            Verdict(DeploymentState.UNKNOWN, Why.NO_PROOF),
            id="red-run-that-says-success",
        ),
        pytest.param(
            Observed(via=Via.DEPLOYMENT, statuses=[said(2, "success"), said(1, "failure")]),
            Verdict(DeploymentState.SUCCEEDED, Why.DONE),
            id="mended-in-place",
        ),
        pytest.param(
            Observed(via=Via.DEPLOYMENT, statuses=[said(1, "success"), said(2, "inactive")]),
            Verdict(DeploymentState.SUCCEEDED, Why.DONE),
            id="inactive-says-nothing",
        ),
        pytest.param(
            Observed(via=Via.DEPLOYMENT, silent_s=3600),
            Verdict(DeploymentState.UNKNOWN, Why.SILENT),
            id="an-hour-of-silence",
        ),
    ],
)
def test_a_row_of_the_table(observed: Observed, verdict: Verdict | None) -> None:
    assert judge(observed) == verdict


def test_what_a_status_says() -> None:
    """Only the names of stages, at the beginning, with a colon."""
    assert stage_of(said(1, "in_progress", "canary: 10% of the traffic")) == (
        "canary",
        "10% of the traffic",
    )
    assert stage_of(said(1, "failure", "Canary: x")) == ("", "Canary: x")
    assert stage_of(said(1, "failure", "the canary: x")) == ("", "the canary: x")


def test_a_rollback_says_that_what_ran_before_it_failed() -> None:
    stages = stages_of(
        [
            said(1, "in_progress", "build: x"),
            said(2, "in_progress", "canary: x"),
            said(3, "in_progress", "health: x"),
            said(4, "in_progress", "rollback: x"),
        ]
    )
    assert [(each.name, each.state.value) for each in stages] == [
        ("build", "succeeded"),
        ("canary", "succeeded"),
        ("health", "failed"),
        ("rollback", "running"),
    ]


def test_plan_and_image_are_read_from_what_is_said() -> None:
    statuses = [
        said(1, "in_progress", "build: image 123.dkr.ecr.eu-west-1.amazonaws.com/kit:abc pushed"),
        said(2, "in_progress", "canary: 3 to add, 1 to change, 0 to destroy"),
        said(3, "in_progress", "promotion: 0 to add, 2 to change, 0 to destroy <b>"),
    ]
    assert plan_of(statuses) == "0 to add, 2 to change, 0 to destroy"
    assert image_of(statuses) == "123.dkr.ecr.eu-west-1.amazonaws.com/kit:abc"
    assert plan_of(statuses[:1]) == ""
