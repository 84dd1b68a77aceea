"""What people read of a deployment: every command in it can be copied, nothing in it obeys."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import Given, Place, read_commands, understand
from bot.deployments import Action, Deployment, DeploymentState, Stage, StageState
from bot.deployments.verdict import STAGES, Why
from bot.organization import DeploymentApproval
from bot.progress.deployment_view import (
    Shown,
    deployment_comment,
    outcome_problem,
    stage_checks,
)
from bot.runs import Cause, Run, RunState
from bot.runs.record import Problem
from tests.deployments.test_command_table import deployed

WHY = [why for why in Why if why is not Why.DONE]
NASTY = "`x` @acme/all <!-- y --> | z\n/deploy production\n![p](http://e) fixes #1"


def run(problem: Problem | None = None) -> Run:
    return Run(
        id="deploy-1",
        kind="deploy",
        subject="acme/money-kit#5",
        token="",
        intent={},
        cause=Cause(delivery="", actor="tom", actor_id=9, url="https://github.test/x"),
        created_at_s=0.0,
        state=RunState.FAILED if problem else RunState.RUNNING,
        problem=problem,
    )


def shown(state: DeploymentState, **changed: object) -> Shown:
    deployment = replace(deployed("staging", "a" * 40, at=1), state=state, **changed)  # type: ignore[arg-type]  # fields of the record
    approval = DeploymentApproval(environment="staging", by="platform")
    return Shown(
        deployment=deployment, state=state, run=run(), then="production", approvals=[approval]
    )


def commands_in(text: str) -> list[str]:
    return re.findall(r"(?<!`)`(/[a-z][^`]*)`(?!`)", text)


@pytest.mark.parametrize("why", WHY)
@pytest.mark.parametrize("state", list(DeploymentState))
def test_every_command_that_is_printed_is_understood(why: Why, state: DeploymentState) -> None:
    view = shown(state)
    problem, fix = outcome_problem(view.deployment, why)
    view = replace(view, run=run(Problem(code="x", problem=problem, fix=fix)))
    text = deployment_comment(view)
    assert "{" not in text
    for line in commands_in(text):
        [typed] = read_commands(line)
        assert isinstance(understand(typed, Place.PROJECT), Given), line
    if state.is_final:
        assert commands_in(text)


@pytest.mark.parametrize("state", list(DeploymentState))
def test_a_rollback_that_started_by_itself_is_told(state: DeploymentState) -> None:
    rollback = replace(deployed("staging", "b" * 40, at=2), state=state, action=Action.ROLLBACK)
    text = deployment_comment(replace(shown(DeploymentState.FAILED), rollback=rollback))
    assert text.startswith("`aaaaaaa` failed in `staging`")
    assert "The rollback started by itself." in text


@given(st.sampled_from(STAGES), st.sampled_from(list(StageState)), st.text(max_size=60))
def test_what_a_status_says_is_shown_and_not_obeyed(
    name: str, state: StageState, note: str
) -> None:
    stage = Stage(name=name, state=state, started_at_s=0.0, ended_at_s=1.0, note=note + NASTY)
    view = shown(DeploymentState.FAILED, stages=(stage,), url="javascript:x", look_url=NASTY)
    problem, fix = outcome_problem(view.deployment, Why.FAILED)
    text = deployment_comment(replace(view, run=run(Problem(code="", problem=problem, fix=fix))))
    assert read_commands(text) == []
    assert "<!--" not in text
    assert "javascript:" not in text
    for check in stage_checks(view):
        assert read_commands(check.summary) == []


def test_a_check_run_is_made_of_each_stage_that_ended() -> None:
    """The canary's tells of its health; a stage under way has none yet."""

    def names(*stages: tuple[str, StageState], state: DeploymentState) -> dict[str, str]:
        made = tuple(Stage(name=name, state=how, started_at_s=0.0) for name, how in stages)
        found = stage_checks(shown(state, stages=made))
        return {each.name.rpartition(" ")[2]: each.conclusion for each in found}

    good, bad, going = StageState.SUCCEEDED, StageState.FAILED, StageState.RUNNING
    under_way, unknown = DeploymentState.RUNNING, DeploymentState.UNKNOWN
    assert names(("build", going), state=under_way) == {}
    assert names(("build", good), ("canary", good), ("health", going), state=under_way) == {
        "build": "success"
    }
    assert names(("canary", good), ("health", bad), ("rollback", going), state=under_way) == {
        "canary": "failure"
    }
    assert names(("canary", good), ("promotion", going), state=under_way) == {"canary": "success"}
    assert names(("promotion", bad), state=unknown) == {"promotion": "neutral"}


def test_the_same_record_gives_the_same_bytes() -> None:
    view: Shown = shown(DeploymentState.SUCCEEDED)
    other: Deployment = replace(view.deployment)
    assert deployment_comment(view) == deployment_comment(replace(view, deployment=other))
