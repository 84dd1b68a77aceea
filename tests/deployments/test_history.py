"""What runs, what ran before and what could be promoted, from records alone."""

from dataclasses import replace

import pytest

from bot.deployments import Action, Deployment, DeploymentState
from bot.deployments.history import could_be_promoted, current, is_unsure, to_roll_back_to
from tests.deployments.test_command_table import deployed

A, B, C = "a" * 40, "b" * 40, "c" * 40
COMMITS = {"a": A, "b": B, "c": C}
STATES = {
    "+": DeploymentState.SUCCEEDED,
    "-": DeploymentState.FAILED,
    "?": DeploymentState.UNKNOWN,
    "<": DeploymentState.SUCCEEDED,
    "~": DeploymentState.ROLLED_BACK,
    "x": DeploymentState.CANCELLED,
}


def history(text: str, environment: str = "staging") -> list[Deployment]:
    """``a+ b- a<``: a went well, b failed, rolled back to a."""
    return [
        replace(
            deployed(environment, COMMITS[each[0]], at=at),
            state=STATES[each[1]],
            action=Action.ROLLBACK if each[1] == "<" else Action.DEPLOY,
        )
        for at, each in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("past", "runs", "before"),
    [
        pytest.param("", None, None, id="nothing"),
        pytest.param("a+", A, None, id="the-first"),
        pytest.param("a+ b+", B, A, id="the-second"),
        pytest.param("a+ b+ b+", B, A, id="again"),
        pytest.param("a+ b+ c+ b<", B, A, id="not-forward-to-what-was-left"),
        pytest.param("a+ b+ a<", A, None, id="back-at-the-first"),
        pytest.param("a+ b+ a< c+", C, A, id="on-from-there"),
        pytest.param("a+ b~", A, None, id="rolled-back-by-its-workflow"),
        pytest.param("a+ b+ c~", B, A, id="rolled-back-changes-nothing"),
        pytest.param("a+ b+ c-", B, B, id="a-failure-goes-back-to-what-worked"),
        pytest.param("a+ b+ c?", B, B, id="so-does-what-nobody-knows"),
        pytest.param("a+ b+ c? a+", A, B, id="until-it-is-certain-again"),
        pytest.param("a+ b+ cx", B, A, id="what-never-began-changes-nothing"),
    ],
)
def test_what_runs_and_what_a_rollback_brings_back(
    past: str, runs: str | None, before: str | None
) -> None:
    records = history(past)
    now, back = current(records), to_roll_back_to(records)
    assert (now.commit if now else None) == runs
    assert (back.commit if back else None) == before


@pytest.mark.parametrize(
    ("dev", "staging", "production", "to"),
    [
        pytest.param("", "", "", [], id="nothing"),
        pytest.param("a+", "", "", ["staging"], id="from-the-lowest"),
        pytest.param("a+", "a+", "", ["production"], id="the-only-step"),
        pytest.param("a+", "a+", "a+", [], id="all-the-same"),
        pytest.param("b+", "a+", "", ["staging", "production"], id="two-could-be-meant"),
        pytest.param("", "a+ b-", "", [], id="nobody-knows-what-runs-below"),
        pytest.param("", "a+ b~", "", ["production"], id="rolled-back-below"),
    ],
)
def test_what_could_be_promoted(dev: str, staging: str, production: str, to: list[str]) -> None:
    places = {"dev": dev, "staging": staging, "production": production}
    records = {name: history(past, name) for name, past in places.items()}
    assert [name for name, _ in could_be_promoted(records, list(places))] == to


def test_an_order_that_the_store_gives_does_not_matter() -> None:
    records = history("a+ b+ c?")
    assert is_unsure(records[::-1])
    assert to_roll_back_to(records[::-1]) == to_roll_back_to(records)
