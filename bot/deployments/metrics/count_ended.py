"""The end of a deployment, for those who watch the bot."""

from dataclasses import dataclass
from typing import Protocol

from bot.deployments.metrics.figures import lead_time_s
from bot.deployments.record import Action, Deployment, DeploymentState


class Counts(Protocol):
    """Where the ends are counted."""

    def deployment_done(
        self, environment: str, outcome: str, seconds: float, lead_time_s: float | None = None
    ) -> None:
        """One deployment ended."""
        ...


@dataclass(frozen=True, slots=True)
class CountEnded:
    """To be called once for each deployment, when it has ended."""

    counts: Counts

    def __call__(self, ended: Deployment) -> None:
        """Count it. What a rollback brings back arrived long ago: it has no lead time."""
        arrived = ended.state is DeploymentState.SUCCEEDED and ended.action is not Action.ROLLBACK
        self.counts.deployment_done(
            ended.environment,
            ended.state.value,
            ended.ended_at_s - ended.created_at_s,
            lead_time_s(ended) if arrived else None,
        )
