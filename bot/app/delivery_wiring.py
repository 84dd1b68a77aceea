"""Wiring of what is read from the records of deployments."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.parts import Parts, Shared
from bot.deployments import FindDeployments
from bot.deployments.metrics.count_ended import CountEnded
from bot.deployments.metrics.describe import DescribeDelivery
from bot.receive import Metrics

LADDER = ("dev", "staging", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What other subjects and the command line use of it."""

    find: FindDeployments
    section: DescribeDelivery
    count_ended: CountEnded


@dataclass(frozen=True, slots=True)
class CountOpen:
    """At each scrape: how many deployments have not ended."""

    find: FindDeployments
    metrics: Metrics

    async def __call__(self) -> None:
        """Read from the records, so that a restart or another worker changes nothing."""
        self.metrics.deployments_open(
            (each.environment, each.state.value) for each in await self.find.open()
        )


def wire_delivery(parts: Parts, shared: Shared) -> Delivery:
    """What finds deployments, and the part of ``/status`` about it."""
    find = FindDeployments(parts.store.documents)
    section = DescribeDelivery(
        find=find, projects=shared.projects, ladder=_ladder, clock=parts.clock
    )
    return Delivery(find=find, section=section, count_ended=CountEnded(parts.metrics))


async def _ladder() -> Sequence[str]:
    return LADDER
