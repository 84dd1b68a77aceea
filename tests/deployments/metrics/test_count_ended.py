"""What is counted when a deployment ends."""

import pytest
from prometheus_client import CollectorRegistry

from bot.deployments import Action, Deployment, DeploymentState
from bot.deployments.metrics.count_ended import CountEnded
from bot.receive import Metrics
from tests.deployments.metrics.records import HOUR_S, deployment


@pytest.mark.parametrize(
    ("ended", "outcome", "lead_times"),
    [
        pytest.param(deployment("a", at_h=9, committed_h=4), "succeeded", 1, id="arrived"),
        pytest.param(deployment("a", at_h=9), "succeeded", 0, id="commit-of-no-known-time"),
        pytest.param(
            deployment("a", DeploymentState.ROLLED_BACK, at_h=9, committed_h=4),
            "rolled-back",
            0,
            id="never-arrived",
        ),
        pytest.param(
            deployment("a", at_h=9, committed_h=4, action=Action.ROLLBACK),
            "succeeded",
            0,
            id="brought-back",
        ),
    ],
)
def test_an_end_is_counted_with_its_times(ended: Deployment, outcome: str, lead_times: int) -> None:
    registry = CollectorRegistry()
    CountEnded(Metrics(registry))(ended)

    def value(name: str, **labels: str) -> float:
        return registry.get_sample_value(f"paved_road_{name}", labels) or 0.0

    labels = {"environment": "production", "outcome": outcome}
    assert value("deployments_total", **labels) == 1
    assert value("deployment_seconds_sum", **labels) == HOUR_S
    lead = "deployment_lead_time_seconds"
    assert value(f"{lead}_count", environment="production") == lead_times
    assert value(f"{lead}_sum", environment="production") == lead_times * 6 * HOUR_S
